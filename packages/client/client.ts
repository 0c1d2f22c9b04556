/** The client: `client.call(operation, input)`, with the session, retries and pages around it. */
import {
  type AnyOperation,
  address,
  type CodeOf,
  type InputOf,
  type ItemOf,
  type OutputOf,
  parseOperation,
} from './operation.ts';
import { type ApiError, ApiProblem, type ClientCode } from './problems.ts';
import { type Hooks, send as sendOnce } from './sending.ts';
import { createExclusively, type LockManager } from './sessions/locks.ts';
import { type ChannelClass, createShared } from './sessions/record.ts';
import { createClientSession, type Session } from './sessions/session.ts';
import { browserStorage, type ClientStorage } from './sessions/storage.ts';
import { isPassing, pause, waitBefore } from './waiting.ts';

export type { AnyOperation, CodeOf, InputOf, ItemOf, Operation, OutputOf } from './operation.ts';
export { type ApiError, ApiProblem, type ClientCode, isApiError } from './problems.ts';
export type { Answered, Attempt, Hooks } from './sending.ts';
export type { LockManager } from './sessions/locks.ts';
export type { ChannelClass, SignedOutReason } from './sessions/record.ts';
export type { Session, SessionState } from './sessions/session.ts';
export { browserStorage, type ClientStorage, memoryStorage } from './sessions/storage.ts';

export interface ClientOptions {
  /** Where the API is, without a slash at its end. Default: where the page came from. */
  baseUrl?: string;
  /** `cookie`: scripts never see the refresh token; for browsers on the API's site. `bearer`: it is in `storage`. */
  mode?: 'cookie' | 'bearer';
  /** An API key of an organization, in place of a session. */
  apiKey?: string;
  /** For one attempt, in milliseconds. Default 30,000. */
  timeoutMs?: number;
  /** Attempts of a call in all. Default 4. */
  attempts?: number;
  hooks?: Hooks;
  /** Where bearer mode keeps its tokens. Default: `localStorage`, and memory where there is none. */
  storage?: ClientStorage;
  /** Distinguishes clients of one page that have sessions of their own. */
  name?: string;
  /** Replacements for what the platform offers; `undefined` stands for a platform without it. */
  platform?: Partial<Platform>;
}

export interface Platform {
  fetch: typeof fetch;
  locks: LockManager | undefined;
  channel: ChannelClass | undefined;
  now: () => number;
  /** The first wait between two attempts, in milliseconds. */
  backoffMs: number;
  /** How long a tab may keep the others from refreshing where there are no Web Locks, in milliseconds. */
  leaseMs: number;
}

export interface CallOptions {
  signal?: AbortSignal;
  timeoutMs?: number;
  attempts?: number;
  /** Default: a new one for each call, the same in each of its attempts. */
  idempotencyKey?: string;
}

/** The error of a call of this operation. */
export type ErrorOf<O> = ApiError<CodeOf<O> | ClientCode | 'internal_error'>;

/** The input may be left out where nothing in it is required. */
type Rest<O> =
  Record<never, never> extends InputOf<O>
    ? [input?: InputOf<O>, options?: CallOptions]
    : [input: InputOf<O>, options?: CallOptions];

export interface Client {
  readonly session: Session;
  /** @throws ApiProblem */
  call<O extends AnyOperation>(operation: O, ...rest: Rest<O>): Promise<OutputOf<O>>;
  /** The same without throwing: the error has the operation's codes as its type. */
  attempt<O extends AnyOperation>(
    operation: O,
    ...rest: Rest<O>
  ): Promise<{ data: OutputOf<O>; error?: undefined } | { data?: undefined; error: ErrorOf<O> }>;
  /** The pages of a list, one request for each, as they are asked for. */
  pages<O extends AnyOperation>(operation: O, ...rest: Rest<O>): AsyncGenerator<OutputOf<O>, void>;
  /** The elements of a list, over all pages. */
  each<O extends AnyOperation>(operation: O, ...rest: Rest<O>): AsyncGenerator<ItemOf<O>, void>;
}

