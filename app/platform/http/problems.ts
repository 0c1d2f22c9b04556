/** The only place where errors become answers (RFC 9457 problem documents). An unexpected error becomes a generic 500, and is logged and reported once. */

import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { isLate, isTransient, isUnavailable } from '../database/failures.ts';
import { Problem, type ProblemFactory } from '../errors.ts';
import { type ErrorReports, noErrorReports } from '../telemetry/error-reports.ts';
import { httpErrors } from './errors.ts';
import type { HttpServer } from './fastify.ts';
import { html } from './html.ts';

const RETRY_AFTER_SECONDS = '5';

/** How errors of a route look, where its protocol has a form of its own. */
export interface ErrorFormat {
  readonly mediaType: string;
  present(problem: Problem): object;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Problem documents if absent. */
    errorFormat?: ErrorFormat;
  }
}

/** Installs the error handler, and the answers for unknown routes (404) and methods (405 with `Allow`). */
export function answerProblems(app: HttpServer, options: { problemBaseUrl: string; errors?: ErrorReports }) {
  const { problemBaseUrl, errors = noErrorReports } = options;
  const answer = (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const problem = toProblem(error);
    if (problem.status >= 500) {
      const err = problem.cause ?? problem;
      const fields = { err, code: problem.code };
      if (problem.code === 'internal_error') {
        request.log.error(fields, 'request failed unexpectedly');
        errors.report(err, {
          where: `${request.method} ${request.routeOptions.url ?? 'none'}`,
          userId: request.caller?.userId,
          tags: { requestId: request.id },
        });
      } else {
        request.log.warn(fields, 'request refused');
      }
    }
    if (reply.raw.headersSent) {
      reply.raw.destroy();
      return reply;
    }
    const { errorFormat } = request.routeOptions.config;
    const document = errorFormat?.present(problem) ?? problemDocument(problem, problemBaseUrl, request.id);
    return reply
      .code(problem.status)
      .headers({ 'cache-control': 'no-store', ...problem.headers })
      .header('content-type', errorFormat?.mediaType ?? 'application/problem+json')
      .send(JSON.stringify(document));
  };

  app.setErrorHandler((error, request, reply) => answer(error, request, reply));

  const { allowed, hidden } = methodsByPath(app);
  const answerUnrouted = (request: FastifyRequest, reply: FastifyReply) => {
    const methods = allowed(request.url);
    if (methods.length === 0 && isPageView(request)) return sendNotFoundPage(reply);
    if (methods.length === 0) return answer(httpErrors.not_found(), request, reply);
    const allow = methods.join(', ');
    return answer(httpErrors.method_not_allowed({ headers: { allow }, detail: `Allowed: ${allow}.` }), request, reply);
  };
  app.setNotFoundHandler(answerUnrouted);
  return {
    answer,
    /** A hook that answers before the body is read, because without a route the body cannot be validated. */
    async refuseUnrouted(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
      return request.is404 || hidden(request) ? answerUnrouted(request, reply) : undefined;
    },
  };
}

/** True if a person follows a link in a browser. Programs ask for JSON, for anything, or do not say. */
function isPageView({ method, headers: { accept = '' } }: FastifyRequest): boolean {
  return method === 'GET' && accept.includes('text/html') && !accept.includes('json');
}

function sendNotFoundPage(reply: FastifyReply): FastifyReply {
  return reply
    .code(404)
    .headers({ 'cache-control': 'no-store', vary: 'accept' })
    .type('text/html; charset=utf-8')
    .send(NOT_FOUND_PAGE);
}

