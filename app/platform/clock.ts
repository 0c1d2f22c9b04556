/** The source of the current time. All code that compares times takes a clock, so that a test can move it. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/**
 * The clocks of two processes may differ by this much without harm. A process applies this tolerance when it compares an instant that
 * another process wrote. `doctor` and `/readyz` report an offset long before it reaches the tolerance (`database/clock-offset.ts`).
 */
export const CLOCK_TOLERANCE_MS = 60 * SECOND_MS;

/** The instant `durationMs` milliseconds after (or, negative, before) `instant`. */
export function after(instant: Date, durationMs: number): Date {
  return new Date(instant.getTime() + durationMs);
}
