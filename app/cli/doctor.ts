import { Command } from 'commander';
import type { Finding } from '../platform/cli/checks.ts';
import { print, withProgress } from '../platform/cli/terminal.ts';
import { StartError } from '../start-error.ts';
import { examine } from './doctor-checks.ts';
import { withService } from './service.ts';

/** All findings, also where there is no database to begin with. */
async function findings(): Promise<Finding[]> {
  try {
    return await withService(examine, { jobs: false });
  } catch (error) {
    if (error instanceof StartError) return [{ check: 'database', ok: false, detail: error.message }];
    throw error;
  }
}

/** @returns the command `doctor`; features add subcommands */
export function createDoctor(): Command {
  return new Command('doctor')
    .description('check a live installation, and say what to do for each fault')
    .action(async (_options, command: Command) => {
      const found = await withProgress('checking', findings);
      print(command, found, (rows) =>
        rows.map(({ check, ok, detail }) => `${ok ? 'ok  ' : 'FAULT'} ${check.padEnd(12)} ${detail}`),
      );
      if (found.some(({ ok }) => !ok)) process.exitCode = 1;
    });
}
