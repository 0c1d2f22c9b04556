/** Routes: a method, a path, its parameters, and the function that answers. Resources export lists of them. */
import { invalid } from '../world/fault.ts';
import { isOwned, type Kind, type Kinds } from '../world/store.ts';
import type { World } from '../world/world.ts';
import { page, pagination } from './listing.ts';
import { inRange, type Read, range, type Shape, text } from './parameters.ts';

export interface Route {
  method: 'GET' | 'POST' | 'DELETE';
  /** The segments of the path. A segment that starts with a colon is a parameter. */
  segments: string[];
  shape: Shape;
  /** Returns an object of the store, a list, or another plain object. */
  // biome-ignore lint/suspicious/noExplicitAny: a list of routes cannot keep the type of each one's parameters; `route` checks them
  handle(world: World, params: any, bound: Record<string, string>): unknown;
}

type Bound<P extends string> = P extends `${string}:${infer Name}/${infer Rest}`
  ? { [K in Name]: string } & Bound<Rest>
  : P extends `${string}:${infer Name}`
    ? { [K in Name]: string }
    : unknown;

/** Declares a route: `route('POST /v1/customers/:id', { email: text }, (world, params, { id }) => …)`. */
export function route<P extends string, S extends Shape>(
  signature: `${Route['method']} ${P}`,
  shape: S,
  handle: (world: World, params: Read<S>, bound: Bound<P>) => unknown,
): Route {
  const [method, path] = signature.split(' ') as [Route['method'], string];
  return { method, segments: path.split('/').slice(1), shape, handle: handle as Route['handle'] };
}

/** The route `GET path/:id`. */
export function retrieve(path: string, kind: Kind): Route {
  return route(`GET ${path}/:id`, {}, (world, _, { id }) => world.store.get(kind, id));
}

/** Kinds whose lists cannot be filtered by `created`. */
const UNDATED: readonly Kind[] = [
  'billing.meter',
  'billing_portal.configuration',
  'payment_method',
  'test_helpers.test_clock',
  'webhook_endpoint',
];

/** The route `GET path`: newest first, with pagination, `created`, and `filters`: fields that must equal the given parameter. */
export function listing<K extends Kind, S extends Shape>(
  path: string,
  kind: K,
  filters: S,
  keep: (object: Kinds[K], asked: Read<S>, world: World) => boolean = () => true,
): Route {
  const shape = { ...pagination, ...(UNDATED.includes(kind) ? {} : { created: range }), ...filters };
  return route(`GET ${path}`, shape, (world, params) => {
    const asked = params as Read<typeof pagination> & Read<S> & { created?: ReturnType<typeof range> };
    const { customer } = params as { customer?: string };
    const objects = customer && isOwned(kind) ? world.store.of(kind, customer) : world.store.all(kind);
    const kept = (objects as Kinds[K][])
      .filter((object) => inRange((object as { created?: number }).created ?? 0, asked.created))
      .filter((object) => keep(object, asked, world));
    return page(kept, asked, path);
  });
}

/**
 * The route `GET path/search?query=…`. It supports equality clauses of Stripe's query language, joined by AND: `metadata['org']:'1' AND
 * email:'a@b.c'` (docs.stripe.com/search).
 */
export function searching(path: string, kind: Kind): Route {
  return route(`GET ${path}/search`, { query: text, limit: pagination.limit, page: text }, (world, params) => {
    const clauses = (params.query ?? '').split(/\s+AND\s+/i).map(readClause);
    const found = world.store.all(kind).filter((object) => clauses.every((matches) => matches(object)));
    return { ...page(found, { limit: params.limit }, `${path}/search`), object: 'search_result', next_page: null };
  });
}

function readClause(clause: string): (object: object) => boolean {
  const match = /^(-?)(\w+)(?:\[["'](.+?)["']\])?:(?:"(.*)"|'(.*)'|(\w+))$/.exec(clause.trim());
  if (!match) throw invalid(`We were unable to parse your search query: ${clause}`, 'query');
  const [, not, field, key, double, single, bare] = match;
  const wanted = double ?? single ?? bare;
  return (object) => {
    const value = (object as Record<string, unknown>)[field!];
    const found = key ? (value as Record<string, unknown> | null)?.[key] : value;
    return (String(found ?? '') === wanted) !== (not === '-');
  };
}
