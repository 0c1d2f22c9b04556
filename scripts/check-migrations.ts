/** Fails if the models differ from what the migrations of a series create, or if a migration does not say why it exists. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { migrationSeries } from '../app/migrations.ts';
import { models } from '../app/models.ts';
import { MigrationError, readSeries } from '../app/platform/database/migrations/series.ts';
import {
  differences,
  NO_SNAPSHOT,
  type Snapshot,
  snapshotOfModels,
} from '../app/platform/database/migrations/snapshots.ts';
import { missingComments, type SeriesName } from './source/table-comments.ts';

const faults: string[] = [];

for (const series of migrationSeries) {
  try {
    const migrations = readSeries(series);
    for (const { explained, file } of migrations)
      if (!explained) faults.push(`${file} must begin with a comment: a sentence that says why it exists`);
    const last = lastSnapshot(series.folder, migrations.length);
    const now = await snapshotOfModels(models[series.name as keyof typeof models], last?.id ?? NO_SNAPSHOT);
    const different = differences(last, now);
    if (different.length > 0) {
      faults.push(
        `the models of the ${series.name} are ahead of its migrations in ${different.join(', ')}: npm run migrations:generate -- --name what_changes`,
      );
    }
    for (const { object } of missingComments(series.name as SeriesName))
      faults.push(`${object}: the comment of the model is in no migration: npm run migrations:describe`);
  } catch (error) {
    if (!(error instanceof MigrationError)) throw error;
    faults.push(error.message);
  }
}

function lastSnapshot(folder: string, count: number): Snapshot | undefined {
  const file = join(folder, `meta/${String(count - 1).padStart(4, '0')}_snapshot.json`);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Snapshot) : undefined;
}

for (const fault of faults) process.stderr.write(`${fault}\n`);
process.exitCode = faults.length === 0 ? 0 : 1;
