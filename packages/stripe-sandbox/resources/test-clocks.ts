/** Test clocks (docs.stripe.com/api/test_clocks). Advancing is complete when the request is answered, so polling is not needed. */
import type Stripe from 'stripe';
import { deleteCustomer } from '../billing/customers/customers.ts';
import { addIntervals } from '../billing/invoices/periods.ts';
import { advanceTestClock } from '../billing/time.ts';
import { emit } from '../events/events.ts';
import * as p from '../protocol/parameters.ts';
import { listing, type Route, retrieve, route } from '../protocol/routes.ts';
import { invalid } from '../world/fault.ts';
import { idOf, newId, type World } from '../world/world.ts';

const LIFE_DAYS = 30;

/** The time up to which a clock can be advanced at once, in Unix seconds (docs.stripe.com/api/test_clocks/advance). */
export function furthest(world: World, clock: Stripe.TestHelpers.TestClock): number {
  const ends = world.store
    .all('subscription')
    .filter(
      (one) => idOf(one.test_clock) === clock.id && one.status !== 'canceled' && one.status !== 'incomplete_expired',
    )
    .flatMap((one) => one.items.data)
    .map(({ price }) =>
      addIntervals(clock.frozen_time, price.recurring!.interval, 2 * price.recurring!.interval_count),
    );
  return Math.min(...ends, addIntervals(clock.frozen_time, 'year', 2));
}

export const testClockRoutes: Route[] = [
  route('POST /v1/test_helpers/test_clocks', { frozen_time: p.needed(p.integer), name: p.text }, (world, given) => {
    const clock: Stripe.TestHelpers.TestClock = {
      id: newId(world, 'clock'),
      object: 'test_helpers.test_clock',
      created: world.now(),
      deletes_after: world.now() + LIFE_DAYS * 86_400,
      frozen_time: given.frozen_time,
      livemode: false,
      name: given.name ?? null,
      status: 'ready',
      status_details: {},
    };
    world.store.put('test_helpers.test_clock', clock);
    emit(world, 'test_helpers.test_clock.created', clock);
    return clock;
  }),
  retrieve('/v1/test_helpers/test_clocks', 'test_helpers.test_clock'),
  listing('/v1/test_helpers/test_clocks', 'test_helpers.test_clock', {}),
  route(
    'POST /v1/test_helpers/test_clocks/:id/advance',
    { frozen_time: p.needed(p.integer) },
    (world, given, { id }) => {
      const clock = world.store.get('test_helpers.test_clock', id);
      if (given.frozen_time <= clock.frozen_time) {
        throw invalid('The time to advance to must be after the current frozen time.', 'frozen_time');
      }
      const most = furthest(world, clock);
      if (given.frozen_time > most) {
        throw invalid(
          `A test clock can be advanced by at most two intervals of its shortest subscription, or two years without one: here until ${most}.`,
          'frozen_time',
        );
      }
      advanceTestClock(world, clock, given.frozen_time);
      return clock;
    },
  ),
  route('DELETE /v1/test_helpers/test_clocks/:id', {}, (world, _, { id }) => {
    const clock = world.store.get('test_helpers.test_clock', id);
    for (const customer of world.store.all('customer')) {
      if (!customer.deleted && idOf(customer.test_clock) === id) deleteCustomer(world, customer);
    }
    world.store.remove('test_helpers.test_clock', id);
    emit(world, 'test_helpers.test_clock.deleted', clock);
    return { id, object: 'test_helpers.test_clock', deleted: true };
  }),
];
