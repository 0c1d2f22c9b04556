/** Constant load on an address. The test fails if a request fails. */
import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

export interface Load {
  /** The number of requests that were answered with a status below 500. */
  readonly answered: number;
  /** Failed requests, one line each. */
  readonly failures: string[];
  /** Sends no further request, and resolves when all are finished. */
  stop(): Promise<void>;
}

export interface LoadOptions {
  url: string;
  paths: string[];
  /** The number of clients that send requests at the same time, each over a keep-alive connection. */
  clients: number;
  pauseMs: number;
  token?: string;
}

export function startLoad({ url, paths, clients, pauseMs, token }: LoadOptions): Load {
  const agent = new Agent({ keepAlive: true });
  const failures: string[] = [];
  let answered = 0;
  let stopping = false;

  async function client(number: number): Promise<void> {
    for (let count = number; !stopping; count++) {
      const path = paths[count % paths.length]!;
      // Every third request uses a new connection, as new clients do.
      await ask(new URL(path, url), count % 3 === 0 ? undefined : agent, token).then(
        (status) => {
          if (status < 500) answered++;
          else failures.push(`${path}: ${status}`);
        },
        (error: Error) => failures.push(`${path}: ${error.message}`),
      );
      await delay(pauseMs);
    }
  }

  const running = Array.from({ length: clients }, (_, number) => client(number));
  return {
    get answered() {
      return answered;
    },
    failures,
    async stop() {
      stopping = true;
      await Promise.all(running);
      agent.destroy();
    },
  };
}

function ask(url: URL, agent: Agent | undefined, token?: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = token ? { authorization: `Bearer ${token}` } : {};
    request(url, { agent: agent ?? false, headers, timeout: 20_000 }, (response) => {
      response.on('end', () => resolve(response.statusCode!));
      response.on('error', reject);
      response.resume();
    })
      .on('error', reject)
      .on('timeout', function (this: { destroy(error: Error): void }) {
        this.destroy(new Error('no answer in 20 s'));
      })
      .end();
  });
}
