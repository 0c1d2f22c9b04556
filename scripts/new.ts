/**
 * `npm run new -- feature NAME [--singular NAME] [--limit LIMIT] [--without email,limit]`: writes a feature of the product, which organizations own, as if by
 * hand: tables, operations, permissions, audit actions, a metric and its dashboard, an email, tests, a page of documentation and the migration.
 * If a step fails, nothing of it stays.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { NameError, type Names, namesOf } from './new/names.ts';
import { allTables } from './new/tables.ts';
import { fillTemplates, type Part } from './new/templates.ts';
import { FEATURES } from './source/order.ts';

const CATALOG = 'app/features/billing/catalog/catalog.ts';
/** The limits of plans; none in a product without billing. */
const { limits }: { limits: readonly string[] } = existsSync(CATALOG)
  ? await import(pathToFileURL(resolve(CATALOG)).href)
  : { limits: [] };

const PRODUCT = 'app/product';
const LIST = `${PRODUCT}/features.ts`;
const USAGE = 'Usage: npm run new -- feature NAME [--singular NAME] [--limit LIMIT] [--without email,limit]';

try {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { singular: { type: 'string' }, limit: { type: 'string' }, without: { type: 'string', default: '' } },
  });
  const [what, name, ...rest] = positionals;
  if (what !== 'feature' || !name || rest.length > 0) throw new NameError(USAGE);
  newFeature(name, values);
} catch (error) {
  const known = error instanceof NameError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS');
  process.stderr.write(`${known ? (error as Error).message : (error as Error).stack}\n`);
  process.exitCode = known ? 2 : 1;
}

interface Options {
  singular?: string | undefined;
  limit?: string | undefined;
  without: string;
}

function newFeature(name: string, { singular, limit: given, without }: Options): void {
  requireCleanTree();
  const names = namesOf(name, singular, [...FEATURES, ...allTables()]);
  const limit = given ?? limits.find((each) => each === names.camels);
  if (given !== undefined && !limits.includes(given))
    throw new NameError(`The plans have no limit "${given}". They have: ${limits.join(', ')}`);
  const parts = new Set((['limit', 'email'] as Part[]).filter((part) => !without.split(',').includes(part)));
  if (limit === undefined) parts.delete('limit');
  const folder = join(PRODUCT, names.kebabs);
  if (existsSync(folder)) throw new NameError(`${folder} exists already. Delete it, or choose another name.`);
  try {
    write(folder, fillTemplates('feature', { names, limit, parts }));
    list(names);
    run('format', 'node_modules/.bin/biome', ['check', '--write', '--linter-enabled=false', folder, LIST]);
    run('migration', process.execPath, ['scripts/generate-migrations.ts', '--name', `add_${names.snakes}`]);
    explainMigration(names);
    run('generated files', process.execPath, ['scripts/generate.ts']);
  } catch (error) {
    // The tree was clean, so everything that differs now is from this run.
    for (const args of [
      ['restore', '.'],
      ['clean', '-fdq', PRODUCT, 'docs', 'monitoring', 'app/features/email/compiled'],
    ])
      spawnSync('git', args);
    throw error;
  }
  process.stdout.write(`
${folder} is written. Look at it, and make it yours:
  npm test -- ${folder}/${names.kebabs}.test.ts
  npm run check
  git add --all && git commit
`);
}

function requireCleanTree(): void {
  const { status, stdout } = spawnSync('git', ['status', '--porcelain'], { encoding: 'utf8' });
  if (status !== 0)
    throw new NameError(
      'This is not a Git work tree, so the generator could not be undone: git init && git add --all && git commit -m "Begin"',
    );
  if (stdout.trim() !== '')
    throw new NameError('The work tree has changes. Commit them first: git add --all && git commit');
}

function write(folder: string, files: ReadonlyMap<string, string>): void {
  for (const [path, text] of files) {
    const file = path.startsWith('docs/') ? join(PRODUCT, path) : join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
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

function run(what: string, program: string, args: string[]): void {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${what} failed, and everything is as before:\n${stdout}${stderr}`);
  process.stdout.write(`ok  ${what}\n`);
}
