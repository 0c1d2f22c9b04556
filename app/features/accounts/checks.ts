/** `doctor` examines the age of the key that signs access tokens. */
import type { FeatureChecks } from '../../platform/cli/checks.ts';
import { type Clock, DAY_MS } from '../../platform/clock.ts';
import type { SigningKeys } from './signing-keys.ts';

const MAX_KEY_AGE_DAYS = 90;

export const checks: FeatureChecks<{ clock: Clock; accounts: { signingKeys: SigningKeys } }> = {
  own: [
    async ({ accounts, clock }) => {
      await accounts.signingKeys.start();
      const days = Math.floor((clock.now().getTime() - accounts.signingKeys.current().signsFrom.getTime()) / DAY_MS);
      const ok = days <= MAX_KEY_AGE_DAYS;
      return { check: 'signing key', ok, detail: `${days} days old${ok ? '' : '; run: node app/cli.ts keys rotate'}` };
    },
  ],
};
