/** The API: authentication, idempotent replay, routing and presentation. Only this file turns errors into Stripe's error answers. */

import type { Api } from '../controls.ts';
import type { Answer, ApiRequest } from '../protocol/answer.ts';
import { type FormObject, parseForm } from '../protocol/form.ts';
import { list, readShape, text } from '../protocol/parameters.ts';
import type { Route } from '../protocol/routes.ts';
import { ROUTES } from '../resources/all.ts';
import { checkRules } from '../resources/rules.ts';
import { Fault, invalid } from '../world/fault.ts';
import { API_VERSION, newId, type World } from '../world/world.ts';
import { present } from './expansion.ts';
import { createIdempotencyKeys, inUse } from './idempotency.ts';
import { refusedByTrouble, slowness, spoiledByTrouble } from './trouble.ts';

/** Creates the API of a world. */
export function createApi(world: World): Api {
  const keys = createIdempotencyKeys();
  const underWay = new Set<string>();

  return {
    async answer(request) {
      const headers = headersOf(request, newId(world, 'req', 14));
      const key = keyOf(request);
      if (key && underWay.has(key)) return refusal(inUse(), headers);
      const slow = slowness(world.troubles, request);
      if (slow) await underWayFor(key, slow);
      const trouble = refusedByTrouble(world.troubles, request);
      if (trouble) return { ...trouble, headers: { ...headers, ...trouble.headers } };
      return spoiledByTrouble(world.troubles, request, answerOnce(request, key, headers));
    },
  };

  /** Marks a key as in use while a request is slowed down. All other requests are atomic, so that no second one can find their key in use. */
  async function underWayFor(key: string | null, milliseconds: number): Promise<void> {
    if (key) underWay.add(key);
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    if (key) underWay.delete(key);
  }

  function answerOnce(request: ApiRequest, key: string | null, headers: Headers): Answer {
    try {
      authenticate(request);
      if (key && key.length > KEY_LENGTH) throw invalid(`Idempotency keys can be up to ${KEY_LENGTH} characters long.`);
      const before = key ? keys.recall(key, request, world.now()) : undefined;
      if (before) return { ...before, headers: { ...before.headers, 'request-id': headers['request-id'] } };
    } catch (error) {
      return refusal(error, headers);
    }
    const answer = answerNew(request, key, headers);
    // As in Stripe, a request that fails validation does not use up its key. Every other answer is kept.
    if (key && answer.status !== 400 && answer.status !== 404) keys.keep(key, request, answer, world.now());
    return answer;
  }

  function answerNew(request: ApiRequest, key: string | null, headers: Headers): Answer {
    world.request = { id: headers['request-id'], idempotencyKey: key };
    try {
      return { status: 200, headers, body: JSON.stringify(handle(world, request)) };
    } catch (error) {
      return refusal(error, headers);
    } finally {
      world.request = null;
    }
  }
}

type Headers = Record<string, string> & { 'request-id': string };

/** The longest idempotency key that Stripe accepts (docs.stripe.com/api/idempotent_requests). */
const KEY_LENGTH = 255;

function keyOf(request: ApiRequest): string | null {
  return (request.method === 'POST' && request.headers['idempotency-key']) || null;
}

function refusal(error: unknown, headers: Headers): Answer {
  const fault = error instanceof Fault ? error : unforeseen(error);
  return { status: fault.status, headers, body: JSON.stringify({ error: fault.body }) };
}

function handle(world: World, request: ApiRequest): unknown {
  const [path, query] = request.path.split('?', 2) as [string, string | undefined];
  const { route, bound } = match(request.method, path);
  const form = { ...parseForm(query ?? ''), ...parseForm(request.body) };
  const expand = takeExpand(form);
  const params = readShape(route.shape, form);
  checkRules(world, route, params, bound);
  return present(world, route.handle(world, params, bound), expand);
}

function takeExpand(form: FormObject): string[] {
  const { expand } = form;
  delete form.expand;
  return expand === undefined ? [] : list(text)(expand, 'expand');
}

/** Fixed segments take precedence over parameters: `/v1/invoices/create_preview` is not an invoice with that id. */
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

/** Accepts every test key. Live keys are refused, so that none ends up in a sandbox by mistake. */
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

function headersOf(request: ApiRequest, requestId: string): Headers {
  const key = keyOf(request);
  return {
    'content-type': 'application/json',
    'request-id': requestId,
    'stripe-version': request.headers['stripe-version'] ?? API_VERSION,
    ...(key && { 'idempotency-key': key }),
  };
}

function unforeseen(error: unknown): Fault {
  if (error instanceof URIError) return invalid('Invalid URL');
  console.error(error);
  return new Fault(500, 'api_error', `stripe-sandbox failed: ${String(error)}`);
}
