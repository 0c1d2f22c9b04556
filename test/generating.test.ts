/** `npm run new` where it must refuse, or is killed: nothing is half written, or the next run says what to do. */
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { copyRepository } from '../scripts/scratch/copy.ts';
import { eventually } from './conditions.ts';

const IDENTITY = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com'];

describe('npm run new', { timeout: 600_000 }, () => {
  let root: string;
  before(() => {
    root = copyRepository();
    commit('A release');
  });
  after(() => rmSync(root, { recursive: true, force: true }));

  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' });
  function commit(subject: string) {
    git('add', '--all');
    git(...IDENTITY, 'commit', '--quiet', '--message', subject);
  }
  const changes = () => git('status', '--porcelain');
  const at = (file: string) => join(root, file);
  const generate = (...args: string[]) =>
    spawnSync(process.execPath, ['scripts/new.ts', ...args], { cwd: root, encoding: 'utf8' });

  /** Each is refused with the message, and changes nothing. */
  function refuses(args: string[], why: RegExp) {
    const before = changes();
    const { status, stderr } = generate(...args);
    assert.match(stderr, why);
    assert.equal(status, 2, args.join(' '));
    assert.equal(changes(), before);
  }

  it('refuses names that are taken, reserved or not guessable, and parts of features that are not there', () => {
    const refused: [string[], RegExp][] = [
      [[], /^Usage: npm run new -- feature NAME/],
      [['webhook', 'boards', 'created'], /^Usage/],
      [['feature', 'users'], /"users" exists already/],
      [['feature', 'people'], /--singular/],
      [['operation', 'boards', 'archive'], /There is no feature boards.*npm run new -- feature boards/],
    ];
    for (const [args, why] of refused) refuses(args, why);
  });

  it('refuses a work tree with changes', () => {
    writeFileSync(at('notes.txt'), 'mine');
    refuses(['feature', 'boards'], /has changes\. Commit them first/);
    rmSync(at('notes.txt'));
  });

  it('refuses a journal of migrations that was edited by hand, and says which', () => {
    const folder = at('app/product/migrations');
    mkdirSync(join(folder, 'meta'), { recursive: true });
    for (const [journal, why] of [
      ['{', /_journal\.json cannot be read.*renumber/s],
      [
        JSON.stringify({ entries: [2, 1].map((when, idx) => ({ idx, when, tag: `000${idx}_x` })) }),
        /_journal\.json.*/s,
      ],
    ] as const) {
      writeFileSync(join(folder, 'meta/_journal.json'), journal);
      commit('Edit the journal');
      refuses(['feature', 'boards'], why);
    }
    rmSync(folder, { recursive: true });
    commit('Take it back');
  });

  it('takes everything back if a step fails', () => {
    writeFileSync(at('scripts/generate-migrations.ts'), 'process.exit(1);\n');
    commit('Break a step');
    refuses(['feature', 'boards'], /migration failed, and everything is as before/);
    assert.ok(!existsSync(at('app/product/boards')));
    git(...IDENTITY, 'revert', '--no-edit', 'HEAD');
  });

  it('that was killed leaves a tree of which the next run says how to take it back', async () => {
    // A group of its own: the programs that it runs are killed too.
    const child = spawn(process.execPath, ['scripts/new.ts', 'feature', 'boards'], {
      ...{ cwd: root, stdio: 'ignore', detached: true },
    });
    await eventually('it has begun to write', async () => existsSync(at('app/product/boards/schema.ts')), 60_000);
    const ended = once(child, 'exit');
    process.kill(-child.pid!, 'SIGKILL');
    await ended;
    const { status, stderr } = generate('feature', 'boards');
    assert.equal(status, 2);
    const [, commands] = /An earlier run was interrupted.*take it back: (.*)/.exec(stderr) ?? [];
    assert.ok(commands, stderr);
    execFileSync('sh', ['-c', commands], { cwd: root });
    assert.equal(changes(), '');
    // And the next one goes on from there.
    refuses(['email', 'boards', 'ready'], /There is no feature boards/);
  });

  it('refuses a clone without Git', () => {
    rmSync(at('.git'), { recursive: true });
    const { status, stderr } = generate('feature', 'boards');
    assert.equal(status, 2);
    assert.match(stderr, /not a Git work tree.*git init/);
    assert.ok(!existsSync(at('app/product/boards')));
  });
});
