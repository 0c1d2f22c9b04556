/** A browser as the client sees it, without one: tabs that share cookies, storage, locks and a channel, and a network that loses answers. */
import { setImmediate } from 'node:timers/promises';
import {
  type ChannelClass,
  type Client,
  type ClientOptions,
  createClient,
  type LockManager,
  memoryStorage,
} from '@plinth/client';
import type { TestService } from '../service.ts';

export interface BrowserOptions {
  mode: 'cookie' | 'bearer';
  /** False for a browser without Web Locks and BroadcastChannel: then tabs have the storage alone. */
  modern: boolean;
}

export interface Tab {
  readonly client: Client;
  /** The next requests of the tab never arrive, or their answers do not. */
  lose(what: 'request' | 'answer', times: number): void;
  /** From now on everything arrives, at once. */
  heal(): void;
  /** How many turns of the event loop an answer takes. */
  delay(turns: number): void;
  /** Resolves once the page has ended. */
  readonly ended: Promise<void>;
  /** The browser ends the page: what it waited for never arrives. */
  kill(): void;
}

export interface Browser {
  open(): Tab;
  /** Resolves once nothing that a tab has sent is on its way any more. */
  arrived(): Promise<unknown>;
  /** The access tokens that its tabs have sent. */
  readonly tokens: ReadonlySet<string>;
}

const ORIGIN = 'https://app.example.com';
let browsers = 0;

export function createBrowser(test: TestService, { mode, modern }: BrowserOptions): Browser {
  const storage = memoryStorage();
  const cookies = new Map<string, string>();
  const tokens = new Set<string>();
  const networks: ReturnType<typeof createNetwork>[] = [];
  const name = `browser-${++browsers}`;
  return {
    tokens,
    arrived: () => Promise.all(networks.map((network) => network.arrived())),
    open() {
      const network = createNetwork(cookies);
      networks.push(network);
      const options: ClientOptions = {
        ...{ baseUrl: test.url, mode, storage, name },
        hooks: {
          onRequest({ headers: { authorization } }) {
            if (authorization) tokens.add(authorization.slice('Bearer '.length));
          },
        },
        platform: {
          fetch: network.fetch,
          now: () => test.clock.now().getTime(),
          backoffMs: 1,
          leaseMs: 100,
          locks: modern ? network.locks : undefined,
          channel: modern ? (BroadcastChannel as unknown as ChannelClass) : undefined,
        },
      };
      const client = createClient(options);
      return {
        client,
        lose: network.lose,
        delay: network.delay,
        heal: network.heal,
        ended: network.ended,
        kill() {
          network.kill();
          client.session.close();
        },
      };
    },
  };
}

function createNetwork(cookies: Map<string, string>) {
  const dead = Promise.withResolvers<never>();
  dead.promise.catch(() => {});
  let isDead = false;
  let turns = 0;
  const losses = { request: 0, answer: 0 };
  const lost = (what: 'request' | 'answer') => {
    if (losses[what] === 0) return;
    losses[what]--;
    throw new TypeError(`the ${what} was lost`);
  };

  /** Requests on their way. Those of a page that ended arrive too. */
  const underway = new Set<Promise<unknown>>();

  async function exchange(url: string, init: RequestInit): Promise<Response> {
    lost('request');
    const headers = new Headers(init.headers);
    headers.set('origin', ORIGIN);
    if (init.credentials === 'include') headers.set('cookie', [...cookies].map((pair) => pair.join('=')).join('; '));
    const sent = fetch(url, { ...init, headers });
    underway.add(sent);
    const response = await sent.finally(() => underway.delete(sent));
    await wait(turns);
    lost('answer');
    if (!isDead && init.credentials === 'include') keep(response, cookies);
    return response;
  }

  const locks: LockManager = {
    // A browser releases the locks of a page that it ends, and the page never hears of it. What the page had sent arrives before what others send
    // later: milliseconds do not last as long as two more refreshes.
    request: (name, options, work) =>
      Promise.race([
        navigator.locks.request(name, options, () => Promise.race([work(), released(dead.promise, underway)])),
        silent(dead.promise),
      ]).then((result) => (isDead ? new Promise(() => {}) : result)) as never,
  };
  return {
    locks,
    ended: dead.promise.catch(() => {}),
    arrived: () => Promise.allSettled(underway),
    fetch: ((url: string, init: RequestInit = {}) =>
      isDead ? new Promise(() => {}) : Promise.race([exchange(url, init), silent(dead.promise)])) as typeof fetch,
    lose(what: 'request' | 'answer', times: number) {
      losses[what] += times;
    },
    heal() {
      turns = 0;
      losses.request = 0;
      losses.answer = 0;
    },
    delay(count: number) {
      turns = count;
    },
    kill() {
      isDead = true;
      dead.reject(new Error('the page has ended'));
    },
  };
}

/** Never resolves: nobody is there any more to see what becomes of it. */
const silent = (end: Promise<never>) => end.catch(() => new Promise<never>(() => {}));
const released = (end: Promise<never>, underway: ReadonlySet<Promise<unknown>>) =>
  end.catch(() => Promise.allSettled(underway) as Promise<never>);

async function wait(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await setImmediate();
}

function keep(response: Response, cookies: Map<string, string>): void {
  for (const text of response.headers.getSetCookie()) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(text) ?? [];
    if (value === '') cookies.delete(name);
    else cookies.set(name, value);
  }
}
