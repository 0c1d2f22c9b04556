/**
 * The current time for a customer. A customer created with a test clock uses that clock, all others the sandbox's own
 * (docs.stripe.com/billing/testing/test-clocks). `billing/time.ts` advances the clocks.
 */
import { idOf, type World } from '../world/world.ts';

/** The id of the customer's test clock, or null. */
function clockOf(world: World, customerId: string | null): string | null {
  const customer = customerId ? world.store.find('customer', customerId) : undefined;
  return customer && !customer.deleted ? idOf(customer.test_clock) : null;
}

/** The current time for a customer, in Unix seconds. */
export function nowFor(world: World, customerId: string | null): number {
  const clock = clockOf(world, customerId);
  return clock ? world.store.get('test_helpers.test_clock', clock).frozen_time : world.now();
}

/** Puts a customer's action on the agenda of the customer's clock. */
export function schedule(world: World, customerId: string | null, action: string, subject: string, at: number): void {
  world.agenda.put({ key: `${action}:${subject}`, at, clock: clockOf(world, customerId), action, subject });
}

export function unschedule(world: World, action: string, subject: string): void {
  world.agenda.remove(`${action}:${subject}`);
}
