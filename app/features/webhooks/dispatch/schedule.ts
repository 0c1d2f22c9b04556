/** When a delivery that failed is tried again, and when an endpoint that fails is left alone for a while. Pure functions. */
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../platform/clock.ts';

const DELAYS_MS = [
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
];
/** Each delay is up to a tenth longer, so that what failed together does not come back together. */
const JITTER = 0.1;

/**
 * @param attempts made so far, the failed one included
 * @param random from 0 to 1
 * @returns the time until the next attempt, in milliseconds; undefined when that was the last one
 */
export function retryDelayMs(attempts: number, random: number): number | undefined {
  const delay = DELAYS_MS[attempts - 1];
  return delay === undefined ? undefined : Math.round(delay * (1 + JITTER * random));
}

/** This many failures in a row open the breaker. An attempt that got no answer costs more, and opens it at once. */
const TOLERATED_FAILURES = 5;
const FIRST_PAUSE_MS = 5 * SECOND_MS;
const LONGEST_PAUSE_MS = 5 * MINUTE_MS;

/**
 * @param failures in a row, of the endpoint
 * @param answered false if the last attempt got no answer
 * @returns how long nothing is sent to the endpoint, in milliseconds; after that one attempt shows whether it works again
 */
export function pauseMs(failures: number, answered: boolean): number {
  if (answered && failures < TOLERATED_FAILURES) return 0;
  const openings = answered ? failures - TOLERATED_FAILURES : failures - 1;
  return Math.min(FIRST_PAUSE_MS * 2 ** Math.min(openings, 10), LONGEST_PAUSE_MS);
}

const DISABLE_AFTER_MS = 5 * DAY_MS;
const WARN_BEFORE_MS = 2 * DAY_MS;

/** When an endpoint that has failed since then is disabled, if it goes on. */
export const disabledOn = (failingSince: Date): Date => new Date(failingSince.getTime() + DISABLE_AFTER_MS);

/**
 * Decides what follows a failed attempt. No endpoint is disabled without a warning two days before, however rarely there is something to send.
 */
export function verdict(failingSince: Date, warnedAt: Date | null, now: Date): 'none' | 'warn' | 'disable' {
  const failingMs = now.getTime() - failingSince.getTime();
  if (!warnedAt) return failingMs >= DISABLE_AFTER_MS - WARN_BEFORE_MS ? 'warn' : 'none';
  const isWarned = now.getTime() - warnedAt.getTime() >= WARN_BEFORE_MS;
  return isWarned && failingMs >= DISABLE_AFTER_MS ? 'disable' : 'none';
}
