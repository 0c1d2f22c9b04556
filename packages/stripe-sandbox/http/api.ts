/** The API: authenticates, replays, routes, presents; errors in Stripe's shape leave here and nowhere else. */
import { Fault, invalid } from '../fault.ts';
import { ROUTES } from '../resources/all.ts';
import { API_VERSION, newId, type World } from '../world.ts';
import type { Answer, ApiRequest } from './answer.ts';
import { present } from './expansion.ts';
import { type FormObject, parseForm } from './form.ts';
import { createIdempotencyKeys } from './idempotency.ts';
import { list, readShape, text } from './parameters.ts';
import type { Route } from './routes.ts';

export interface Api {
  /** Answers a request to `/v1/…`. Never throws; waits only where trouble slows the request down. */
  answer(request: ApiRequest): Promise<Answer>;
}

/** The API of a world. */
export function createApi(world: World): Api {
  const keys = createIdempotencyKeys();

  return {
    async answer(request) {
      const requestId = newId(world, 'req', 14);
      const headers = headersOf(request, requestId);
      const trouble = await world.troubles.beforeRequest(request);
      if (trouble) return { ...trouble, headers: { ...headers, ...trouble.headers } };
      const answer = answerOnce(request, requestId, headers);
      return world.troubles.afterRequest(request, answer);
    },
  };

  function answerOnce(request: ApiRequest, requestId: string, headers: Record<string, string>): Answer {
    const key = request.method === 'POST' ? request.headers['idempotency-key'] : undefined;
    let begun = false;
    try {
      authenticate(request);
      if (key) {
        const before = keys.begin(key, request, world.now());
        if (before) return { ...before, headers: { ...before.headers, 'request-id': requestId } };
        begun = true;
      }
      world.request = { id: requestId, idempotencyKey: key ?? null };
      const answer = { status: 200, headers, body: JSON.stringify(handle(world, request)) };
      if (key) keys.settle(key, answer);
      return answer;
    } catch (error) {
      const fault = error instanceof Fault ? error : unforeseen(error);
      const answer = { status: fault.status, headers, body: JSON.stringify({ error: fault.body }) };
      // Stripe keeps the result of a request once its endpoint has begun to execute, failures included; a request that
      // fails validation has not begun.
      if (key && begun && fault.body.type === 'invalid_request_error') keys.forget(key);
      else if (key && begun) keys.settle(key, answer);
      return answer;
    } finally {
      world.request = null;
    }
  }
}

function handle(world: World, request: ApiRequest): unknown {
  const [path, query] = request.path.split('?', 2) as [string, string | undefined];
  const { route, bound } = match(request.method, path);
  const form = { ...parseForm(query ?? ''), ...parseForm(request.body) };
  const expand = takeExpand(form);
  return present(world, route.handle(world, readShape(route.shape, form), bound), expand);
}

function takeExpand(form: FormObject): string[] {
  const { expand } = form;
  delete form.expand;
  return expand === undefined ? [] : list(text)(expand, 'expand');
}

/** Fixed segments win over bound ones, so `/v1/invoices/create_preview` is not the invoice of that name. */
function match(method: string, path: string): { route: Route; bound: Record<string, string> } {
  const segments = path.split('/').slice(1);
  let best: { route: Route; bound: Record<string, string> } | undefined;
  for (const route of ROUTES) {
    if (route.method !== method || route.segments.length !== segments.length) continue;
    const bound: Record<string, string> = {};
    const fits = route.segments.every((segment, index) => {
      if (!segment.startsWith(':')) return segment === segments[index];
      bound[segment.slice(1)] = decodeURIComponent(segments[index]!);
      return true;
    });
    if (fits && (!best || Object.keys(bound).length < Object.keys(best.bound).length)) best = { route, bound };
  }
  if (best) return best;
  throw new Fault(
    404,
    'invalid_request_error',
    `Unrecognized request URL (${method}: ${path}). stripe-sandbox covers the part of the API that its README lists.`,
  );
}

/** Any test key will do; a live one has no business here. */
function authenticate(request: ApiRequest): void {
  const given = request.headers.authorization ?? '';
  const key = given.startsWith('Basic ')
    ? Buffer.from(given.slice(6), 'base64').toString().split(':')[0]!
    : given.replace(/^Bearer /, '');
  if (key === '') {
    throw new Fault(401, 'invalid_request_error', 'You did not provide an API key.');
  }
  if (!/^[sr]k_test_/.test(key)) {
    throw new Fault(401, 'invalid_request_error', `Invalid API Key provided: ${key.slice(0, 8)}***`);
  }
}

function headersOf(request: ApiRequest, requestId: string): Record<string, string> {
  const key = request.headers['idempotency-key'];
  return {
    'content-type': 'application/json',
    'request-id': requestId,
    'stripe-version': request.headers['stripe-version'] ?? API_VERSION,
    ...(key && request.method === 'POST' && { 'idempotency-key': key }),
  };
}

function unforeseen(error: unknown): Fault {
  if (error instanceof URIError) return invalid('Invalid URL');
  console.error(error);
  return new Fault(500, 'api_error', `stripe-sandbox failed: ${String(error)}`);
}
