/** Refuses requests with text that PostgreSQL cannot store unchanged, and with ambiguous headers, before a handler sees them. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { httpErrors } from './errors.ts';

const MAX_DEPTH = 16;

/**
 * U+0000 cannot be stored in a `text` column, and a lone surrogate would be stored as another character (RFC 8259 section 8.2). Both are
 * answered with 400 `validation_failed`, and so is nesting that is deeper than any schema.
 */
export async function refuseUnstorableText(request: FastifyRequest): Promise<void> {
  for (const [where, value] of [
    ['body', request.body],
    ['query', request.query],
    ['path', request.params],
  ] as const) {
    const fault = value && typeof value === 'object' && !Buffer.isBuffer(value) ? findFault(value, '', 1) : undefined;
    if (fault) {
      throw httpErrors.validation_failed({
        detail: `The ${where} has a value that cannot be accepted.`,
        extensions: { errors: [{ in: where, ...fault }] },
      });
    }
  }
}

function findFault(value: object, path: string, depth: number): { path: string; message: string } | undefined {
  if (depth > MAX_DEPTH) return { path, message: `is nested deeper than ${MAX_DEPTH} levels` };
  for (const [key, member] of Object.entries(value)) {
    if (!isStorable(key)) return { path, message: 'has a member name with U+0000 or a lone surrogate' };
    if (typeof member === 'string') {
      if (!isStorable(member)) return { path: `${path}/${key}`, message: 'contains U+0000 or a lone surrogate' };
    } else if (member && typeof member === 'object') {
      const fault = findFault(member, `${path}/${key}`, depth + 1);
      if (fault) return fault;
    }
  }
  return undefined;
}

function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

const SINGLE_HEADERS = new Set([
  'authorization',
  'content-length',
  'content-type',
  'host',
  'idempotency-key',
  'origin',
  'traceparent',
  'x-request-id',
]);

/**
 * Of two `Authorization` headers, Node keeps the first, but a proxy in front may keep the last, so neither can be trusted. Requests without
 * `Host` (RFC 9112 section 3.2) or with an unsupported `Expect` (RFC 9110 section 10.1.1) are refused too.
 */
export async function refuseAmbiguousHeaders(request: FastifyRequest, _reply: FastifyReply): Promise<void> {
  const { rawHeaders, headers, httpVersion } = request.raw;
  if (headers.host === undefined && httpVersion === '1.1') {
    throw httpErrors.bad_request({ detail: 'The header host is missing.' });
  }
  if (headers.expect !== undefined && headers.expect.toLowerCase() !== '100-continue') {
    throw httpErrors.bad_request({ detail: 'The header expect may only be 100-continue.' });
  }
  if (rawHeaders.length / 2 === Object.keys(headers).length) return;
  const seen = new Set<string>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!.toLowerCase();
    if (SINGLE_HEADERS.has(name) && seen.has(name)) {
      throw httpErrors.bad_request({ detail: `The header ${name} was sent more than once.` });
    }
    seen.add(name);
  }
}
