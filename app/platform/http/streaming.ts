/**
 * Answers of any size. They are produced while they are sent, and only as fast as the caller reads them, so at most one batch waits in
 * memory. No transaction or connection may be held between two batches, because a caller may take hours.
 */
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { SECOND_MS } from '../clock.ts';

/** If a caller reads nothing for this time, the connection is closed. */
export const STALLED_MS = 60 * SECOND_MS;

export interface StreamedAnswer {
  mediaType: string;
  /** The name of the file that a browser saves. */
  filename: string;
  chunks: AsyncIterable<string>;
  /** The time without progress after which the connection is closed, in milliseconds; `STALLED_MS` if absent. */
  stalledMs?: number;
}

/**
 * Sends an answer with status 200. An error before the first chunk is answered with a problem document. After the first chunk, the status is
 * already sent, so the connection is cut before the end of the answer. Every HTTP client treats that as a failure. The error is logged and
 * reported like any other. When the caller hangs up, the chunks' iterator is closed.
 */
export function sendStream(request: FastifyRequest, reply: FastifyReply, answer: StreamedAnswer): FastifyReply {
  const { mediaType, filename, chunks, stalledMs = STALLED_MS } = answer;
  async function* guarded() {
    try {
      yield* paced(chunks);
    } catch (error) {
      if (!reply.raw.headersSent) throw error;
      request.server.errorHandler(error as Error, request, reply);
    }
  }
  reply.raw.setTimeout(stalledMs, () => reply.raw.destroy());
  return reply
    .header('content-disposition', `attachment; filename="${filename}"`)
    .type(mediaType)
    .send(Readable.from(guarded()));
}

/** Pauses after each chunk, so that one answer takes at most a third of the process's time and the rest is left to other requests. */
async function* paced(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let startedAt = performance.now();
  for await (const chunk of chunks) {
    const tookMs = performance.now() - startedAt;
    yield chunk;
    // A chunk that was made in memory took too little time for a timer.
    if (tookMs > 0.5) await delay(2 * tookMs);
    startedAt = performance.now();
  }
}

/**
 * Yields the text of a JSON value in chunks. Members of objects may be async iterables of batches; each iterable becomes one array.
 * @param value consists of objects, such iterables, and values that `JSON.stringify` accepts
 */
export async function* jsonText(value: unknown): AsyncGenerator<string> {
  if (isBatches(value)) yield* arrayText(value);
  else if (isPlainObject(value) && holdsBatches(value)) yield* objectText(value);
  else yield JSON.stringify(value) ?? 'null';
}

async function* objectText(object: object): AsyncGenerator<string> {
  let separator = '';
  yield '{';
  for (const [name, member] of Object.entries(object)) {
    if (member === undefined) continue;
    yield `${separator}${JSON.stringify(name)}:`;
    yield* jsonText(member);
    separator = ',';
  }
  yield '}';
}

async function* arrayText(batches: AsyncIterable<readonly unknown[]>): AsyncGenerator<string> {
  let separator = '';
  yield '[';
  for await (const batch of batches) {
    if (batch.length === 0) continue;
    yield separator + JSON.stringify(batch).slice(1, -1);
    separator = ',';
  }
  yield ']';
}

function isBatches(value: unknown): value is AsyncIterable<readonly unknown[]> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

function holdsBatches(value: unknown): boolean {
  return isBatches(value) || (isPlainObject(value) && Object.values(value).some(holdsBatches));
}

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
