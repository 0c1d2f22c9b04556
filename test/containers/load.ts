/** Constant load on an address. The test fails if a request fails. */
import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

export interface Load {
  /** The number of requests that were answered with a status below 500. */
  readonly answered: number;
  /** Failed requests, one line each. */
  readonly failures: string[];
  /** The number of answers per status. */
  readonly statuses: Readonly<Record<number, number>>;
  /** The longest time of an answer, in milliseconds. */
  readonly slowestMs: number;
  /** Sends no further request, and resolves when all are finished. */
  stop(): Promise<void>;
}

export interface LoadOptions {
  url: string;
  /** A path is asked for with GET. */
  paths: (string | { method: string; path: string; body: object })[];
  /** The number of clients that send requests at the same time, each over a keep-alive connection. */
  clients: number;
  pauseMs: number;
  token?: string;
}

/** A load whose requests are sent at a constant pace, however long the answers take. */
export interface PacedLoad extends Pick<Load, 'answered' | 'failures' | 'stop'> {
  /** Begins a new measurement. @returns the latency that 99 % of the requests since the last one did not exceed, and their number */
  lap(): { p99Ms: number; count: number };
}

export interface PacedLoadOptions {
  url: string;
  paths: string[];
  perSecond: number;
}

/** How often requests are sent: as many at once as are due since. */
const TICK_MS = 5;

export function startPacedLoad({ url, paths, perSecond }: PacedLoadOptions): PacedLoad {
  const agent = new Agent({ keepAlive: true });
  const failures: string[] = [];
  const open = new Set<Promise<void>>();
  let latencies: number[] = [];
  let answered = 0;
  let sent = 0;
  const startedAt = performance.now();
  const timer = setInterval(() => {
    for (; sent < ((performance.now() - startedAt) / 1_000) * perSecond; sent++) {
      const path = paths[sent % paths.length]!;
      // The moment at which it was due: a client that is late itself hides nothing.
      const dueAt = startedAt + (sent / perSecond) * 1_000;
      const one = ask(new URL(path, url), { method: 'GET', agent })
        .then(
          (status) => {
            latencies.push(performance.now() - dueAt);
            if (status < 500) answered++;
            else failures.push(`${path}: ${status}`);
          },
          (error: Error) => void failures.push(`${path}: ${error.message}`),
        )
        .finally(() => open.delete(one));
      open.add(one);
    }
  }, TICK_MS);
  return {
    get answered() {
      return answered;
    },
    failures,
    lap() {
      const sorted = latencies.sort((a, b) => a - b);
      latencies = [];
      return { p99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN, count: sorted.length };
    },
    async stop() {
      clearInterval(timer);
      await Promise.all(open);
      agent.destroy();
    },
  };
}

export function startLoad({ url, paths, clients, pauseMs, token }: LoadOptions): Load {
  const agent = new Agent({ keepAlive: true });
  const failures: string[] = [];
  const statuses: Record<number, number> = {};
  let answered = 0;
  let slowestMs = 0;
  let stopping = false;

  async function client(number: number): Promise<void> {
    for (let count = number; !stopping; count++) {
      const chosen = paths[count % paths.length]!;
      const { method, path, body } =
        typeof chosen === 'string' ? { method: 'GET', path: chosen, body: undefined } : chosen;
      const startedAt = performance.now();
      // Every third request uses a new connection, as new clients do.
      await ask(new URL(path, url), { method, body, token, agent: count % 3 === 0 ? undefined : agent }).then(
        (status) => {
          statuses[status] = (statuses[status] ?? 0) + 1;
          slowestMs = Math.max(slowestMs, performance.now() - startedAt);
          if (status < 500) answered++;
          else failures.push(`${method} ${path}: ${status}`);
        },
        (error: Error) => failures.push(`${method} ${path}: ${error.message}`),
      );
      await delay(pauseMs);
    }
  }

  const running = Array.from({ length: clients }, (_, number) => client(number));
  return {
    get answered() {
      return answered;
    },
    get slowestMs() {
      return slowestMs;
    },
    failures,
    statuses,
    async stop() {
      stopping = true;
      await Promise.all(running);
      agent.destroy();
    },
  };
}

interface Asked {
  method: string;
  body?: object | undefined;
  token?: string | undefined;
  agent: Agent | undefined;
}

function ask(url: URL, { method, body, token, agent }: Asked): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body && { 'content-type': 'application/json' }),
    };
    request(url, { method, agent: agent ?? false, headers, timeout: 20_000 }, (response) => {
      response.on('end', () => resolve(response.statusCode!));
      response.on('error', reject);
      response.resume();
    })
      .on('error', reject)
      .on('timeout', function (this: { destroy(error: Error): void }) {
        this.destroy(new Error('no answer in 20 s'));
      })
      .end(body && JSON.stringify(body));
  });
}
