/** Child processes that are pinned to a core, and their CPU time and memory. These numbers need Linux. */
import { type ChildProcess, execFileSync, fork, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

export type Core = 'server' | 'rest' | 'any';

/** The server has its own core. PostgreSQL, the load and this program share the other. */
const CORES: Record<Core, string> = { server: '0', rest: '1', any: '0,1' };
const TICK_SECONDS = 1 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

export const canPin = availableParallelism() >= 2 && spawnSync('taskset', ['-c', '0', 'true']).status === 0;

function pinned(core: Core, command: readonly string[]): string[] {
  return canPin ? ['taskset', '-c', CORES[core], ...command] : [...command];
}

const children = new Set<ChildProcess>();
// Stops all children, so that a failed benchmark leaves no process running.
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

function track(child: ChildProcess): ChildProcess {
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

/** Starts a program. `stdout` is a file descriptor; without it the output is discarded. */
export function start(core: Core, command: readonly string[], env: NodeJS.ProcessEnv, stdout?: number): ChildProcess {
  const [program, ...args] = pinned(core, command);
  return track(spawn(program!, args, { env, stdio: ['ignore', stdout ?? 'ignore', 'inherit'] }));
}

/** Starts one of the benchmark's own programs, connected by IPC. */
export function startWorker(
  core: Core,
  file: URL,
  { args = [], env = process.env }: { args?: string[]; env?: NodeJS.ProcessEnv } = {},
): ChildProcess {
  const [program, ...execArgv] = pinned(core, [process.execPath]);
  return track(fork(file, args, { execPath: program!, execArgv, env, serialization: 'advanced' }));
}

/** Sends a message to a worker and waits for its answer. @throws Error if the worker exits first, or after `timeoutMs` */
export async function ask<Answer>(worker: ChildProcess, question: object, timeoutMs: number): Promise<Answer> {
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, AbortSignal.timeout(timeoutMs)]);
  const ended = once(worker, 'exit', { signal }).then(() => {
    throw new Error('a worker of the benchmark ended early');
  });
  worker.send(question);
  try {
    const [answer] = await Promise.race([once(worker, 'message', { signal }), ended]);
    return answer as Answer;
  } finally {
    ended.catch(() => {});
    over.abort();
  }
}

/** Stops a process, with SIGKILL if it takes longer than 10 s. */
export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const force = setTimeout(() => child.kill('SIGKILL'), 10_000);
  child.kill('SIGTERM');
  await once(child, 'exit');
  clearTimeout(force);
}

/** Pins a running process and its present and future children to a core. */
export function pin(pid: number, core: Core): void {
  if (!canPin) return;
  for (const member of [pid, ...childrenOf(pid)]) spawnSync('taskset', ['-a', '-cp', CORES[core], String(member)]);
}

/** The CPU time of a process and its living children so far, in seconds. */
export function cpuSeconds(pid: number): number {
  const ticks = [pid, ...childrenOf(pid)].map((member) => {
    const fields = statOf(member);
    return fields ? Number(fields[11]) + Number(fields[12]) : 0;
  });
  return ticks.reduce((sum, value) => sum + value, 0) * TICK_SECONDS;
}

/** The CPU time of the whole machine so far, in seconds. */
export function machineCpuSeconds(): number {
  const [, ...ticks] = readFileSync('/proc/stat', 'utf8').split('\n', 1)[0]!.trim().split(/\s+/).map(Number);
  const [user = 0, nice = 0, system = 0, _idle, _iowait, irq = 0, softirq = 0] = ticks;
  return (user + nice + system + irq + softirq) * TICK_SECONDS;
}

/** The resident memory of a process, in MB of 1,000,000 bytes. */
export function residentMb(pid: number): number {
  const [, kib] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))!;
  return (Number(kib) * 1_024) / 1e6;
}

/** The most resident memory that a process has had since its start, in MB of 1,000,000 bytes. */
export function peakMb(pid: number): number {
  const [, kib] = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))!;
  return (Number(kib) * 1_024) / 1e6;
}

export function parentOf(pid: number): number {
  return Number(statOf(pid)?.[1]);
}

export function childrenOf(pid: number): number[] {
  const pids = readdirSync('/proc').map(Number).filter(Number.isInteger);
  return pids.filter((candidate) => parentOf(candidate) === pid);
}

/** The fields of /proc/<pid>/stat after the name, state first. The name may contain any character. */
function statOf(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined; // the process has ended
  }
}
