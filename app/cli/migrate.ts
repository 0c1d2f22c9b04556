import type { Command } from 'commander';
import { migrate } from '../migrate.ts';
import { migrationSeries } from '../migrations.ts';
import { print, withProgress } from '../platform/cli/terminal.ts';
import type { PlannedMigration, PlanOptions, TableEffect } from '../platform/database/migrations/plan.ts';
import { waitForDatabase } from '../starting.ts';
import { commandConfig } from './service.ts';

interface Options {
  /** The migration that is planned; true for those that are pending. */
  plan?: true | string;
  scratch?: string;
}

export function migrateCommand(program: Command): void {
  program
    .command('migrate')
    .description(
      'bring the database to this release: tables and job queues. Safe to repeat, and from several processes',
    )
    .option(
      '--plan [migration]',
      'only show what would run, and which tables each statement locks; with a name, of that migration, even if it is applied',
    )
    .option('--scratch <url>', 'for --plan: an empty database, if this user may not create one')
    .action(async ({ plan, scratch }: Options, command: Command) => {
      const url = await databaseUrl();
      if (plan) return showPlan({ url, scratchUrl: scratch, only: plan === true ? undefined : plan }, command);
      const log = (line: string) => void process.stderr.write(`${line}\n`);
      const result = await withProgress('migrating', () => migrate({ url, log }));
      print(command, result, ({ migrations }) =>
        migrations.length === 0
          ? 'Nothing to do: the database is current.'
          : migrations.map((name) => `applied ${name}`),
      );
    });
}

async function databaseUrl(): Promise<string> {
  const config = await commandConfig();
  const url = config.databaseDirectUrl ?? config.databaseUrl;
  const log = (line: string) => void process.stderr.write(`${line}\n`);
  await waitForDatabase({ url, patienceMs: config.startPatienceSeconds * 1_000, log });
  return url;
}

async function showPlan(options: Omit<PlanOptions, 'series'>, command: Command): Promise<void> {
  const { planMigrations } = await import('../platform/database/migrations/plan.ts');
  const planned = await withProgress('planning', () => planMigrations({ ...options, series: migrationSeries }));
  print(command, planned, (migrations) =>
    migrations.length === 0 ? 'Nothing to do: the database is current.' : migrations.flatMap(describeMigration),
  );
}

function describeMigration({ file, outsideTransaction, statements }: PlannedMigration): string[] {
  const note = outsideTransaction
    ? ', outside of a transaction: each statement keeps its locks only while it runs'
    : '';
  return [
    `${file}${note}`,
    ...statements.flatMap(({ statement, effects }) => [
      `  ${statement}`,
      ...effects.map((each) => `    ${describe(each)}`),
    ]),
  ];
}

const STOPS: Record<string, string> = {
  ShareUpdateExclusiveLock: 'stops neither reads nor writes',
  ShareLock: 'stops writes',
  ShareRowExclusiveLock: 'stops writes',
  ExclusiveLock: 'stops writes',
  AccessExclusiveLock: 'stops reads and writes',
};

function describe({ table, lock, rewrites, scans, rows, bytes }: TableEffect): string {
  const size = `${Math.round(rows).toLocaleString('en')} rows, ${(bytes / 2 ** 20).toFixed(1)} MiB`;
  const long = rewrites
    ? 'DANGEROUS on a large table: writes the table anew under the lock. Add a column, fill it in batches, and drop the old one later'
    : scans
      ? 'DANGEROUS on a large table: reads the whole table under the lock. Use "create index concurrently", or a constraint "not valid" that a later migration validates'
      : 'short: it changes the catalog only';
  const harmless = lock === 'ShareUpdateExclusiveLock';
  return `${table} (${size}): ${lock}, ${STOPS[lock]}; ${harmless && (rewrites || scans) ? 'reads the whole table meanwhile' : long}`;
}
