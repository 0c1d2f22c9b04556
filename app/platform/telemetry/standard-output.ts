/** Writes log lines to standard output, with one write per event loop turn. */
import { type DestinationStream, pino } from 'pino';

/**
 * Waking the reader of a pipe costs more than everything else about a line, so lines are collected until the end of the event loop turn. A
 * process that is killed loses at most the lines of its last turn. A fatal line and the end of the process flush at once.
 */
export function standardOutput(): DestinationStream & { flushSync(): void } {
  const output = pino.destination({ dest: 1, sync: true });
  let lines = '';
  const flush = () => {
    const together = lines;
    lines = '';
    if (together !== '') output.write(together);
  };
  // Also writes the lines that a full pipe has not accepted yet.
  const flushSync = () => {
    flush();
    output.flushSync();
  };
  process.on('exit', flushSync);
  return {
    write(line) {
      if (lines === '') setImmediate(flush);
      lines += line;
    },
    // Pino calls this after each fatal line.
    flushSync,
  };
}
