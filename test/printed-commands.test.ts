/**
 * Commands that documents print are pasted whole. Here every block is run as printed, with stand-ins for the programs that it calls, of
 * which one fails in each run. What destroys or replaces something must not run once a step before it has failed.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { printedBlock, printedBlocks } from './printed-blocks.ts';

/** Calls that cannot be taken back, by what they are called with. */
const DESTRUCTIVE = [
  /^(rm|rmdir|shred|truncate|mv|cp|dropdb)\b/,
  /\b(rm|dropdb) (-\w+ )?(plinth|\/)/,
  /\bdocker (compose )?(volume|system|image|container|builder|network)? ?(rm|prune|down)\b/,
  /\bdrop (database|table|schema|role|user)\b|\btruncate\b|\bdelete from\b|\bpassword null\b/i,
  /\bterraform (apply|destroy|import|state rm|init -migrate-state)\b/,
  /\bkubectl (delete|replace|drain)\b/,
  /\baws \S+ (delete|remove|modify|put|update|restore)-\S+/,
  /^put /,
];

const blocks = printedBlocks();
const scratch = mkdtempSync(join(tmpdir(), 'plinth-printed-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

/** Programs that a block finds: all do nothing but to write down how they were called, and to fail when it is their turn. */
const PROGRAMS =
  'age aws cp curl df docker du git gh grep head jq kubectl node npm npx nc openssl pg_dump pg_restore psql createdb dropdb put rm scp sed sort sql sudo tail terraform systemctl'.split(
    ' ',
  );
/** Records of calls begin with a character that no argument has: arguments may have lines. */
const RECORD = '\x1e';
const STAND_IN = `#!/bin/sh
read -r calls <"$CALLS.count"
calls=$((calls + 1))
echo $calls >"$CALLS.count"
printf '\\036%s' "\${0##*/} $*" >>"$CALLS"
[ $calls != "$FAILS" ] || exit 1
for argument in "$@"; do
  case $argument in
    --file=/dev/*) ;;
    --file=*) echo new >"\${argument#--file=}" ;;
  esac
done
[ "\${0##*/}" != mv ] || exec /bin/mv "$@"
echo '{"done": true}'
`;

interface Run {
  /** Every call in order, with its arguments. */
  calls: string[];
  status: number;
  /** Files that were there before and are gone or empty now. */
  gone: string[];
}

let runs = 0;

/** Runs a block in a folder in which every file that it reads or writes is there already. @param fails the call that fails, from 1 */
async function run(commands: string, fails: number): Promise<Run> {
  const folder = join(scratch, String(++runs));
  const [bin, work] = [join(folder, 'bin'), join(folder, 'a/b/c')];
  for (const directory of [bin, work]) mkdirSync(directory, { recursive: true });
  for (const name of [...PROGRAMS, 'mv']) writeFileSync(join(bin, name), STAND_IN, { mode: 0o755 });
  symlinkSync('/bin/sh', join(bin, 'sh'));
  // Called by its path.
  writeFileSync(join(work, 'plinth'), STAND_IN, { mode: 0o755 });
  for (const [, directory] of commands.matchAll(/^\s*cd ([\w./-]+)/gm))
    mkdirSync(join(work, directory!), { recursive: true });
  const written = [...commands.matchAll(/[<>]\s*((?:\.\.\/)*[\w-][\w./-]*)/g)]
    .map(([, file]) => file!)
    .filter((file) => !file.startsWith('/') && !file.endsWith('.new'));
  const precious = [...new Set([...written, 'DUMP'])].map((file) => join(work, file));
  for (const file of precious) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, 'of yesterday');
  }
  const calls = join(folder, 'calls');
  writeFileSync(calls, '');
  writeFileSync(`${calls}.count`, '0\n');
  const env = { PATH: bin, CALLS: calls, FAILS: String(fails), HOME: work, DUMP: 'DUMP', GRAFANA: 'x', TOKEN: 'x' };
  const status = await promisify(execFile)('/bin/bash', ['-c', commands], { cwd: work, env, timeout: 20_000 }).then(
    () => 0,
    ({ code }: { code?: number }) => code ?? 1,
  );
  return {
    calls: readFileSync(calls, 'utf8').split(RECORD).slice(1),
    status,
    gone: precious.filter((file) => !existsSync(file) || readFileSync(file, 'utf8') === ''),
  };
}

const isDestructive = (call: string) => DESTRUCTIVE.some((pattern) => pattern.test(call));

describe('a block of commands in a document', { concurrency: true }, () => {
  it('is found in each of them, and what destroys is known when it is seen', () => {
    assert.ok(blocks.length > 40, String(blocks.length));
    for (const call of [
      'docker volume rm plinth_db-data',
      'docker compose down --volumes',
      'docker image prune --all',
      'sql alter role plinth_a password null',
      'terraform apply',
      'rm -rf .plinth',
    ])
      assert.ok(isDestructive(call), call);
    for (const call of [
      'docker compose up -d',
      'docker compose stop web worker',
      'docker compose exec -T db createdb x',
    ])
      assert.ok(!isDestructive(call), call);
  });

  for (const { place, commands } of blocks) {
    it(`destroys nothing after a step that failed: ${place}`, async () => {
      const { calls: all } = await run(commands, 0);
      for (let fails = 1; fails <= all.length; fails++) {
        const { calls, gone } = await run(commands, fails);
        const failed = calls[fails - 1];
        const destroyed = calls.slice(fails).filter(isDestructive);
        assert.deepEqual(destroyed, [], `${failed} has failed, and this ran all the same`);
        const moved = calls.slice(0, fails - 1).filter((call) => call.startsWith('mv '));
        const lost = gone.filter((file) => !moved.some((call) => call.includes(file.slice(file.lastIndexOf('/') + 1))));
        assert.deepEqual(lost, [], `${failed} has failed, and the file of before is gone`);
      }
    });
  }

  /** These are pasted in the worst hour: they end at the first failure, and say that they have failed. */
  for (const mark of [
    'compose-dump',
    'compose-restore',
    'compose-check',
    'upgrade-before',
    'upgrade-after',
    'dump',
    'restore',
  ])
    it(`ends with an error at the first step that fails: ${mark}`, async () => {
      const commands = printedBlock(mark);
      const { calls: all, status } = await run(commands, 0);
      assert.equal(status, 0);
      assert.ok(all.length >= 2, all.join('\n'));
      for (let fails = 1; fails <= all.length; fails++) {
        const failing = await run(commands, fails);
        assert.equal(failing.calls.length, fails, `after ${all[fails - 1]}:\n${failing.calls.slice(fails).join('\n')}`);
        assert.notEqual(failing.status, 0, String(all[fails - 1]));
      }
    });

  it('of the second half of an upgrade does nothing without a dump', async () => {
    const commands = printedBlock('upgrade-after');
    const { calls, status } = await run(`rm() { :; }; : >plinth-upgrade.dump\n${commands}`, 0);
    assert.deepEqual(calls, []);
    assert.notEqual(status, 0);
  });
});
