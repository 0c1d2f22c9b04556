/**
 * The HTTP server without any feature. It sets the conventions of every route. `app/api.ts` adds the routes, and the guards of features
 * decide who may call them.
 */
import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import cookie from '@fastify/cookie';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import fastify, { type FastifyBaseLogger, LogController } from 'fastify';
import type { ErrorReports } from '../telemetry/error-reports.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { corsFor } from './cors.ts';
import type { HttpServer } from './fastify.ts';
import { parseJson } from './json-body.ts';
import { observeRequests } from './observation.ts';
import { answerClientError, answerProblems } from './problems.ts';
import { readRefusedBody } from './refused-bodies.ts';
import { refuseAmbiguousHeaders, refuseUnstorableText } from './request-hygiene.ts';
import { createSerializerCompiler, createValidatorCompiler } from './schema-compilers.ts';
import { securityHeaders } from './security-headers.ts';
import { canonicalizeUuids } from './uuids.ts';

export interface HttpServerOptions {
  logger: Logger;
  metrics: Metrics;
  /** Receives unexpected errors. If absent, they are not reported. */
  errors?: ErrorReports;
  /** The exact origins from which browsers may call. */
  corsOrigins: readonly string[];
  /** The proxies in front of this process: their number, or their addresses as CIDR blocks. */
  trustProxy: number | string[] | false;
  /** True once the process is about to stop: from then on, answers ask clients to open another connection. */
  draining?: () => boolean;
  /** How long a connection without a request stays open, in seconds. Longer than the load balancer keeps it. */
  keepAliveSeconds?: number;
  /** Where problem types resolve, e.g. `https://api.example.com/docs/errors`. */
  problemBaseUrl: string;
}

const BODY_LIMIT_BYTES = 64 * 1024;
/** Longer than the idle timeout of the usual load balancers (60 s), so that they close first. */
export const DEFAULT_KEEP_ALIVE_SECONDS = 72;
const REQUEST_TIMEOUT_MS = 30_000;
const REQUEST_ID = /^[A-Za-z0-9._-]{8,128}$/;

/** Creates the server. It does not listen yet. */
export async function createHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const cors = corsFor(options.corsOrigins);
  const refuseConnection = answerClientError(options.problemBaseUrl);
  const app = fastify({
    loggerInstance: options.logger as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    bodyLimit: BODY_LIMIT_BYTES,
    keepAliveTimeout: (options.keepAliveSeconds ?? DEFAULT_KEEP_ALIVE_SECONDS) * 1_000,
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
      cors.allow(request, reply);
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

  // A connection whose request is still in flight when the server closes would otherwise be kept for the next one, and the close waits.
  const { draining = () => false } = options;
  // A client that keeps its connection would send its next request to a process that is about to close it.
  app.addHook('onSend', async (_request, reply) => {
    if (draining()) reply.header('connection', 'close');
  });
  app.addHook('onSend', readRefusedBody);
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
  app.addHook('onRequest', canonicalizeUuids);
  app.addHook('preValidation', refuseUnstorableText);

  await cors.register(app);
  app.addHook('onRequest', problems.refuseUnrouted);
  await app.register(cookie);
  return app;
}

function trustedProxies(trust: HttpServerOptions['trustProxy']) {
  return typeof trust === 'number' ? (_address: string, hop: number) => hop < trust : trust;
}
