/**
 * The time in a customer's life. A customer made with a test clock lives on it, everybody else on the sandbox's own
 * clock (docs.stripe.com/billing/testing/test-clocks). `billing/time.ts` lets time pass.
 */
import { idOf, type World } from '../world/world.ts';

/** The test clock that a customer lives on, or null. */
function clockOf(world: World, customerId: string | null): string | null {
  const customer = customerId ? world.store.find('customer', customerId) : undefined;
  return customer && !customer.deleted ? idOf(customer.test_clock) : null;
}

/** The time in a customer's life, in Unix seconds. */
export function nowFor(world: World, customerId: string | null): number {
  const clock = clockOf(world, customerId);
  return clock ? world.store.get('test_helpers.test_clock', clock).frozen_time : world.now();
}

/** Puts an action of a customer on the agenda of the clock that the customer lives on. */
export function schedule(world: World, customerId: string, action: string, subject: string, at: number): void {
  world.agenda.put({ key: `${action}:${subject}`, at, clock: clockOf(world, customerId), action, subject });
}

export function unschedule(world: World, action: string, subject: string): void {
  world.agenda.remove(`${action}:${subject}`);
}
