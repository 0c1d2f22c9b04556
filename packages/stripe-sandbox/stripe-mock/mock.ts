/** Installs and starts stripe-mock, Stripe's own stateless server of its OpenAPI description (github.com/stripe/stripe-mock, MIT). */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export const VERSION = 'v0.203.0';
/** Outside of the repository, and kept for the next run. */
const FOLDER = join(tmpdir(), `stripe-mock-${VERSION}`);
const PROGRAM = join(FOLDER, 'stripe-mock');

/** @returns a sentence that says why stripe-mock cannot be had here, or undefined once it is installed */
export function install(): string | undefined {
  if (existsSync(PROGRAM)) return undefined;
  if (spawnSync('go', ['version']).status !== 0) return 'Go is not installed, which stripe-mock needs.';
  const built = spawnSync('go', ['install', `github.com/stripe/stripe-mock@${VERSION}`], {
    env: { ...process.env, GOBIN: FOLDER },
    encoding: 'utf8',
  });
  return built.status === 0 ? undefined : `stripe-mock ${VERSION} could not be installed: ${built.stderr.trim()}`;
}

export interface Mock {
  url: string;
  stop(): Promise<void>;
}

/** Starts stripe-mock on a free port of this machine. Throws an Error if it ends at once. */
export async function start(): Promise<Mock> {
  const anyPort = '127.0.0.1:';
  const child: ChildProcess = spawn(PROGRAM, ['-http-addr', anyPort, '-https-addr', anyPort], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout! })) {
    const address = /HTTP at address: (\S+)/.exec(line)?.[1];
    if (!address) continue;
    child.stdout!.resume();
    return {
      url: `http://${address}`,
      async stop() {
        child.kill();
        await once(child, 'exit');
      },
    };
  }
  throw new Error('stripe-mock ended before it listened.');
}
