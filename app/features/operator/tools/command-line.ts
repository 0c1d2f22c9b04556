/** What only the command line does: making operators, of the service that runs in development. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Runs `plinth users …`. @throws Error with what the command said */
export async function plinthUsers(env: Readonly<Record<string, string | undefined>>, ...args: string[]): Promise<void> {
  const run = promisify(execFile)(process.execPath, ['app/cli.ts', 'users', ...args], {
    env: { ...process.env, ...env },
  });
  await run.catch((error: { stderr?: string; message: string }) => {
    throw new Error(error.stderr?.trim() || error.message);
  });
}
