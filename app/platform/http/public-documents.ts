/** Documents that anybody may read and keep for a while, such as public keys: with an `ETag`, for pages of every origin. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sha256 } from '../security/random.ts';
import type { HeaderName } from './operations/headers.ts';

/** What the 304 of such an operation means. */
export const UNCHANGED = 'The document is the one that the caller has.';

/** The parts of the declaration that all of them share. */
export const publicDocument = {
  caching: 'public, max-age=300',
  reads: ['if-none-match'] satisfies HeaderName[],
  sends: ['etag'] satisfies HeaderName[],
};

/**
 * Answers with a document, or with 304 if the caller has it (RFC 9110, section 13.1.2).
 * @returns what the handler returns
 */
export function answerPublicly(request: FastifyRequest, reply: FastifyReply, document: object): object {
  const etag = `"${sha256(JSON.stringify(document)).toString('base64url')}"`;
  reply.header('etag', etag);
  // Pages of our own origins get the headers that allow credentials as well.
  if (!reply.hasHeader('access-control-allow-origin')) reply.header('access-control-allow-origin', '*');
  const known = request.headers['if-none-match'];
  if (!known || !isAmong(etag, known)) return document;
  return reply.code(304).send();
}

const isAmong = (etag: string, known: string) =>
  known.trim() === '*' || known.split(',').some((each) => each.trim().replace(/^W\//, '') === etag);
