/** Runs the service in a separate process: `node app/main.ts`, as in production. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { freePort } from '../dev/free-port.ts';
import { ENVIRONMENT } from './service.ts';

export interface ServiceProcess {
  readonly url: string;
  readonly metricsUrl: string;
  readonly pid: number;
  /** Stops the process. @returns its exit code */
  stop(): Promise<number | null>;
  /** Resolves with its exit code once it has ended. */
  ended: Promise<number | null>;
}

export interface ServiceProcessOptions {
  /** Settings beside those of tests. */
  env?: NodeJS.ProcessEnv;
  /** How it calls itself in the line that says that it is ready. */
  named?: string;
}

/** Starts a role on a database; resolves once it logs that it is ready. @throws Error with its output if it exits first */
export async function startServiceProcess(
  databaseUrl: string,
  role = 'api',
  { env = {}, named = role }: ServiceProcessOptions = {},
): Promise<ServiceProcess> {
  const [port, metricsPort] = [await freePort(), await freePort()];
  const child = spawn(process.execPath, ['app/main.ts', role], {
    env: {
      ...ENVIRONMENT,
      DATABASE_URL: databaseUrl,
      PORT: String(port),
      METRICS_PORT: String(metricsPort),
      NODE_OPTIONS: '',
      PATH: process.env.PATH,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output: string[] = [];
  child.stderr.on('data', (chunk) => output.push(String(chunk)));
  const exit = once(child, 'exit') as Promise<[number | null]>;
  const ready = Promise.withResolvers<void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    output.push(line);
    if (line.includes(`"role":"${named}"`) && line.includes('"message":"ready"')) ready.resolve();
  });
  exit.then(([code]) => ready.reject(new Error(`ended with ${code}:\n${output.join('\n')}`)));
  await ready.promise;
  return {
    url: `http://127.0.0.1:${port}`,
    metricsUrl: `http://127.0.0.1:${metricsPort}/metrics`,
    pid: child.pid!,
    ended: exit.then(([code]) => code),
    async stop() {
      if (child.exitCode === null) child.kill('SIGTERM');
      return (await exit)[0];
    },
  };
}
