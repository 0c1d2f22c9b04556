/**
 * Backups with a real PostgreSQL, pgBackRest and store, by the commands that docs/one-machine.md and docs/backup-restore.md print: a base backup,
 * a drill, the loss of everything, and a restore to a second before it. And what must be refused, and what happens while the store is away.
 */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { printedBlock } from '../printed-blocks.ts';
import { createInstallation, type Installation, RELEASES } from './installation.ts';

const STORE = {
  BACKUP_S3_BUCKET: 'bucket',
  BACKUP_S3_ENDPOINT: 'store',
  BACKUP_S3_REGION: 'eu-test-1',
  BACKUP_S3_KEY: 'backups',
  BACKUP_S3_SECRET: 'backups-secret',
  BACKUP_S3_CA: '/tls/ca.pem',
  BACKUP_PASSPHRASE: 'q8Zr2vLk0WmX5tYb7NcJ4hGfD1sPaE9uTiOoRlKj',
};
/** The store, in reach of the database and of drills; its certificate is handed over in a volume. */
const STORE_FILE = `
services:
  db: { volumes: ["tls:/tls:ro"] }
  drill: { volumes: ["tls:/tls:ro"] }
  store:
    image: plinth-test-store:1
    volumes: ["tls:/tls", "store:/store"]
    networks: [port-db, port-drill]
volumes: { tls: {}, store: {} }
`;

describe('backups under Docker Compose', { timeout: 900_000 }, () => {
  let site: Installation;
  const fails = async (commands: string, said: RegExp) => {
    const { status, output } = await site.shell(commands);
    assert.notEqual(status, 0, `${commands}\n${output}`);
    assert.match(output, said);
  };
  const rows = () => site.query('select count(*) from witness');
  /** What the monitoring reads. */
  const state = async (name: string) =>
    Number(
      (
        await site.works(`docker compose exec -T db sh -c 'cat /var/lib/plinth/${name}.prom 2>/dev/null || true'`)
      ).split(' ')[1] ?? 0,
    );
  /** Until the log up to now is in the store. */
  const archived = () =>
    site.works(`docker compose exec -T --user postgres db pgbackrest --stanza=plinth --log-level-console=error check`);
  const moment = () => site.query("select to_char(now(), 'YYYY-MM-DD HH24:MI:SS.MSOF')");
  const stopped = () => site.works('docker compose stop web web-2 worker db');

  before(async () => {
    site = await createInstallation('plinth-test-backups', {
      env: { COMPOSE_FILE: 'docker-compose.yml:override.yml:store.yml' },
    });
    await writeFile(site.path('store.yml'), STORE_FILE);
    await site.works('docker compose up -d --wait store db');
    await site.works(`./plinth release ${RELEASES.first}`);
    await site.query('create table witness as select generate_series(1, 1000) as n');
  });
  after(() => site?.close());

  it('are off until they are set up, and say so', async () => {
    await fails('./plinth backup', /Backups are not set up: BACKUP_S3_BUCKET/);
    assert.equal(await state('configured'), 0);
    assert.equal(await site.query('show archive_mode'), 'off');
  });

  it('refuse half a configuration by the name of what is missing', async () => {
    await site.set({ ...STORE, BACKUP_PASSPHRASE: 'short' });
    await fails('docker compose run --rm --no-deps db true', /BACKUP_PASSPHRASE is shorter than 32 characters/);
    await site.set({ ...STORE, BACKUP_S3_KEY: '' });
    await fails('docker compose run --rm --no-deps db true', /BACKUP_S3_KEY is missing/);
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
    const at = await moment();
    await site.query('drop table witness');
    await archived();
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
    const at = await moment();
    await site.query('delete from witness');
    await archived();
    await stopped();
    await site.works(`./plinth restore --to '${at}' && ./plinth release current`);
    assert.equal(await rows(), '1001');
    assert.match(
      await site.works('docker compose exec -T db ls /var/lib/postgresql/18'),
      /docker\.before-\d{8}T\d{6}Z/,
    );
  });

  it('do not stop the database while the store is away: the log waits, and beyond its limit is dropped, which is told until the next backup', async () => {
    await site.works('./plinth backup');
    await site.works('docker compose stop store');
    // The role of the service may not switch segments.
    const write = () =>
      site.works("docker compose exec -T db psql -qc 'insert into witness values (0)' -c 'select pg_switch_wal()'");
    await write();
    await waitFor(async () => (await site.query('select failed_count from pg_stat_archiver')) !== '0');
    assert.equal(await state('dropped'), 0);
    // The limit is that of a configuration file, which each attempt reads.
    const limit = (size: string) =>
      site.works(
        `docker compose exec -T db sed -i 's/^archive-push-queue-max=.*/archive-push-queue-max=${size}/' /run/postgresql/pgbackrest.conf`,
      );
    await limit('16MiB');
    for (let count = 0; count < 3; count++) await write();
    await waitFor(async () => (await state('dropped')) > 0);
    assert.equal(Number(await rows()) > 1_001, true);
    await fails('./plinth backup', /ERROR/);
    assert.ok((await state('backup_last_failure')) > 0);
    assert.ok((await state('dropped')) > 0, 'a backup that failed closes no gap');
    await limit('8GiB');
    await site.works('docker compose start store');
    // The gap is of this second or an earlier one.
    await waitFor(
      async () => (await site.query('select extract(epoch from now())::bigint')) > String(await state('dropped')),
    );
    await site.works('./plinth backup');
    assert.equal(await state('dropped'), 0);
    await stopped();
    const expected = (await readFile(site.path('.env'), 'utf8')).includes('BACKUP_S3_BUCKET=bucket');
    assert.ok(expected);
    await site.works('./plinth restore --to latest');
    assert.ok(Number(await rows()) > 1_001, 'what was written while the store was away is in the backup');
  });
});

async function waitFor(condition: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 120_000; !(await condition()); )
    assert.ok(Date.now() < deadline, 'it does not happen');
}
