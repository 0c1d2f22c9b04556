/** Parses bodies of `application/json` (RFC 8259). */
import { isUtf8 } from 'node:buffer';
import type { FastifyBodyParser } from 'fastify';
import { httpErrors } from './errors.ts';
import type { HttpServer } from './fastify.ts';

/**
 * Returns Fastify's own parser, which refuses `__proto__` and `constructor`, for bytes that were checked to be UTF-8. Lenient decoding
 * would replace a broken sequence with another character, which would then be stored.
 */
export function parseJson(app: HttpServer): FastifyBodyParser<Buffer> {
  const parse = app.getDefaultJsonParser('error', 'error');
  return (request, body, done) => {
    // Many clients name a media type even where they send nothing. No content is no body, which the operation's schema judges.
    if (body.length === 0) done(null, undefined);
    else if (isUtf8(body)) parse(request, body.toString(), done);
    else done(httpErrors.malformed_json({ detail: 'The body is not UTF-8.' }));
  };
}
