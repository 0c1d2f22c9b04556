/** Writes a feature of the product, which organizations own, as if by hand. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { migrationSeries } from '../../app/migrations.ts';
import { MigrationError, readSeries } from '../../app/platform/database/migrations/series.ts';
import { FEATURES } from '../source/order.ts';
import { NameError, type Names, namesOf } from './names.ts';
import { allTables } from './tables.ts';
import { fillTemplates, type Part } from './templates.ts';
import { format, inCleanTree, run, write } from './tree.ts';

const CATALOG = 'app/features/billing/catalog/catalog.ts';
/** What plans limit; nothing in a product without billing. */
const { limits }: { limits: readonly string[] } = existsSync(CATALOG)
  ? await import(pathToFileURL(resolve(CATALOG)).href)
  : { limits: [] };

const PRODUCT = 'app/product';
const LIST = `${PRODUCT}/features.ts`;

export interface FeatureOptions {
  singular?: string | undefined;
  limit?: string | undefined;
  without: string;
}

/** @throws NameError if the name, the tree or the journal of migrations cannot be used; nothing of it stays then */
export function newFeature(name: string, { singular, limit: given, without }: FeatureOptions): void {
  const names = namesOf(name, singular, [...FEATURES, ...allTables()]);
  const limit = given ?? limits.find((each) => each === names.camels);
  if (given !== undefined && !limits.includes(given))
    throw new NameError(`The plans have no limit "${given}". They have: ${limits.join(', ')}`);
  const parts = new Set((['limit', 'email'] as Part[]).filter((part) => !without.split(',').includes(part)));
  if (limit === undefined) parts.delete('limit');
  const folder = join(PRODUCT, names.kebabs);
  if (existsSync(folder)) throw new NameError(`${folder} exists already. Delete it, or choose another name.`);
  requireJournals();
  inCleanTree(`feature ${name}`, () => {
    write(folder, fillTemplates('feature', { values: { ...names, limit }, parts }));
    list(names);
    format(folder, LIST);
    run('migration', process.execPath, ['scripts/generate-migrations.ts', '--name', `add_${names.snakes}`]);
    explainMigration(names);
    run('generated files', process.execPath, ['scripts/generate.ts']);
  });
  process.stdout.write(`
${folder} is written. Look at it, and make it yours:
  npm test -- ${folder}/${names.kebabs}.test.ts
  npm run check
  git add --all && git commit
`);
}

/** A journal that was edited by hand would get a migration that is never applied. @throws NameError */
function requireJournals(): void {
  try {
    for (const series of migrationSeries) readSeries(series);
  } catch (error) {
    if (error instanceof MigrationError) throw new NameError(error.message);
    throw error;
  }
}

/** Adds the line of the feature to the list, in alphabetical order. */
function list({ camels, kebabs }: Names): void {
  const text = readFileSync(LIST, 'utf8');
  const lines = text.split('\n').filter((line) => line.startsWith('export { '));
  const head = text.split('\n').filter((line) => line !== '' && !line.startsWith('export'));
  const line = `export { ${camels} } from './${kebabs}/${kebabs}.ts';`;
  writeFileSync(LIST, `${[...head, ...[...lines, line].sort()].join('\n')}\n`);
}

function explainMigration({ words }: Names): void {
  const folder = join(PRODUCT, 'migrations');
  const newest = readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .at(-1)!;
  const file = join(folder, newest);
  writeFileSync(file, `-- Organizations have ${words}.\n${readFileSync(file, 'utf8')}`);
}
