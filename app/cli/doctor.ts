import { Command } from 'commander';
import pg from 'pg';
import type { Config } from '../config.ts';
import { loadEnvironmentFile } from '../environment-file.ts';
import type { Finding } from '../platform/cli/checks.ts';
import { print, table, withProgress } from '../platform/cli/terminal.ts';
import { StartError } from '../start-error.ts';
import { examine } from './doctor-checks.ts';
import { askTxt, lacks } from './production.ts';
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

async function beforeProduction(command: Command): Promise<void> {
  // In development also from `.env`; a fault in it is among the findings.
  loadEnvironmentFile();
  const found = await withProgress('checking', () =>
    lacks({
      variables: process.env,
      stateFolder: '/var/lib/plinth',
      alertmanagerFile: '/etc/alertmanager/alertmanager.yml',
      now: Date.now(),
      isSuperuser,
      txt: askTxt,
    }),
  );
  print(command, found, (rows) =>
    table(
      ['', 'check', 'cause', 'remedy'],
      rows.map(({ level, check, cause, remedy }) => [level, check, cause, remedy]),
    ),
  );
  if (found.some(({ level }) => level === 'missing')) process.exitCode = 1;
}

async function isSuperuser({ databaseUrl }: Config): Promise<boolean | undefined> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5_000 });
  try {
    await client.connect();
    const { rows } = await client.query<{ rolsuper: boolean }>(
      'select rolsuper from pg_roles where rolname = current_user',
    );
    return rows[0]!.rolsuper;
  } catch {
    return undefined;
  } finally {
    await client.end().catch(() => {});
  }
}

/** @returns the command `doctor`; features add subcommands */
export function createDoctor(): Command {
  return new Command('doctor')
    .description('check a live installation, and say what to do for each fault')
    .option('--production', 'say what is missing before this installation may serve people, and what to do')
    .action(async ({ production }: { production?: true }, command: Command) => {
      if (production) return beforeProduction(command);
      const found = await withProgress('checking', findings);
      print(command, found, (rows) =>
        rows.map(({ check, ok, detail }) => `${ok ? 'ok  ' : 'FAULT'} ${check.padEnd(12)} ${detail}`),
      );
      if (found.some(({ ok }) => !ok)) process.exitCode = 1;
    });
}
