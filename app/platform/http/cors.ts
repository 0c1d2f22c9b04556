/** Which browser clients may call, what they may send, and what they may read of an answer (Fetch standard, CORS). */
import cors from '@fastify/cors';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { HttpServer } from './fastify.ts';

/** Request headers that the service reads. The trace headers are those of Sentry's and OpenTelemetry's browser SDKs. */
export const readableRequestHeaders = [
  'accept-language',
  'authorization',
  'baggage',
  'content-type',
  'idempotency-key',
  'if-none-match',
  'sentry-trace',
  'traceparent',
  'tracestate',
  'x-request-id',
];

/** Headers of answers that scripts may read, beyond those that they always may. */
export const exposedHeaders = [
  'allow',
  'content-disposition',
  'etag',
  'idempotency-replayed',
  'location',
  'ratelimit-limit',
  'ratelimit-remaining',
  'ratelimit-reset',
  'retry-after',
  'www-authenticate',
  'x-request-id',
  'x-trace-id',
];

/** @param origins the exact origins that browsers may call from; none: no CORS at all */
export function corsFor(origins: readonly string[]) {
  return {
    async register(app: HttpServer): Promise<void> {
      if (origins.length === 0) return;
      app.addHook('onRequest', passPreflightsOnly);
      await app.register(cors, {
        origin: [...origins],
        credentials: true,
        methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
        allowedHeaders: readableRequestHeaders,
        exposedHeaders,
        maxAge: 600,
      });
    },

    /** Sets the headers on an answer to a request that the framework refuses before its hooks run. */
    allow({ headers: { origin } }: FastifyRequest, reply: FastifyReply): void {
      if (origins.length === 0) return;
      reply.header('vary', 'Origin');
      if (origin === undefined || !origins.includes(origin)) return;
      reply
        .header('access-control-allow-origin', origin)
        .header('access-control-allow-credentials', 'true')
        .header('access-control-expose-headers', exposedHeaders.join(', '));
    },
  };
}

/** The plugin for CORS takes every OPTIONS for a preflight, on any path, and answers what is none in plain text. */
async function passPreflightsOnly(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const { origin, 'access-control-request-method': method } = request.headers;
  if (request.method !== 'OPTIONS' || (origin && method)) return undefined;
  reply.callNotFound();
  return reply;
}
