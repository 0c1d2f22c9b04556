/**
 * Records one span, one log line and one observation per request at its end, whether it was answered or the caller hung up. Code that runs
 * for a request runs in the context of its trace.
 */
import './metrics.ts';
import { type Context, context, TraceFlags, trace } from '@opentelemetry/api';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { workFor } from '../database/owners.ts';
import { bindTraceId, type Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { type Span, startRequestSpan } from '../telemetry/spans.ts';
import { contextOf } from '../telemetry/trace-context.ts';
import type { HttpServer } from './fastify.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The context that holds the request's trace. */
    traceContext: Context | null;
  }
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
/** Routes without log lines. Machines request them every few seconds, which would hide the other lines. */
const QUIET_ROUTES = new Set(['/livez', '/readyz']);

/** @returns functions that observe a request; hooks call them, except for requests that the framework refuses before its hooks run */
export function observeRequests(app: HttpServer, metrics: Metrics) {
  const { http_request_duration_seconds: duration, http_requests_in_flight: inFlight } = metrics;
  app.decorateRequest('traceContext', null);

  const observe = (request: FastifyRequest, reply: FastifyReply): Context => {
    const startedAt = performance.now();
    inFlight.inc();
    const route = request.routeOptions.url ?? 'none';
    const method = METHODS.has(request.method) ? request.method : 'OTHER';
    const parent = contextOf(request.headers.traceparent);
    const span = startRequestSpan(`${method} ${route}`, { method, route, parent });
    const { traceId, traceFlags } = span.spanContext();
    bindTraceId(request.log as unknown as Logger, traceId);
    reply.header('x-request-id', request.id);
    reply.header('x-trace-id', traceId);

    reply.raw.once('close', () => {
      inFlight.dec();
      const seconds = (performance.now() - startedAt) / 1_000;
      const answered = reply.raw.writableFinished;
      // 499: the caller hung up before the answer (a convention of nginx).
      const status = answered ? reply.raw.statusCode : 499;
      duration.observe({
        labels: { method, route, status_code: String(status) },
        value: seconds,
        // A point on a panel leads to its trace, so only to one that is recorded.
        ...(traceFlags & TraceFlags.SAMPLED && { exemplarLabels: { trace_id: traceId } }),
      });
      if (span.isRecording()) describeAnswer(span, request, status);
      span.end();
      if (QUIET_ROUTES.has(route) && status < 500) return;
      request.log.info(
        {
          method,
          route,
          status,
          durationMs: Math.round(seconds * 1e6) / 1e3,
          userId: request.caller?.userId,
          organizationId: request.caller?.organizationId,
        },
        'request',
      );
    });
    const traced = trace.setSpan(parent, span);
    request.traceContext = traced;
    return traced;
  };

  app.addHook('onRequest', (request, reply, done) => context.with(observe(request, reply), done));
  // The body is received in the context of the connection, so this restores the request's context.
  // By now the caller is known, of whom the database has to know, too.
  app.addHook('preValidation', (request, _reply, done) => {
    const { caller, traceContext } = request;
    const owner = caller?.organizationId ?? caller?.userId;
    workFor(owner, () => context.with(traceContext ?? context.active(), done));
  });
  return observe;
}

function describeAnswer(span: Span, request: FastifyRequest, status: number): void {
  span.setAttributes({ 'http.response.status_code': status, 'plinth.request_id': request.id });
  if (request.caller?.userId) span.setAttribute('user.id', request.caller.userId);
  if (status >= 500) span.setStatus({ code: 2 });
}
