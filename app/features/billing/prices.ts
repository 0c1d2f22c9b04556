/** The ids of prices at Stripe, by their lookup keys; kept for some minutes, since `catalog sync` may have made others. */
import { after, type Clock, MINUTE_MS } from '../../platform/clock.ts';
import { billingErrors } from './errors.ts';
import type { StripeGateway } from './stripe.ts';

export interface Prices {
  /** @returns ids in the order of `lookupKeys`. @throws `payments_unavailable`, also where the catalog was never synced */
  find(lookupKeys: readonly string[]): Promise<string[]>;
}

const KEPT_MS = 5 * MINUTE_MS;

export function createPrices({ gateway, clock }: { gateway: StripeGateway; clock: Clock }): Prices {
  const known = new Map<string, { id: string; until: Date }>();

  return {
    async find(lookupKeys) {
      const now = clock.now();
      const unknown = lookupKeys.filter((key) => !known.has(key) || known.get(key)!.until <= now);
      if (unknown.length > 0) {
        const prices = await gateway.ask('prices.list', (stripe) =>
          stripe.prices.list({ lookup_keys: unknown, active: true, limit: 100 }),
        );
        for (const { id, lookup_key: key } of prices.data) known.set(key!, { id, until: after(now, KEPT_MS) });
      }
      return lookupKeys.map((key) => {
        const price = known.get(key);
        if (price) return price.id;
        const cause = new Error(`Stripe has no active price ${key}: run npm run plinth -- catalog sync --apply`);
        throw billingErrors.payments_unavailable({ cause });
      });
    },
  };
}