const NOT_FOUND_PAGE = html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Not found</title>
<h1>Not found</h1>
<p>There is no page at this address. The <a href="/docs">API reference</a> lists what there is.</p>
</html>
`.text;

/** Returns the members of a problem document (RFC 9457 section 3). */
export function problemDocument(problem: Problem, baseUrl: string, requestId: string) {
  return {
    type: `${baseUrl}/${problem.code}`,
    title: problem.title,
    status: problem.status,
    detail: problem.detail,
    code: problem.code,
    requestId,
    ...problem.extensions,
  };
}

const FRAMEWORK_ERRORS: Record<string, ProblemFactory> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: httpErrors.unsupported_media_type,
  FST_ERR_CTP_BODY_TOO_LARGE: httpErrors.payload_too_large,
  FST_ERR_CTP_EMPTY_JSON_BODY: httpErrors.malformed_json,
  FST_ERR_CTP_INVALID_JSON_BODY: httpErrors.malformed_json,
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: httpErrors.bad_request,
  FST_ERR_BAD_URL: httpErrors.bad_request,
  FST_ERR_MAX_PARAM_LENGTH: httpErrors.not_found,
};

function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (isTransient(error)) return httpErrors.conflict({ cause: error, headers: { 'retry-after': '1' } });
  if (isUnavailable(error) || isLate(error)) {
    return httpErrors.database_unavailable({ cause: error, headers: { 'retry-after': RETRY_AFTER_SECONDS } });
  }
  const { validation, validationContext, code, statusCode } = (error ?? {}) as FastifyError;
  if (validation) return validationProblem(validation, validationContext ?? 'body');
  const known = code === undefined ? undefined : FRAMEWORK_ERRORS[code];
  if (known) return known();
  if (error instanceof SyntaxError && statusCode === 400) return httpErrors.malformed_json();
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return httpErrors.bad_request({ cause: error });
  return httpErrors.internal_error({ cause: error });
}

const MAX_LISTED_ERRORS = 20;

/** The details that Ajv adds to a fault, by its keyword. */
interface FaultParameters {
  missingProperty?: string;
  additionalProperty?: string;
  allowedValues?: readonly unknown[];
}

function validationProblem(validation: NonNullable<FastifyError['validation']>, context: string): Problem {
  const where = { querystring: 'query', params: 'path' }[context] ?? context;
  const errors = validation.slice(0, MAX_LISTED_ERRORS).map(({ instancePath, keyword, params, message }) => {
    const { missingProperty, additionalProperty, allowedValues } = params as FaultParameters;
    if (keyword === 'required')
      return { in: where, path: `${instancePath}/${missingProperty}`, message: 'is required' };
    if (keyword === 'additionalProperties') {
      return {
        in: where,
        path: `${instancePath}/${additionalProperty?.slice(0, 100)}`,
        message: 'is not a known field',
      };
    }
    if (allowedValues) return { in: where, path: instancePath, message: `must be one of: ${allowedValues.join(', ')}` };
    return { in: where, path: instancePath, message: message ?? 'is not valid' };
  });
  const [first] = errors;
  return httpErrors.validation_failed({
    detail: `In the ${where}: ${first?.path || 'the value'} ${first?.message}.`,
    extensions: { errors },
  });
}

/**
 * Knows which methods the declared routes have at a path. A concrete path hides those with parameters (OpenAPI 3.1, section 4.8.8.2):
 * `/sessions/refresh` is not the session with the id `refresh`. The router looks at each method alone, so it would take it for that.
 */
function methodsByPath(app: HttpServer) {
  const concrete = new Map<string, string[]>();
  const routes: { pattern: RegExp; method: string }[] = [];
  app.addHook('onRoute', ({ url, method }) => {
    // The CORS plugin answers preflights on any path, which does not make a path known.
    if (url === '*') return;
    if (!VARIABLE.test(url)) {
      concrete.set(url, [...(concrete.get(url) ?? []), ...[method].flat()]);
      return;
    }
    const source = url
      .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
      .replace(/:[A-Za-z]+/g, '[^/]+')
      .replace('\\*', '.*');
    for (const name of [method].flat()) routes.push({ pattern: new RegExp(`^${source}$`), method: name });
  });
  return {
    /** It is only used for 405, so its cost does not matter. */
    allowed(url: string): string[] {
      const path = pathOf(url);
      const matching = routes.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);
      return [...new Set(concrete.get(path) ?? matching)].sort();
    },
    /** Returns true if the router chose a route with parameters for a concrete path, which lacks the method. */
    hidden: ({ url, routeOptions }: FastifyRequest) =>
      VARIABLE.test(routeOptions.url ?? '') && concrete.has(pathOf(url)) && routeOptions.url !== '*',
  };
}

const VARIABLE = /[:*]/;
const pathOf = (url: string) => url.split('?', 1)[0]!;

const CLIENT_ERRORS: Record<string, ProblemFactory> = {
  HPE_HEADER_OVERFLOW: httpErrors.headers_too_large,
  ERR_HTTP_REQUEST_TIMEOUT: httpErrors.request_timeout,
};

/** A request line with a method that is none of HTTP's, or is not written in capitals (RFC 9110 section 9.1). */
const UNKNOWN_METHOD = /^[\w!#$%&'*+.^`|~-]+ \S+ HTTP\/1\.[01]\r?\n/;

function clientProblem({ code = '', rawPacket }: NodeJS.ErrnoException & { rawPacket?: Buffer }): Problem {
  if (code === 'HPE_INVALID_METHOD' && UNKNOWN_METHOD.test(rawPacket?.toString('latin1') ?? ''))
    return httpErrors.method_not_implemented();
  return (CLIENT_ERRORS[code] ?? httpErrors.bad_request)();
}

/** Answers requests that Node's HTTP parser refuses. They never become requests of Fastify, but get a problem document too. */
export function answerClientError(problemBaseUrl: string) {
  return (error: NodeJS.ErrnoException, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const problem = clientProblem(error);
    const requestId = randomUUID();
    const body = JSON.stringify(problemDocument(problem, problemBaseUrl, requestId));
    socket.end(
      `HTTP/1.1 ${problem.status} ${problem.title}\r\ncontent-type: application/problem+json\r\nx-request-id: ${requestId}\r\n` +
        `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
    );
  };
}
