/** Routes: a method, a path, its parameters, and the function that answers. Resources export lists of them. */
import { invalid } from '../world/fault.ts';
import { isOwned, type Kind, type Kinds } from '../world/store.ts';
import type { World } from '../world/world.ts';
import { page, pagination } from './listing.ts';
import { inRange, needed, type Read, range, type Shape, text } from './parameters.ts';
import { readQuery } from './search.ts';

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

/** The route `GET path/search?query=…`, newest first. `page` is the `next_page` of the answer before (docs.stripe.com/search#pagination). */
export function searching(path: string, kind: Kind): Route {
  return route(
    `GET ${path}/search`,
    { query: needed(text), limit: pagination.limit, page: text },
    (world, { query, limit, page: from }) => {
      const matches = readQuery(query, kind);
      const found = world.store.all(kind).filter((object) => !('deleted' in object) && matches(object));
      const { data, has_more } = page(found, { limit, starting_after: from && pageStart(from) }, `${path}/search`);
      const next_page = has_more ? Buffer.from(data.at(-1)!.id).toString('base64url') : null;
      return { object: 'search_result', data, has_more, next_page, url: `${path}/search` };
    },
  );
}

function pageStart(token: string): string {
  const id = Buffer.from(token, 'base64url').toString();
  if (!/^\w+$/.test(id)) throw invalid(`Invalid page: ${token}`, 'page');
  return id;
}
