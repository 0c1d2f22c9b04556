import type { Clock } from '../app/platform/clock.ts';

export interface TestClock extends Clock {
  /** Advances the time by `ms` milliseconds. */
  advance(ms: number): void;
}

/** A clock that stands still at `start` (default: the time of this call) until a test advances it. */
export function createTestClock(start = new Date()): TestClock {
  let now = start.getTime();
  return {
    now: () => new Date(now),
    advance(ms) {
      now += ms;
    },
  };
}
