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
  token: string | undefined;
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
