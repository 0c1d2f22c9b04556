/** A port of this machine that nothing uses. */
import { createServer } from 'node:net';

/** Below what Linux (32768 and up) and macOS (49152 and up) give to connections going out and to whoever listens on 0. */
const FIRST = 20_000;
const COUNT = 12_500;
/** Each process looks in a row of its own first, so that two that look at the same time do not find the same one. */
const ROW = 50;

let next = (process.pid * ROW) % COUNT;

/**
 * Free when asked, and nobody is handed it by the kernel before it is taken, as may happen to one found by listening on
 * port 0. No call in this process gives it again before all others.
 * @throws when no port of the range is free
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < COUNT; tries++) {
    const port = FIRST + next;
    next = (next + 1) % COUNT;
    if (await isFree(port)) return port;
  }
  throw new Error(`No port from ${FIRST} to ${FIRST + COUNT - 1} is free`);
}

function isFree(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const server = createServer()
    .once('error', () => resolve(false))
    // On all addresses, as who asks may take any.
    .listen(port, () => server.close(() => resolve(true)));
  return promise;
}
