import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { migrationSeries } from '../migrations.ts';
import { models } from '../models.ts';
import { print } from '../platform/cli/terminal.ts';

const BOOTSTRAP = 'scripts/bootstrap.cjs';

export function migrationsCommand(program: Command): void {
  const migrations = program.command('migrations').description('for developers: the files of migrations');
  migrations
    .command('renumber')
    .description('after merging: puts the migrations of this branch behind those of the branch it is merged into')
    .option('--onto <branch>', 'the branch whose migrations keep their numbers', 'main')
    .action(async ({ onto }: { onto: string }, command: Command) => {
      // It compares models with the tool that generates migrations, which running does not need.
      if (existsSync(BOOTSTRAP)) execFileSync(process.execPath, [BOOTSTRAP, 'checks'], { stdio: 'inherit' });
      const { renumber } = await import('../platform/database/migrations/renumber.ts');
      const moved = [];
      for (const series of migrationSeries) {
        moved.push(...(await renumber({ series, models: models[series.name as keyof typeof models], onto })));
      }
      print(command, moved, (renamed) =>
        renamed.length === 0
          ? 'Every migration has its number. The journals and the snapshots are written again.'
          : renamed.map(({ from, to }) => `${from} is now ${to}`),
      );
    });
}
