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

/** How many seconds the clocks of processes are apart (`npm run test:clocks`); may be negative. */
const APART_SECONDS = Number(process.env.CLOCKS_APART ?? 0);
const trueClocks = new WeakMap<TestClock, TestClock>();
let processes = 0;

/**
 * The clock of one process. While `CLOCKS_APART` is set, every other process of a test file has a clock that is wrong by so many seconds,
 * the first one among them. PostgreSQL keeps the time of the machine.
 * @param clock the right time, or the clock of another process
 */
export function clockOfProcess(clock: TestClock): TestClock {
  const right = trueClocks.get(clock) ?? clock;
  const offsetMs = processes++ % 2 === 0 ? APART_SECONDS * 1_000 : 0;
  const own: TestClock = {
    now: () => new Date(right.now().getTime() + offsetMs),
    advance: (ms) => right.advance(ms),
  };
  trueClocks.set(own, right);
  return own;
}
