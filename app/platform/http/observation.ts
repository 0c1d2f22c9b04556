/** One log line and one observation a request, at its end, whether it was answered or given up by the caller. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Metrics } from '../telemetry/metrics.ts';
import type { HttpServer } from './fastify.ts';

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
/** Asked every few seconds by machines: a line for each would drown the others. */
const QUIET_ROUTES = new Set(['/livez', '/readyz']);
/** W3C Trace Context, version 00. */
const TRACEPARENT = /^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** @returns what every request goes through; hooks do it, except for a request that the framework refuses before its hooks run */
export function observeRequests(app: HttpServer, metrics: Metrics) {
  const { http_request_duration_seconds: duration, http_requests_in_flight: inFlight } = metrics;

  const observe = (request: FastifyRequest, reply: FastifyReply) => {
    const startedAt = performance.now();
    inFlight.inc();
    reply.header('x-request-id', request.id);
    reply.raw.once('close', () => {
      inFlight.dec();
      const seconds = (performance.now() - startedAt) / 1_000;
      const route = request.routeOptions.url ?? 'none';
      const method = METHODS.has(request.method) ? request.method : 'OTHER';
      const answered = reply.raw.writableFinished;
      // 499: the caller hung up before the answer (a convention of nginx).
      const status = answered ? reply.raw.statusCode : 499;
      duration.observe({ method, route, status_code: String(status) }, seconds);
      if (QUIET_ROUTES.has(route) && status < 500) return;
      request.log.info(
        {
          traceId: traceIdOf(request),
          method,
          route,
          status,
          durationMs: Math.round(seconds * 1e6) / 1e3,
          userId: request.caller?.userId,
        },
        'request',
      );
    });
  };
  app.addHook('onRequest', (request, reply, done) => {
    observe(request, reply);
    done();
  });
  return observe;
}

function traceIdOf(request: FastifyRequest): string | undefined {
  const header = request.headers.traceparent;
  return typeof header === 'string' ? TRACEPARENT.exec(header)?.[1] : undefined;
}
