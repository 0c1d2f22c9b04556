/** `npm run migrations:generate -- --name what_changes`: writes the migration of each series whose models have changed, with comments on what is new. */
import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, globSync } from 'node:fs';
import { models } from '../app/models.ts';
import { checkTool } from './programs.ts';
import { missingComments, SERIES, type SeriesName } from './source/table-comments.ts';

for (const [series, { config, folder }] of Object.entries(SERIES)) {
  if (!existsSync(folder) && globSync(models[series as SeriesName][0]!).length === 0) continue;
  process.stdout.write(`${series}:\n`);
  const before = globSync(`${folder}/*.sql`).length;
  const args = ['generate', '--config', config, ...process.argv.slice(2)];
  const { status } = spawnSync(checkTool('drizzle-kit'), args, { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
  const files = globSync(`${folder}/*.sql`).sort();
  if (files.length === before) continue;
  for (const { statement } of missingComments(series as SeriesName))
    appendFileSync(files.at(-1)!, `--> statement-breakpoint\n${statement}\n`);
}