export function createClient(options: ClientOptions = {}): Client {
  const { baseUrl = '', mode = 'cookie', timeoutMs = 30_000, attempts = 4, hooks = {}, name = 'session' } = options;
  const platform = { ...ofThisPlatform(), ...options.platform };
  const { now, backoffMs, fetch: request } = platform;
  const sending = {
    ...{ baseUrl, hooks, now },
    // As a function, not as a method: browsers refuse any `this` but their own.
    fetch: ((...input: Parameters<typeof fetch>) => request(...input)) as typeof fetch,
    credentials: mode === 'cookie' && options.apiKey === undefined ? ('include' as const) : undefined,
  };
  const storage = options.storage ?? browserStorage();
  const session = createClientSession({
    ...{ mode, now, backoffMs },
    shared: createShared(name, storage, platform.channel),
    exclusively: createExclusively(name, platform.locks, storage, platform.leaseMs),
    send(operation, body, token) {
      const { method, path } = parseOperation(operation);
      const headers: Record<string, string> = {};
      if (token !== undefined) headers.authorization = `Bearer ${token}`;
      // Shorter than the patience of other tabs.
      return sendOnce(
        { method, path, route: path, attempt: 1, headers, body, timeoutMs: Math.min(timeoutMs, 9_000) },
        sending,
      );
    },
  });

  async function call(operation: string, input: object = {}, asked: CallOptions = {}): Promise<unknown> {
    const parsed = parseOperation(operation);
    const { method, path: route, isPublic, takesKey, isStream } = parsed;
    const { path, body } = address(parsed, input as Record<string, unknown>);
    const key = takesKey ? (asked.idempotencyKey ?? crypto.randomUUID()) : undefined;
    const { signal } = asked;
    const sent = { method, path, route, body, isStream, signal, timeoutMs: asked.timeoutMs ?? timeoutMs };
    let refused: string | undefined;
    for (let attempt = 1; ; attempt++) {
      const token = isPublic ? undefined : await credential(signal, refused);
      const headers: Record<string, string> = {};
      if (token !== undefined) headers.authorization = `Bearer ${token}`;
      if (key !== undefined) headers['idempotency-key'] = key;
      try {
        return await sendOnce({ ...sent, attempt, headers }, sending);
      } catch (error) {
        const problem = error as ApiProblem;
        // Refused before anything was done. A new token is asked for once.
        if (problem.status === 401 && token !== undefined && refused === undefined && options.apiKey === undefined) {
          refused = token;
          continue;
        }
        const isRepeatable = (method === 'GET' || key !== undefined) && isPassing(problem);
        const wait = isRepeatable ? waitBefore(attempt, problem, backoffMs) : undefined;
        if (wait === undefined || attempt >= (asked.attempts ?? attempts)) throw problem;
        await pause(wait, signal);
      }
    }
  }

  async function credential(signal: AbortSignal | undefined, refused: string | undefined): Promise<string> {
    const token = options.apiKey ?? (await session.token(signal, refused));
    if (token !== undefined) return token;
    throw new ApiProblem(
      { code: refused === undefined ? 'unauthenticated' : 'session_revoked', detail: 'Sign in.' },
      401,
    );
  }

  async function* pages(operation: string, input: object = {}, asked?: CallOptions) {
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page = (await call(operation, { ...input, ...(cursor && { cursor }) }, asked)) as ListPage;
      yield page;
      cursor = page.nextCursor;
    }
  }

  const client = {
    session,
    call,
    attempt: (operation: string, input?: object, asked?: CallOptions) =>
      call(operation, input, asked).then(
        (data) => ({ data }),
        (error: unknown) => {
          if (error instanceof ApiProblem) return { error };
          throw error;
        },
      ),
    pages,
    async *each(operation: string, input?: object, asked?: CallOptions) {
      for await (const { data } of pages(operation, input, asked)) yield* data;
    },
  };
  return client as unknown as Client;
}

interface ListPage {
  data: readonly unknown[];
  nextCursor: string | null;
}

function ofThisPlatform(): Platform {
  const { navigator, BroadcastChannel } = globalThis as {
    navigator?: { locks?: LockManager };
    BroadcastChannel?: ChannelClass;
  };
  return { fetch, locks: navigator?.locks, channel: BroadcastChannel, now: Date.now, backoffMs: 300, leaseMs: 4_000 };
}
