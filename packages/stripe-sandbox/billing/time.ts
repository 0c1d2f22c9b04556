/** The passing of time: advancing a clock runs, in order, every action that falls due on the way (docs.stripe.com/billing/testing/test-clocks). */
import type Stripe from 'stripe';
import { emit } from '../events/events.ts';
import type { World } from '../world/world.ts';
import { ACTIONS } from './actions.ts';

/** Advances the sandbox's own clock to `until` (Unix seconds) and runs the actions that fall due. */
export function advanceSandbox(world: World, until: number): void {
  drain(world, null, until, (at) => world.setNow(Math.max(at, world.now())));
  world.setNow(Math.max(until, world.now()));
}

/** Runs the actions that are due on the sandbox's own clock now. */
export function catchUp(world: World): void {
  drain(world, null, world.now(), () => {});
}

/** Advances a test clock to `until` (Unix seconds). */
export function advanceTestClock(world: World, clock: Stripe.TestHelpers.TestClock, until: number): void {
  clock.status = 'advancing';
  clock.status_details = { advancing: { target_frozen_time: until } };
  emit(world, 'test_helpers.test_clock.advancing', clock);
  drain(world, clock.id, until, (at) => {
    clock.frozen_time = Math.max(at, clock.frozen_time);
  });
  clock.frozen_time = until;
  clock.status = 'ready';
  clock.status_details = {};
  emit(world, 'test_helpers.test_clock.ready', clock);
}

/** Limit of actions per advance: an action that reschedules itself for the same second fails instead of looping forever. */
const STEPS_LIMIT = 100_000;

function drain(world: World, clock: string | null, until: number, setTime: (at: number) => void): void {
  // Scheduled actions have no request as their cause, even when a request advanced the clock.
  const cause = world.request;
  world.request = null;
  try {
    for (let steps = 0; ; steps++) {
      const entry = world.agenda.nextDue(clock, until);
      if (!entry) return;
      if (steps > STEPS_LIMIT) throw new Error(`stripe-sandbox: ${entry.key} never comes to an end`);
      world.agenda.remove(entry.key);
      setTime(entry.at);
      ACTIONS[entry.action]?.(world, entry.subject);
    }
  } finally {
    world.request = cause;
  }
}
