/**
 * Backups with a real PostgreSQL, pgBackRest and store, by the commands that docs/one-machine.md and docs/backup-restore.md print: a base backup,
 * a drill, the loss of everything, and a restore to a second before it. And what must be refused.
 */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { eventually } from '../conditions.ts';
import { printedBlock } from '../printed-blocks.ts';
import { DATABASE_IMAGE, type Installation, RELEASES } from './installation.ts';
import { needsStore, printedComposeCommands } from './printed-compose-commands.ts';
import { archived, createInstallationWithStore, momentOf, STORE, stateOf } from './store.ts';

describe('backups under Docker Compose', { timeout: 3_600_000 }, () => {
  let site: Installation;
  const fails = async (commands: string, said: RegExp) => {
    const { status, output } = await site.shell(commands);
    assert.notEqual(status, 0, `${commands}\n${output}`);
    assert.match(output, said);
  };
  const rows = () => site.query('select count(*) from witness');
  const state = (name: string) => stateOf(site, name);
  const stopped = () => site.works('docker compose stop web web-2 worker db');

  before(async () => {
    site = await createInstallationWithStore('plinth-test-backups');
    await site.works('docker compose up -d --wait db');
    await site.works(`./plinth release ${RELEASES.first}`);
    await site.query('create table witness as select generate_series(1, 1000) as n');
  });
  after(() => site?.close());

  it('are off until they are set up, and say so', async () => {
    await fails('./plinth backup', /Backups are not set up: BACKUP_S3_BUCKET/);
    assert.equal(await state('configured'), 0);
    assert.equal(await site.query('show archive_mode'), 'off');
  });

  it('refuse half a configuration by the name of what is missing, while the database and the service go on', async () => {
    for (const [fault, said] of [
      [{ ...STORE, BACKUP_PASSPHRASE: 'short' }, /BACKUP_PASSPHRASE is shorter than 32 characters/],
      [{ ...STORE, BACKUP_RETENTION_DAYS: 'two weeks' }, /BACKUP_RETENTION_DAYS is not a whole number/],
      [{ ...STORE, BACKUP_S3_KEY: '', BACKUP_RETENTION_DAYS: '' }, /BACKUP_S3_KEY is missing/],
    ] as const) {
      await site.set(fault);
      await site.works('docker compose up -d --wait db');
      await fails('./plinth backup', said);
      assert.match(await site.works('docker compose logs db'), said);
      assert.equal(await state('configured'), 1, 'and the monitoring tells that none is made');
      assert.equal(await rows(), '1000');
    }
    // The log waits meanwhile, and is told of.
    await site.works("docker compose exec -T db psql -qc 'select pg_switch_wal()'");
    await eventually('log waits', async () => (await state('queue')) > 0, 90_000);
  });

  it('are in the store, encrypted, after one command', async () => {
    await site.set(STORE);
    await site.works('docker compose up -d --wait db && ./plinth backup');
    assert.equal(await state('configured'), 1);
    assert.ok((await state('backup_last_success')) > 0);
    const stored = await site.works('docker compose exec -T store find /store/bucket -type f');
    assert.ok(stored.split('\n').length > 3, stored);
    // Files begin with the mark of OpenSSL's salted encryption. Those of bundles have it not: they would begin with that of zstd if they were plain.
    const plain = await site.works(
      `docker compose exec -T store bash -c 'find /store/bucket/plinth -type f -size +0 | while read -r f; do
        case $f in */bundle/*) ! head -c 4 "$f" | grep -q $(printf "\\x28\\xb5\\x2f\\xfd") ;; *) head -c 8 "$f" | grep -q ^Salted__ ;; esac || echo "$f"
      done'`,
    );
    assert.equal(plain, '');
  });

  it('are restored by a drill, which leaves nothing behind, and fails where the backup is not that of this database', async () => {
    await site.works('./plinth drill');
    const succeeded = await state('restore_drill_last_success');
    assert.ok(succeeded > 0);
    assert.equal(await site.works('docker compose --profile drill ps --all --quiet drill'), '');
    // A passphrase that is not that of the backup.
    await fails('BACKUP_PASSPHRASE=0123456789012345678901234567890123456789 ./plinth drill', /cannot be restored/);
    assert.ok((await state('restore_drill_last_failure')) >= succeeded);
    assert.equal(await site.works('docker compose --profile drill ps --all --quiet drill'), '');
  });

  it('are never restored over what runs, nor to what is no moment, and a moment that is not in the store changes nothing', async () => {
    await fails('./plinth restore --to latest', /db runs\. .*docker compose stop[\s\S]*Nothing has been changed/);
    await fails('./plinth restore --to yesterday', /This is no moment: yesterday/);
    await fails("./plinth restore --to '2026-05-14 09:30:00'", /its offset/);
    await site.works('docker compose stop db');
    await fails('./plinth restore --to latest', /web runs/);
    await stopped();
    await fails("./plinth restore --to '2020-01-01 00:00:00+00'", /Nothing has been replaced/);
    // Later than all that was archived.
    await fails(
      `./plinth restore --to "$(date -u -d '+1 hour' '+%F %T+00')"`,
      /recovery ended before configured recovery target was reached[\s\S]*Nothing has been replaced/,
    );
    await site.works(`docker compose up -d --wait db && ./plinth release current`);
    assert.equal(await rows(), '1000');
  });

  it('bring back the second before the loss of everything, on an empty machine with another password', async () => {
    const at = await momentOf(site);
    await site.query('drop table witness');
    await archived(site);
    await site.works(
      'docker compose rm --stop --force web web-2 worker db && docker volume rm plinth-test-backups_db-data plinth-test-backups_backup-state',
    );
    await site.set({ POSTGRES_PASSWORD: 'anotherPassword42' });
    const restored = await site.works(printedBlock('restore-to').replace('2026-05-14 09:30:00+00', at));
    assert.match(restored, /The database runs as it was/);
    assert.equal(await rows(), '1000');
    assert.match(await site.works('./plinth doctor audit'), /0 broken/);
    await site.query('insert into witness values (1001)');
  });

  it('go on after a restore, to which a later one can go back as well', async () => {
    await site.works('./plinth backup');
    const at = await momentOf(site);
    await site.query('delete from witness');
    await archived(site);
    await stopped();
    await site.works(`./plinth restore --to '${at}' && ./plinth release current`);
    assert.equal(await rows(), '1001');
    assert.match(
      await site.works('docker compose exec -T db ls /var/lib/postgresql/18'),
      /docker\.before-\d{8}T\d{6}Z/,
    );
  });

  it('let no server start on the data while it is replaced, nor replace the data of one that runs in another container', async () => {
    await stopped();
    const { status, output } = await site.shell(
      `./plinth restore --to latest & restore=$!
       until docker ps --format '{{.Names}}' | grep -q plinth-test-backups-db-run; do sleep 0.1; done
       docker compose up -d db
       wait $restore`,
    );
    assert.equal(status, 0, output);
    assert.match(output, /Restored to latest/);
    await site.works('docker compose up -d --wait db');
    assert.equal(await rows(), '1001');
    await fails(
      'docker compose run --rm --no-deps -T db backup-restore latest',
      /A server or another restore works on this volume/,
    );
    await site.works('./plinth release current');
  });

  it('go on with a new cluster, as after an upgrade of PostgreSQL, by the printed commands', async () => {
    const next = 'plinth-test-postgres:20';
    const dockerfile = `FROM ${DATABASE_IMAGE}\nENV PGDATA=/var/lib/postgresql/20/docker\n`;
    await site.works(`printf '%s' '${dockerfile}' | docker build -t ${next} -`);
    const pasted = async (mark: string) => {
      const { status, output } = await site.paste(mark);
      assert.equal(status, 0, `${mark}\n${output}`);
    };
    await pasted('upgrade-before');
    const file = (await readFile('docker-compose.yml', 'utf8')).replace(DATABASE_IMAGE, next);
    await writeFile(site.path('docker-compose.yml'), file);
    await pasted('upgrade-after');
    assert.equal(await rows(), '1001');
    await fails('./plinth backup', /do not match the database/);
    await pasted('upgrade-backups');
    await site.works('./plinth drill');
    const at = await momentOf(site);
    await site.query('drop table witness');
    await archived(site);
    await stopped();
    await site.works(`./plinth restore --to '${at}' && ./plinth release current`);
    assert.equal(await rows(), '1001');
  });

  it('work wherever the documents print their commands', async (t) => {
    const commands = [...printedComposeCommands()].filter(([command]) => needsStore(command));
    assert.ok(commands.length >= 8, String(commands.length));
    let count = 0;
    for (const [command, place] of commands) {
      // The new cluster has been told of; a restore is pasted above.
      if (/stanza-upgrade|restore/.test(command)) continue;
      const { status, output } = await site.shell(command);
      assert.equal(status, 0, `${place}: ${command}\n${output}`);
      count++;
    }
    t.diagnostic(`${count} printed commands`);
  });
});
