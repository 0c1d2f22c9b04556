/** `doctor` examines the webhook and the catalog at Stripe. */
import { type FeatureChecks, reasonOf } from '../../platform/cli/checks.ts';
import type { BillingOperations } from './operations.ts';

interface CheckedService {
  billing: { operations: BillingOperations };
  config: { stripeWebhookSecret: readonly string[] };
}

export const checks: FeatureChecks<CheckedService> = {
  providers: [
    async ({ billing, config }) => {
      const check = 'stripe';
      if (!billing.operations.enabled) return { check, ok: true, detail: 'off: STRIPE_SECRET_KEY is not set' };
      try {
        const faults = await billing.operations.checkEndpoint();
        const steps = await billing.operations.syncCatalog({ apply: false });
        if (config.stripeWebhookSecret.length === 0)
          faults.push('STRIPE_WEBHOOK_SECRET is not set, so the webhook is off: set it to the secret of the endpoint.');
        if (steps.length > 0)
          faults.push(`Differences from the catalog: ${steps.length}; run: node app/cli.ts catalog sync --apply`);
        return {
          check,
          ok: faults.length === 0,
          detail: faults.join(' ') || 'the webhook and the catalog are as they should be',
        };
      } catch (error) {
        const detail = `cannot be asked (${reasonOf(error)}); check STRIPE_SECRET_KEY and the network`;
        return { check, ok: false, detail };
      }
    },
  ],
};
