/** Waiting: before another attempt, and for something that the caller may give up. */
import { ApiProblem } from './problems.ts';

/** The longest time that one wait may take, in milliseconds. A caller that is told to wait longer gets the error, with `retryAfterMs`. */
const MAX_WAIT_MS = 20_000;

/**
 * How long to wait before the next attempt.
 * @param attempt how many there were
 * @returns milliseconds: what the service asked for, otherwise twice as long each time, with half of it by chance; undefined if that is too long
 */
export function waitBefore(attempt: number, { retryAfterMs }: ApiProblem, backoffMs: number): number | undefined {
  const step = Math.min(backoffMs * 2 ** (attempt - 1), MAX_WAIT_MS);
  const ms = Math.max(step * (0.5 + Math.random() / 2), retryAfterMs ?? 0);
  return ms > MAX_WAIT_MS ? undefined : ms;
}

/** True if the answer to another attempt may be a better one. */
export function isPassing({ status, code }: ApiProblem): boolean {
  if (status === 0) return code !== 'cancelled';
  return status === 429 || status === 502 || status === 503 || status === 504 || code === 'request_in_progress';
}

/** @throws ApiProblem `cancelled` once the signal is aborted */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return orCancelled(new Promise((resolve) => void setTimeout(resolve, ms)), signal);
}

/**
 * The result of `work`, which goes on if the caller gives up.
 * @throws ApiProblem `cancelled` once the signal is aborted
 */
export function orCancelled<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const cancel = () => reject(cancelled(signal));
    if (signal.aborted) return cancel();
    signal.addEventListener('abort', cancel, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', cancel));
  });
}

export function cancelled(signal: AbortSignal): ApiProblem {
  return new ApiProblem({ code: 'cancelled', detail: 'The call was cancelled.' }, 0, undefined, signal.reason);
}
