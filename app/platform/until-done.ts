/** Work that must be done in the end, because nothing else would ask for it again: what a notification announces is told once. */
import { setTimeout as delay } from 'node:timers/promises';

export interface UntilDoneOptions {
  /** Gives up when this is aborted. */
  signal: AbortSignal;
  /** Called for the first failure of a row, and not again before the work has succeeded. */
  onFailing(error: unknown): void;
  /** Called when the work succeeds after failures. */
  onRecovered?(): void;
}

const FIRST_PAUSE_MS = 50;
const MAX_PAUSE_MS = 5_000;

/**
 * @returns a function that asks for a run of `work`. It never throws. A run that fails is repeated with growing pauses (50 ms to 5 s)
 *   until one succeeds. Whoever asks while a run is under way gets another run after it, because that run may have read what was there
 *   before; any number of them share it.
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
