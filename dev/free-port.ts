/** Finds a free port of this machine. */
import { createServer } from 'node:net';

/** The range ends below the ephemeral ports of Linux (32768 and up) and macOS (49152 and up). */
const FIRST = 20_000;
const COUNT = 12_500;
/** Each process starts at a different block of ports, so that processes that search at the same time do not find the same one. */
const ROW = 50;

let next = (process.pid * ROW) % COUNT;

/**
 * Returns a port that is free now. The kernel does not assign it to other programs before it is used, as it may with a port found by listening on
 * port 0. This process does not return the same port again before it has returned all others.
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
    // Check all addresses, because the caller may listen on any of them.
    .listen(port, () => server.close(() => resolve(true)));
  return promise;
}
