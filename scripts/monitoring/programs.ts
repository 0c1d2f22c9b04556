/** Finds the monitoring programs on this machine, and runs them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Possible names of each program, from Debian and from the vendors. */
const NAMES = {
  prometheus: ['prometheus'],
  alertmanager: ['prometheus-alertmanager', 'alertmanager'],
  exporter: ['prometheus-postgres-exporter', 'postgres_exporter'],
} as const;

export type ProgramName = keyof typeof NAMES;

const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 20_000;
const POLL_MS = 100;
/** The length of the kept end of a program's output. */
const KEPT_CHARACTERS = 3_000;

/** @returns the path of a program, or undefined if it is not installed */
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
  /** Resolves when the program stops on its own. */
  readonly ended: Promise<void>;
  /** Stops the program; resolves when it has exited. */
  stop(): Promise<void>;
}

export interface RunOptions {
  readonly port: number;
  readonly args: readonly string[];
  readonly env?: Record<string, string>;
  /** A path that answers 200 once the program is ready. */
  readonly readyPath: string;
}

/** Starts a program, and resolves once it is ready. @throws Error with its last output if it is not installed or exits first */
export async function runProgram(name: ProgramName, { port, args, env, readyPath }: RunOptions): Promise<Running> {
  const path = findProgram(name);
  if (!path) throw new Error(`${name} is not installed.`);
  // A separate process group: on Ctrl-C only this process gets the signal, and it stops the programs in order.
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
      throw new Error(`${name} did not start on port ${port}:\n${said}`);
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
