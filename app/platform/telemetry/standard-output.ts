/**
 * Writes log lines to standard output, with one write per event loop turn, and never waits for a reader: a pipe whose reader stalls would
 * stop the whole process. Lines that the pipe does not take are kept up to a limit; later ones are dropped and counted.
 */
import { writeSync } from 'node:fs';
import type { DestinationStream } from 'pino';

const FD = 1;
/** Bytes that are kept for a reader that stalls: some seconds of the log of a busy process. */
const KEPT_BYTES = 4 * 2 ** 20;
const RETRY_MS = 10;
/** How long the end of the process waits for the reader. */
const LAST_WORDS_MS = 1_000;
const NOTHING = Buffer.alloc(0);

let dropped = 0;

/** Lines that this process could not write, because the reader of standard output was too slow or is gone. */
export const droppedLines = (): number => dropped;

export interface StandardOutputOptions {
  /** Called when the reader takes lines again, with the number of those that were dropped meanwhile. */
  onResumed: (dropped: number) => void;
}

/**
 * Waking the reader of a pipe costs more than everything else about a line, so lines are collected until the end of the event loop turn. A
 * process that is killed loses at most the lines of its last turn, and those for which its reader was too slow. A fatal line and the end of the
 * process flush at once, and wait for the reader for a second at most.
 */
export function standardOutput({ onResumed }: StandardOutputOptions): DestinationStream & { flushSync(): void } {
  // Opening the stream makes a pipe non-blocking: a write to a full one then fails with EAGAIN instead of waiting.
  void process.stdout;
  let lines = '';
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  let isRetrying = false;
  let told = dropped;

  function collect(): void {
    if (lines === '') return;
    const bytes = Buffer.from(lines);
    lines = '';
    waiting.push(bytes);
    waitingBytes += bytes.length;
  }

  /** @returns whether everything was written */
  function drain(): boolean {
    for (const [index, bytes] of waiting.entries()) {
      const left = write(bytes);
      waitingBytes += left.length - bytes.length;
      if (left.length === 0) continue;
      waiting = [left, ...waiting.slice(index + 1)];
      return false;
    }
    waiting = [];
    return true;
  }

  function flush(): void {
    collect();
    if (isRetrying) return;
    const before = dropped;
    if (!drain()) {
      retryLater();
      return;
    }
    // Not where this drain itself dropped lines: a reader that is gone would not take the news either.
    if (dropped === told || dropped > before) return;
    const since = dropped - told;
    told = dropped;
    onResumed(since);
  }

  function retryLater(): void {
    isRetrying = true;
    const retry = () => {
      isRetrying = false;
      flush();
    };
    setTimeout(retry, RETRY_MS).unref();
  }

  function flushSync(): void {
    const deadline = performance.now() + LAST_WORDS_MS;
    collect();
    while (!drain() && performance.now() < deadline)
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
  }

  process.on('exit', flushSync);
  return {
    write(line) {
      if (waitingBytes > KEPT_BYTES) {
        dropped++;
        return;
      }
      if (lines === '') setImmediate(flush);
      lines += line;
    },
    // Pino calls this after each fatal line.
    flushSync,
  };
}

/** @returns the bytes that the pipe does not take now. If it takes none ever again, their lines are dropped. */
function write(bytes: Buffer): Buffer {
  let left = bytes;
  try {
    while (left.length > 0) left = left.subarray(writeSync(FD, left));
    return left;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return left;
    // The reader is gone (EPIPE), or the disk is full: that must not end the service.
    dropped += left.toString('latin1').split('\n').length - 1;
    return NOTHING;
  }
}
