/** The service as operators run it: `node app/main.ts` in a separate process, with the environment that a test gives it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

export interface LogLine {
  level: string;
  message: string;
  [field: string]: unknown;
}

export interface ServiceProcess {
  readonly child: ChildProcess;
  /** The log lines so far. */
  readonly lines: LogLine[];
  /** Waits for a log line whose message matches; earlier lines count. @throws if the process ends without it */
  logged(message: RegExp): Promise<LogLine>;
  /** Waits until the service is ready. @returns its addresses */
  ready(): Promise<{ url: string; metricsUrl: string }>;
  /** Resolves when the process has ended. */
  readonly ended: Promise<{ code: number | null; signal: string | null; stderr: string }>;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PATIENCE_MS = 60_000;

/** A minimal production environment without DATABASE_URL and SMTP_URL. No value is a default, weak or shared. */
export const PRODUCTION = {
  APP_ENV: 'production',
  HOST: '127.0.0.1',
  PORT: '0',
  METRICS_PORT: '0',
  APP_URL: 'https://app.example.com',
  API_URL: 'https://api.example.com',
  APP_SECRET: 'q8Zr2vLk0WmX5tYb7NcJ4hGfD1sPaE9uTiOoRlKj',
  EMAIL_FROM: 'Plinth <no-reply@example.com>',
  SMTP_URL: 'smtp://127.0.0.1:1',
  PASSWORD_HASH_MEMORY_KIB: '7168',
  PASSWORD_HASH_ITERATIONS: '1',
  NETWORK_LIMIT_FACTOR: '1000',
  DRAIN_DELAY_SECONDS: '0',
};

/** Starts the service, with exactly the given environment. It is stopped after the test. */
export function startProcess(t: TestContext, role: string, env: Record<string, string>): ServiceProcess {
  const child = spawn(process.execPath, ['app/main.ts', role], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: LogLine[] = [];
  const arrivals = new EventTarget();
  const output = createInterface(child.stdout);
  output.on('line', (line) => {
    lines.push(line.startsWith('{') ? JSON.parse(line) : { level: 'none', message: line });
    arrivals.dispatchEvent(new Event('line'));
  });
  const stderr = text(child.stderr);
  const ended = once(child, 'close').then(async ([code, signal]) => {
    arrivals.dispatchEvent(new Event('line'));
    return { code, signal, stderr: await stderr };
  });
  t.after(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;

  async function logged(message: RegExp): Promise<LogLine> {
    for (;;) {
      const found = lines.find((line) => message.test(line.message));
      if (found) return found;
      if (hasEnded()) throw new Error(`ended without ${message}: ${JSON.stringify(lines.slice(-5))} ${await stderr}`);
      await once(arrivals, 'line', { signal: AbortSignal.timeout(PATIENCE_MS) });
    }
  }

  return {
    child,
    lines,
    logged,
    ended,
    async ready() {
      const { port, metricsPort } = await logged(/^ready$/);
      return { url: `http://127.0.0.1:${port}`, metricsUrl: `http://127.0.0.1:${metricsPort}` };
    },
  };
}

/** Polls until a condition holds. */
export async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
