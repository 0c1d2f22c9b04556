/** Where log lines go: standard output, one write for the lines of one turn of the event loop. */
import { type DestinationStream, pino } from 'pino';

/**
 * To wake the reader of a pipe costs more than all else about a line, so lines wait for the end of their turn and leave together. A
 * process that is killed from outside loses the lines of its last turn at most; a fatal line and the end of the process wait for nothing.
 */
export function standardOutput(): DestinationStream & { flushSync(): void } {
  const output = pino.destination({ dest: 1, sync: true });
  let lines = '';
  const flush = () => {
    const together = lines;
    lines = '';
    if (together !== '') output.write(together);
  };
  // Also what the reader of a full pipe has not taken yet.
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
    // Pino calls it after each fatal line.
    flushSync,
  };
}
