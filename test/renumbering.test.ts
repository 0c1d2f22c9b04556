/** Two branches that give their migrations the same number are merged in a scratch copy, as two developers do. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { copyRepository } from '../scripts/scratch/copy.ts';

const TABLES = 'app/platform/security/rate-limits.ts';

describe('two branches with a migration of the same number', { timeout: 240_000 }, () => {
  let root: string;
  before(() => {
    root = copyRepository();
    git('config', 'user.name', 'Ada');
    git('config', 'user.email', 'ada@example.com');
    commit('A release');
    git('branch', '--move', 'main');
    branch('colours', 'colour');
    branch('titles', 'title');
    git('checkout', '--quiet', 'main');
    git('merge', '--quiet', 'titles');
  });
  after(() => rmSync(root, { recursive: true, force: true }));

  it('conflict when they are merged, and one command puts the second behind the first', () => {
    git('checkout', '--quiet', 'colours');
    const merge = spawnSync('git', ['merge', 'main'], { cwd: root, encoding: 'utf8' });
    assert.match(merge.stdout, /CONFLICT .*meta\/_journal\.json/);
    assert.match(fails('scripts/check-migrations.ts'), /_journal\.json cannot be read.*migrations renumber/);

    // The models are what developers resolve by hand.
    const both = read(TABLES).replace(/<{7}.*\n([\s\S]*?)={7}\n([\s\S]*?)>{7}.*\n/, '$1$2');
    writeFileSync(join(root, TABLES), both);
    const said = node('app/cli.ts', 'migrations', 'renumber');
    const [first, second] = sqlFiles().slice(-2);
    assert.match(first!, /_add_title\.sql$/);
    assert.match(second!, /_add_colour\.sql$/);
    assert.equal(Number(second!.slice(0, 4)), Number(first!.slice(0, 4)) + 1);
    assert.match(said, /_add_colour is now \d{4}_add_colour/);
    node('scripts/check-migrations.ts');
    node('scripts/generate-migrations.ts', '--name', 'nothing');
    assert.equal(sqlFiles().at(-1), second);
    assert.equal(
      node('app/cli.ts', 'migrations', 'renumber'),
      'Every migration has its number. The journals and the snapshots are written again.\n',
    );
  });

  it('whose branch lacks a migration of the other is told to merge first', () => {
    git('reset', '--quiet', '--hard', 'colours');
    git('clean', '--quiet', '--force', 'migrations');
    assert.match(
      fails('app/cli.ts', 'migrations', 'renumber'),
      /^main has \d{4}_add_title, and this branch does not\. Merge main first/,
    );
    assert.match(
      fails('app/cli.ts', 'migrations', 'renumber', '--onto', 'nowhere'),
      /Is the branch right\? Pass --onto\./,
    );
  });

  function branch(name: string, column: string): void {
    git('checkout', '--quiet', '-b', name, 'main');
    const models = read(TABLES).replace(
      "key: text('key').primaryKey(),\n",
      (line) => `${line}    ${column}: text('${column}'),\n`,
    );
    writeFileSync(join(root, TABLES), models);
    node('scripts/generate-migrations.ts', '--name', `add_${column}`);
    const file = join(root, 'migrations', sqlFiles().at(-1)!);
    writeFileSync(file, `-- Limits have a ${column}.\n${readFileSync(file, 'utf8')}`);
    commit(`Add a ${column}`);
  }

  function commit(subject: string): void {
    git('add', '--all');
    git('commit', '--quiet', '--message', subject);
  }

  const read = (path: string) => readFileSync(join(root, path), 'utf8');
  const sqlFiles = () =>
    readdirSync(join(root, 'migrations'))
      .filter((name) => name.endsWith('.sql'))
      .sort();
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' });
  const node = (...args: string[]) => execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' });

  function fails(...args: string[]): string {
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
    assert.equal(status, 1);
    return stderr;
  }
});
