/**
 * Reads what is left of a body before an answer that closes the connection. A proxy that still writes the body would find the connection
 * reset, and answer 502 in place of the answer that it had no time to read (RFC 9112, section 9.6).
 */
import type { IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Beyond these a client that does not stop is cut off, as its body costs more than its answer is worth. */
const MAX_BYTES = 16 * 2 ** 20;
const MAX_MS = 5_000;
/** A client that waits for the answer before it sends more gets it. */
const MAX_IDLE_MS = 200;

/** A hook `onSend`. */
export async function readRefusedBody({ raw }: FastifyRequest, reply: FastifyReply): Promise<void> {
  if (raw.complete || raw.destroyed || reply.getHeader('connection') !== 'close') return;
  if (Number(raw.headers['content-length'] ?? 0) <= MAX_BYTES) await discard(raw);
}

async function discard(body: IncomingMessage): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let bytes = 0;
  let idle = setTimeout(resolve, MAX_IDLE_MS);
  const limit = setTimeout(resolve, MAX_MS);
  const count = (chunk: Buffer) => {
    bytes += chunk.length;
    clearTimeout(idle);
    if (bytes > MAX_BYTES) resolve();
    else idle = setTimeout(resolve, MAX_IDLE_MS);
  };
  body.on('data', count).once('end', resolve).once('close', resolve);
  body.resume();
  await promise;
  clearTimeout(idle);
  clearTimeout(limit);
  body.off('data', count).off('end', resolve).off('close', resolve);
}
