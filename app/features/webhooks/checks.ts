/** `doctor` examines the secrets of endpoints, and how many endpoints fail. */
import type { FeatureChecks } from '../../platform/cli/checks.ts';
import type { WebhookOperations } from './operations.ts';

export const checks: FeatureChecks<{ webhooks: { operations: WebhookOperations } }> = {
  own: [
    async ({ webhooks }) => {
      const unreadable = await webhooks.operations.unreadableSecrets();
      const ok = unreadable === 0;
      const advice = `the secrets of ${unreadable} endpoints cannot be opened; put the former secret back: APP_SECRET=new,old`;
      return { check: 'webhook secrets', ok, detail: ok ? 'can be opened' : advice };
    },
  ],
  providers: [
    async ({ webhooks }) => {
      const failing = await webhooks.operations.list({ failing: true, limit: 100 });
      const number = failing.filter(({ enabled }) => enabled).length;
      // Receivers belong to others: that some fail is no fault of this installation.
      const detail =
        number === 0
          ? 'no endpoint fails'
          : `${number} endpoints fail; look at: node app/cli.ts webhooks list --failing`;
      return { check: 'webhooks', ok: true, detail };
    },
  ],
};
