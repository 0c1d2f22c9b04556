/** The ids of prices at Stripe, by their lookup keys. Asked each time: `catalog sync` may have made others a moment ago. */
import { billingErrors } from '../errors.ts';
import type { StripeGateway } from './stripe.ts';

export interface Prices {
  /** @returns ids in the order of `lookupKeys`. @throws `payments_unavailable`, also where the catalog was never synced */
  find(lookupKeys: readonly string[]): Promise<string[]>;
}

export function createPrices({ gateway }: { gateway: StripeGateway }): Prices {
  return {
    async find(lookupKeys) {
      const prices = await gateway.ask('prices.list', (stripe) =>
        stripe.prices.list({ lookup_keys: [...lookupKeys], active: true, limit: 100 }),
      );
      return lookupKeys.map((key) => {
        const price = prices.data.find(({ lookup_key }) => lookup_key === key);
        if (price) return price.id;
        const cause = new Error(`Stripe has no active price ${key}: run npm run plinth -- catalog sync --apply`);
        throw billingErrors.payments_unavailable({ cause });
      });
    },
  };
}
