/** A program that verifies tokens, as it runs: one line in, one line out. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface RunningVerifier {
  readonly name: string;
  /** @returns `accepted …` or `refused …` @throws Error with what it printed if it has ended */
  ask(token: string): Promise<string>;
  stop(): Promise<void>;
}

export function startVerifier(
  [command, ...given]: readonly string[],
  { cwd, name }: { cwd: string; name: string },
): RunningVerifier {
  const child = spawn(command!, given, { cwd, stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = once(child, 'close').catch(() => {});
  const errors: string[] = [];
  child.stderr.on('data', (chunk) => void errors.push(String(chunk)));
  child.stdin.on('error', () => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    name,
    async ask(token) {
      child.stdin.write(`${token}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`${name} has ended: ${errors.join('').slice(-2_000)}`);
      return value;
    },
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}
