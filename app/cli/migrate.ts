import type { Command } from 'commander';
import { migrate } from '../migrate.ts';
import { print, withProgress } from '../platform/cli/terminal.ts';
import { waitForDatabase } from '../starting.ts';
import { commandConfig } from './service.ts';

export function migrateCommand(program: Command): void {
  program
    .command('migrate')
    .description(
      'bring the database to this release: tables and job queues. Safe to repeat, and from several processes',
    )
    .action(async (_options, command: Command) => {
      const config = await commandConfig();
      const url = config.databaseDirectUrl ?? config.databaseUrl;
      const log = (line: string) => void process.stderr.write(`${line}\n`);
      await waitForDatabase({ url, patienceMs: config.startPatienceSeconds * 1_000, log });
      const result = await withProgress('migrating', () => migrate({ url, log }));
      print(command, result, ({ applied }) =>
        applied === 0
          ? 'Nothing to do: the database is current.'
          : `Applied ${applied} migration${applied === 1 ? '' : 's'}.`,
      );
    });
}
