/** `doctor` examines the age of the key that signs access tokens, and the metadata of the identity providers. */
import { type FeatureChecks, reasonOf } from '../../platform/cli/checks.ts';
import { type Clock, DAY_MS } from '../../platform/clock.ts';
import type { Providers } from './providers/providers.ts';
import type { SigningKeys } from './signing-keys.ts';

const MAX_KEY_AGE_DAYS = 90;

interface Used {
  clock: Clock;
  accounts: { signingKeys: SigningKeys; identityProviders: Providers };
}

export const checks: FeatureChecks<Used> = {
  providers: [
    async ({ accounts }) => {
      const findings = await Promise.all(
        accounts.identityProviders.all.map(({ name, issuer }) => examine(accounts.identityProviders, name, issuer)),
      );
      const faults = findings.filter((finding) => finding !== undefined);
      const detail = faults.length > 0 ? faults.join('; ') : findings.length > 0 ? 'reachable' : 'none is configured';
      return { check: 'identity providers', ok: faults.length === 0, detail };
    },
  ],
  own: [
    async ({ accounts, clock }) => {
      await accounts.signingKeys.start();
      const days = Math.floor((clock.now().getTime() - accounts.signingKeys.current().signsFrom.getTime()) / DAY_MS);
      const ok = days <= MAX_KEY_AGE_DAYS;
      return { check: 'signing key', ok, detail: `${days} days old${ok ? '' : '; run: node app/cli.ts keys rotate'}` };
    },
  ],
};

/** @returns the fault of a provider, with the issuer that the setting names: the provider must name the same one, to the letter */
async function examine(providers: Providers, name: string, issuer: string): Promise<string | undefined> {
  try {
    await providers.find(name)!.examine();
    return undefined;
  } catch (error) {
    return `${name}: the metadata of ${issuer} cannot be used (${reasonOf(error)})`;
  }
}
