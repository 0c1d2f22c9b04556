/**
 * The store of backups goes away under load: what waits is seen before anything is lost, the limit of BACKUP_QUEUE_GB is kept, no request fails,
 * the gap pages until the next base backup, and nothing that was answered is lost. With a real PostgreSQL, pgBackRest, store and Prometheus.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../conditions.ts';
import { request } from '../service.ts';
import { type Installation, RELEASES } from './installation.ts';
import { startLoad } from './load.ts';
import { type Monitoring, startMonitoring } from './monitoring.ts';
import { createInstallationWithStore, momentOf, STORE, stateOf } from './store.ts';

/** Fifteen minutes become one. */
const FACTOR = 15;
const GIB = 2 ** 30;
/** The archiver tries three times, up to a minute each, then waits for another minute. */
const ARCHIVER_MS = 420_000;
const PASSWORD = 'a long enough passphrase 42';

describe('a store that is away', { timeout: 3_600_000 }, () => {
  let site: Installation;
  let monitoring: Monitoring;
  const waiting = () => stateOf(site, 'queue');
  const dropped = () => stateOf(site, 'dropped');
  /** Writes so many segments of 16 MB, as much of them as the next one leaves. */
  const fill = (segments: number) =>
    site.works(
      `docker compose exec -T db psql -qc "do \\$\\$ begin for n in 1..${segments} loop insert into witness values (0); perform pg_switch_wal(); end loop; end \\$\\$"`,
    );

  before(async () => {
    site = await createInstallationWithStore('plinth-test-away', {
      env: { ...STORE, BACKUP_QUEUE_GB: '1', COMPOSE_PROFILES: '' },
      publishLater: { prometheus: 9090 },
    });
    await site.works(`docker compose up -d --wait db proxy && ./plinth release ${RELEASES.first} && ./plinth backup`);
    await site.query('create table witness as select generate_series(1, 1000) as n');
    monitoring = await startMonitoring(site, FACTOR);
  });
  after(() => site?.close());

  it('is told of before the limit, costs no request, and is a gap that pages until the next base backup', async (t) => {
    const load = startLoad({ url: site.url, paths: ['/v1/plans', '/.well-known/jwks.json'], clients: 4, pauseMs: 40 });
    const writer = startWriting(site.url);
    t.after(() => Promise.all([load.stop(), writer.stop()]));
    await eventually(
      'the monitoring sees the log',
      async () => (await monitoring.query('backup_archive_limit_bytes')).some(({ values }) => values[0]![1] === GIB),
      60_000,
    );

    await site.works('docker compose stop store');
    await fill(3);
    await eventually('log waits', async () => (await waiting()) >= 3 * 16 * 2 ** 20, ARCHIVER_MS);
    await monitoring.told('BackupArchivingFailing', 'firing');
    assert.equal(await dropped(), 0);
    assert.equal(await monitoring.fires('BackupQueueFilling'), false);

    // Beyond half of the limit, and not beyond it.
    await fill(35);
    await monitoring.told('BackupQueueFilling', 'firing');
    assert.equal(await dropped(), 0);
    assert.equal(await monitoring.fires('BackupGap'), false);

    await fill(35);
    await eventually('log is dropped', async () => (await dropped()) > 0, ARCHIVER_MS);
    await monitoring.told('BackupGap', 'firing');
    const ready = "select count(*) from pg_ls_archive_statusdir() where name like '%.ready'";
    await eventually('what waits is within the limit', async () => Number(await site.query(ready)) <= 64, ARCHIVER_MS);
    const inTheGap = await momentOf(site);

    const failed = await site.shell('./plinth backup');
    assert.notEqual(failed.status, 0, failed.output);
    assert.ok((await stateOf(site, 'backup_last_failure')) > 0);
    assert.ok((await dropped()) > 0, 'a backup that failed closes no gap');

    await site.works('docker compose start store');
    await site.works('./plinth backup');
    assert.equal(await dropped(), 0);
    await monitoring.told('BackupGap', 'over');
    await monitoring.told('BackupQueueFilling', 'over');
    await monitoring.told('BackupArchivingFailing', 'over');

    const moment = await momentOf(site);
    await Promise.all([load.stop(), writer.stop()]);
    t.diagnostic(
      `${load.answered} requests answered, ${load.failures.length} failed; ${writer.written.length} people registered`,
    );
    assert.deepEqual([...load.failures, ...writer.failures], []);
    assert.ok(load.answered > 500 && writer.written.length > 20);

    await site.works('docker compose stop web web-2 worker && docker compose stop db');
    const gap = await site.shell(`./plinth restore --to '${inTheGap}'`);
    assert.notEqual(gap.status, 0, 'a moment in the gap is refused');
    assert.match(gap.output, /Nothing has been replaced/);
    await site.works('./plinth restore --to latest');
    assert.equal(await site.query('select count(*) from witness'), '1073');
    const kept = await site.query("select email from users where email like 'away-%' order by 1");
    assert.deepEqual(
      writer.written.filter((email) => !kept.split('\n').includes(email)),
      [],
      `all before ${moment} are there`,
    );
  });
});

/** One person after the other registers, with a pause, as hashing passwords takes a core. */
function startWriting(url: string) {
  const written: string[] = [];
  const failures: string[] = [];
  let stopping = false;
  const running = (async () => {
    for (let count = 0; !stopping; count++) {
      const email = `away-${count}@example.com`;
      const { status } = await request(`${url}/v1/users`, { body: { email, password: PASSWORD, name: 'Ada' } });
      if (status === 202) written.push(email);
      else failures.push(`${email}: ${status}`);
      await delay(250);
    }
  })().catch((error: Error) => void failures.push(error.message));
  return {
    written,
    failures,
    async stop() {
      stopping = true;
      await running;
    },
  };
}
