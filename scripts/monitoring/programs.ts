/** The programs of the monitoring: where they are on this machine, and running them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Names that Debian and the makers give them. */
const NAMES = {
  prometheus: ['prometheus'],
  alertmanager: ['prometheus-alertmanager', 'alertmanager'],
  exporter: ['prometheus-postgres-exporter', 'postgres_exporter'],
} as const;

export type ProgramName = keyof typeof NAMES;

const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 20_000;
const POLL_MS = 100;
/** Of what it said last. */
const KEPT_CHARACTERS = 3_000;

/** @returns the path of a program, or undefined where it is not installed */
export function findProgram(name: ProgramName): string | undefined {
  const folders = (process.env.PATH ?? '').split(':').filter((folder) => folder !== '');
  return folders.flatMap((folder) => NAMES[name].map((each) => join(folder, each))).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export interface Running {
  readonly name: ProgramName;
  readonly url: string;
  /** Resolves when it has ended by itself. */
  readonly ended: Promise<void>;
  /** Ends it; resolves when it is gone. */
  stop(): Promise<void>;
}

export interface RunOptions {
  readonly port: number;
  readonly args: readonly string[];
  readonly env?: Record<string, string>;
  /** Answers 200 once it is ready. */
  readonly readyPath: string;
}

/** Starts a program, and resolves once it is ready. @throws Error with the last it said when it is not installed or ends instead */
export async function runProgram(name: ProgramName, { port, args, env, readyPath }: RunOptions): Promise<Running> {
  const path = findProgram(name);
  if (!path) throw new Error(`${name} is not installed.`);
  // A group of its own: Ctrl-C is for us, who end it in order.
  const child = spawn(path, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-KEPT_CHARACTERS);
    });
  const ended = once(child, 'close').then(() => {});
  const url = `http://127.0.0.1:${port}`;
  const stop = () => end(child, ended);
  const deadline = Date.now() + START_LIMIT_MS;
  while (!(await answers(`${url}${readyPath}`))) {
    if (child.exitCode !== null || child.signalCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`${name} does not start on port ${port}:\n${said}`);
    }
    await delay(POLL_MS);
  }
  return { name, url, ended, stop };
}

async function answers(url: string): Promise<boolean> {
  return fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
    ({ ok }) => ok,
    () => false,
  );
}

async function end(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
  await ended;
  clearTimeout(timer);
}
