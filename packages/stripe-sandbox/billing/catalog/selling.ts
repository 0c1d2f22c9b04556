/** The prices that may be sold: active prices of active products, each once in a subscription (docs.stripe.com/products-prices/manage-prices). */
import type Stripe from 'stripe';
import { invalid } from '../../world/fault.ts';
import { idOf, type World } from '../../world/world.ts';

/** Throws 400 unless a price can be sold. `param` names it in the request. */
export function refuseUnsellable(world: World, price: Stripe.Price, param: string): void {
  if (!price.active) throw invalid('The price specified is inactive. This field only accepts active prices.', param);
  const product = world.store.find('product', idOf(price.product));
  if (!product?.active) {
    throw invalid(`Price \`${price.id}\` is not available to be purchased because its product is not active.`, param);
  }
}

/** Throws 400 unless a price can be an item of a subscription. */
export function refuseAsItem(world: World, price: Stripe.Price, quantity: number | undefined, param: string): void {
  if (!price.recurring) {
    throw invalid(
      'The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`.',
      param,
    );
  }
  refuseUnsellable(world, price, param);
  if (price.recurring.usage_type === 'metered' && quantity !== undefined) {
    throw invalid('You cannot set the quantity of a metered price: its usage is the quantity.', param);
  }
}
