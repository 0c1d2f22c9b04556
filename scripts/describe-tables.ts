/**
 * `npm run migrations:describe`: writes a migration with the comments on tables and columns that have changed; those of new tables are in the migration
 * that `npm run migrations:generate` writes.
 */
import { spawnSync } from 'node:child_process';
import { globSync, writeFileSync } from 'node:fs';
import { checkTool } from './programs.ts';
import { missingComments, SERIES, type SeriesName } from './source/table-comments.ts';

const WHY =
  '-- Describes tables and columns for people who read the database. Made from the models by `npm run migrations:describe`.';

for (const [series, { config, folder }] of Object.entries(SERIES)) {
  const statements = missingComments(series as SeriesName).map(({ statement }) => statement);
  if (statements.length === 0) continue;
  const args = ['generate', '--config', config, '--custom', '--name', 'describe_tables'];
  spawnSync(checkTool('drizzle-kit'), args, { stdio: 'inherit' });
  const file = globSync(`${folder}/*.sql`).sort().at(-1)!;
  writeFileSync(file, `${WHY}\n${statements.join('--> statement-breakpoint\n')}\n`);
}
