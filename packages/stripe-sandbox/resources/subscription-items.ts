/** Subscription items (docs.stripe.com/api/subscription_items): changing an item changes its subscription. */
import type Stripe from 'stripe';
import type { ItemChange } from '../billing/subscriptions/change-plan.ts';
import { changeSubscription } from '../billing/subscriptions/changing.ts';
import { page, pagination } from '../protocol/listing.ts';
import * as p from '../protocol/parameters.ts';
import { type Route, route } from '../protocol/routes.ts';
import { missing } from '../world/fault.ts';
import type { World } from '../world/world.ts';
import { priceFor, recurringPriceData } from './prices.ts';
import { paymentBehavior, prorationBehavior } from './subscription-parameters.ts';

const contents = { price: p.text, price_data: recurringPriceData, quantity: p.integer, metadata: p.metadata };

/** An item in the parameters of subscription updates and previews. */
export const itemShape = p.object({ ...contents, id: p.text, deleted: p.flag, clear_usage: p.flag });

export function changesOf(world: World, items: ReturnType<typeof itemShape>[]): ItemChange[] {
  return items.map((item) => ({
    id: item.id,
    price: item.price || item.price_data ? priceFor(world, item) : undefined,
    quantity: item.quantity,
    deleted: item.deleted,
    metadata: item.metadata ?? undefined,
  }));
}

const billing = {
  payment_behavior: paymentBehavior,
  proration_behavior: prorationBehavior,
  proration_date: p.integer,
};

function change(
  world: World,
  subscription: Stripe.Subscription,
  items: ItemChange[],
  given: p.Read<typeof billing> & { off_session?: boolean | undefined },
): void {
  changeSubscription(
    world,
    subscription,
    {
      items,
      anchorNow: false,
      prorationBehavior: given.proration_behavior ?? 'create_prorations',
      prorationDate: given.proration_date,
    },
    given.payment_behavior ?? 'allow_incomplete',
    given.off_session ?? false,
  );
}

function ownerOf(world: World, id: string): { subscription: Stripe.Subscription; item: Stripe.SubscriptionItem } {
  for (const subscription of world.store.all('subscription')) {
    const item = subscription.items.data.find((one) => one.id === id);
    if (item) return { subscription, item };
  }
  throw missing('subscription_item', id);
}

export const subscriptionItemRoutes: Route[] = [
  route(
    'POST /v1/subscription_items',
    { ...contents, ...billing, metadata: p.newMetadata, subscription: p.needed(p.text) },
    (world, given) => {
      const subscription = world.store.get('subscription', given.subscription, 'subscription');
      const before = new Set(subscription.items.data.map((item) => item.id));
      change(world, subscription, changesOf(world, [{ ...given }]), given);
      return subscription.items.data.find((item) => !before.has(item.id));
    },
  ),
  route('GET /v1/subscription_items/:id', {}, (world, _, { id }) => ownerOf(world, id).item),
  route('POST /v1/subscription_items/:id', { ...contents, ...billing, off_session: p.flag }, (world, given, { id }) => {
    change(world, ownerOf(world, id).subscription, changesOf(world, [{ ...given, id }]), given);
    return ownerOf(world, id).item;
  }),
  route('DELETE /v1/subscription_items/:id', { ...billing, clear_usage: p.flag }, (world, given, { id }) => {
    change(world, ownerOf(world, id).subscription, [{ id, deleted: true }], given);
    return { id, object: 'subscription_item', deleted: true };
  }),
  route('GET /v1/subscription_items', { ...pagination, subscription: p.needed(p.text) }, (world, given) =>
    page(
      world.store.get('subscription', given.subscription, 'subscription').items.data,
      given,
      '/v1/subscription_items',
    ),
  ),
];
