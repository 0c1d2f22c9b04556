/** The service in development, as `npm start` runs it, on ports and data of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../dev/free-port.ts';

export interface DevelopmentService {
  readonly apiUrl: string;
  readonly mailboxUrl: string;
  /** Stops it, and deletes its data. */
  stop(): Promise<void>;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const START_LIMIT_MS = 120_000;

/**
 * @param ownPages true to have links and sign-ins lead to the pages of development, not to the account app
 * @throws Error with the end of what it printed when it does not start within two minutes
 */
export async function startDevelopmentService({ ownPages = false } = {}): Promise<DevelopmentService> {
  const names = [
    'PORT',
    'METRICS_PORT',
    'MAILBOX_PORT',
    'MAILBOX_SMTP_PORT',
    'STRIPE_SANDBOX_PORT',
    'LOCAL_PROVIDER_PORT',
  ] as const;
  const ports = Object.fromEntries(await Promise.all(names.map(async (name) => [name, String(await freePort())])));
  const child = spawn(process.execPath, ['app/main.ts', 'all'], {
    cwd: ROOT,
    // All clients call from one address: the limits per network would count them as one caller.
    env: {
      ...{ ...process.env, ...ports, NETWORK_LIMIT_FACTOR: '1000' },
      ...(ownPages && { APP_URL: `http://localhost:${ports.PORT}` }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => void (output.push(String(chunk)) > 200 && output.shift()));
  }
  const exit = once(child, 'exit');
  const service = {
    apiUrl: `http://localhost:${ports.PORT}`,
    mailboxUrl: `http://localhost:${ports.MAILBOX_PORT}`,
    async stop() {
      child.kill('SIGTERM');
      await exit;
      await rm(`${ROOT}/.plinth/${ports.PORT}`, { recursive: true, force: true });
    },
  };
  const deadline = performance.now() + START_LIMIT_MS;
  for (const url of [`${service.apiUrl}/readyz`, `${service.mailboxUrl}/api/email`]) {
    while (!(await fetch(url).catch(() => undefined))?.ok) {
      if (child.exitCode === null && performance.now() < deadline) await delay(200);
      else {
        await service.stop();
        throw new Error(`The service did not start:\n${output.join('').slice(-3_000)}`);
      }
    }
  }
  return service;
}
