/** Repeats work until it succeeds. It is for work that nothing else would request again, e.g. after a notification, which arrives only once. */
import { setTimeout as delay } from 'node:timers/promises';

export interface UntilDoneOptions {
  /** Gives up when this is aborted. */
  signal: AbortSignal;
  /** Called for the first of consecutive failures, and not again until the work has succeeded. */
  onFailing(error: unknown): void;
  /** Called when the work succeeds after failures. */
  onRecovered?(): void;
}

const FIRST_PAUSE_MS = 50;
const MAX_PAUSE_MS = 5_000;

/**
 * @returns a function that requests a run of `work`. It never throws. A failed run is repeated with growing pauses (50 ms to 5 s) until one
 *   succeeds. A request during a run causes another run after it, because the current run may have read older data. All requests during
 *   one run share the next one.
 */
export function untilDone(work: () => Promise<void>, { signal, onFailing, onRecovered }: UntilDoneOptions): () => void {
  let asked = false;
  let running = false;

  async function run(): Promise<void> {
    running = true;
    let failures = 0;
    while (asked && !signal.aborted) {
      asked = false;
      try {
        await work();
        if (failures > 0) onRecovered?.();
        failures = 0;
      } catch (error) {
        asked = true;
        if (failures === 0 && !signal.aborted) onFailing(error);
        const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** failures++, MAX_PAUSE_MS);
        // Rejects when aborted, which ends the loop.
        await delay(pauseMs, undefined, { signal, ref: false }).catch(() => {});
      }
    }
    running = false;
  }

  return () => {
    asked = true;
    if (!running) void run();
  };
}
