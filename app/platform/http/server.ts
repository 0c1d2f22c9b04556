/**
 * The HTTP server without any feature. It sets the conventions of every route. `app/api.ts` adds the routes, and the guards of features
 * decide who may call them.
 */
import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import cookie from '@fastify/cookie';
import cors from '@fastify/cors';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import fastify, { type FastifyBaseLogger, type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import type { ErrorReports } from '../telemetry/error-reports.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { HttpServer } from './fastify.ts';
import { parseJson } from './json-body.ts';
import { observeRequests } from './observation.ts';
import { answerClientError, answerProblems } from './problems.ts';
import { refuseAmbiguousHeaders, refuseUnstorableText } from './request-hygiene.ts';
import { createSerializerCompiler, createValidatorCompiler } from './schema-compilers.ts';
import { securityHeaders } from './security-headers.ts';

export interface HttpServerOptions {
  logger: Logger;
  metrics: Metrics;
  /** Receives unexpected errors. If absent, they are not reported. */
  errors?: ErrorReports;
  /** The exact origins from which browsers may call. */
  corsOrigins: readonly string[];
  /** The proxies in front of this process: their number, or their addresses as CIDR blocks. */
  trustProxy: number | string[] | false;
  /** The URL below which problem types resolve, e.g. `https://api.example.com/docs/errors`. */
  problemBaseUrl: string;
}

const BODY_LIMIT_BYTES = 64 * 1024;
/** Longer than the idle timeout of the usual load balancers (60 s), so that they close first. */
const KEEP_ALIVE_MS = 72_000;
const REQUEST_TIMEOUT_MS = 30_000;
const REQUEST_ID = /^[A-Za-z0-9._-]{8,128}$/;

/** Creates the server. It does not listen yet. */
export async function createHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const refuseConnection = answerClientError(options.problemBaseUrl);
  const app = fastify({
    loggerInstance: options.logger as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    bodyLimit: BODY_LIMIT_BYTES,
    keepAliveTimeout: KEEP_ALIVE_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    trustProxy: trustedProxies(options.trustProxy),
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    genReqId: ({ headers }) => {
      const given = headers['x-request-id'];
      return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
    },
    routerOptions: { maxParamLength: 200 },
    // Node would answer a request without Host with an empty body. The hook below answers it with a problem document.
    http: { requireHostHeader: false },
    clientErrorHandler: refuseConnection,
    frameworkErrors: (error, request, reply) => {
      observe(request, reply);
      problems.answer(error, request, reply);
    },
  }).withTypeProvider<TypeBoxTypeProvider>();

  // Routes accept JSON. A route that accepts something else adds a parser for it.
  app.removeContentTypeParser('text/plain');
  const problems = answerProblems(app, options);
  app.setValidatorCompiler(createValidatorCompiler());
  app.setSerializerCompiler(createSerializerCompiler());
  app.decorateRequest('caller', null);
  app.decorateRequest('enter', null);
  app.decorateRequest('awaitsBody', false);
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, parseJson(app));
  // By default, Node answers an unknown `Expect` with an empty 417, and CONNECT by closing the connection.
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response));
  app.server.on('connect', (_request, socket: Socket) => refuseConnection(new Error('CONNECT'), socket));

  // Otherwise, a connection with a request in flight would be kept alive for another request, and closing the server would wait for it.
  app.addHook('preClose', async () => {
    app.server.keepAliveTimeout = 1;
  });

  const observe = observeRequests(app, options.metrics);
  const headers = securityHeaders({ readableByOtherOrigins: options.corsOrigins.length > 0 });
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(headers);
    done();
  });
  app.addHook('onRequest', refuseAmbiguousHeaders);
  app.addHook('preValidation', refuseUnstorableText);

  if (options.corsOrigins.length > 0) {
    app.addHook('onRequest', passPreflightsOnly);
    await app.register(cors, {
      origin: [...options.corsOrigins],
      credentials: true,
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
      allowedHeaders: ['authorization', 'content-type', 'idempotency-key', 'x-request-id', 'traceparent'],
      exposedHeaders: [
        'x-request-id',
        'x-trace-id',
        'retry-after',
        'ratelimit-limit',
        'ratelimit-remaining',
        'ratelimit-reset',
      ],
      maxAge: 600,
    });
  }
  app.addHook('onRequest', problems.refuseUnrouted);
  await app.register(cookie);
  return app;
}

/** The CORS plugin treats every OPTIONS request on any path as a preflight, and answers those that are not preflights in plain text. */
async function passPreflightsOnly(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const { origin, 'access-control-request-method': method } = request.headers;
  if (request.method !== 'OPTIONS' || (origin && method)) return undefined;
  reply.callNotFound();
  return reply;
}

function trustedProxies(trust: HttpServerOptions['trustProxy']) {
  return typeof trust === 'number' ? (_address: string, hop: number) => hop < trust : trust;
}
