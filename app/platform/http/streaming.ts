/**
 * Answers of any size. They are made while they are sent, and only as fast as the caller takes them: what waits in memory is one batch.
 * Nothing of the database may be held between two batches, as a caller may take hours.
 */
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { SECOND_MS } from '../clock.ts';

/** A caller that takes nothing for so long is gone, or as good as gone. */
export const STALLED_MS = 60 * SECOND_MS;

export interface StreamedAnswer {
  mediaType: string;
  /** For the name of the file that a browser saves. */
  filename: string;
  chunks: AsyncIterable<string>;
  /** After how long without progress the connection is closed, in milliseconds; `STALLED_MS` if absent. */
  stalledMs?: number;
}

/**
 * Sends an answer with status 200. An error before the first chunk is answered as any other. After that the status is already sent, so the
 * connection is cut before the answer's end, which every HTTP client takes for a failure; the error is logged and reported as any other.
 * When the caller hangs up, the chunks' iterator is closed.
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

/** Rests after each chunk, so that one answer takes a third of the time of a process at most, and the requests of others the rest. */
async function* paced(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let startedAt = performance.now();
  for await (const chunk of chunks) {
    const tookMs = performance.now() - startedAt;
    yield chunk;
    // What is made of values that were there is not worth a timer.
    if (tookMs > 0.5) await delay(2 * tookMs);
    startedAt = performance.now();
  }
}

/**
 * The text of a JSON value, in chunks. Members of objects may be async iterables of batches; each becomes one array.
 * @param value made of objects, such iterables, and what `JSON.stringify` takes
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
