/**
 * A restore drill of a service with data finds a backup whole, and tells each way in which it is not: rows that are missing, a page that is damaged,
 * an audit chain that is broken. Alerts tell of a failure, and of a drill that is overdue, in a real Prometheus.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { eventually } from '../conditions.ts';
import { request } from '../service.ts';
import { type Installation, RELEASES } from './installation.ts';
import { type Monitoring, startMonitoring } from './monitoring.ts';
import { createInstallationWithStore, STORE, stateOf } from './store.ts';

/** A day becomes ten seconds. */
const FACTOR = 8_640;
const PEOPLE = 12;

describe('a restore drill of a service with data', { timeout: 3_600_000 }, () => {
  let site: Installation;
  let monitoring: Monitoring;
  const asSuperuser = (sql: string) =>
    site.works(`docker compose exec -T db psql --no-align --tuples-only --set=ON_ERROR_STOP=1 <<'SQL'\n${sql}\nSQL`);
  const drilled = async () => {
    const output = await site.works('./plinth drill');
    assert.match(output, /The newest backup can be restored, and is whole/);
    return output;
  };
  const fails = async (...said: RegExp[]) => {
    const before = await stateOf(site, 'restore_drill_last_success');
    const { status, output } = await site.shell('./plinth drill');
    assert.notEqual(status, 0, output);
    for (const one of said) assert.match(output, one);
    assert.ok((await stateOf(site, 'restore_drill_last_failure')) >= before, 'the failure is recorded');
    assert.equal(await stateOf(site, 'restore_drill_last_success'), before, 'and no success');
    assert.equal(await site.works('docker compose --profile drill ps --all --quiet drill'), '', 'nothing is left');
  };

  before(async () => {
    site = await createInstallationWithStore('plinth-test-drill', { env: STORE, publishLater: { prometheus: 9090 } });
    await site.works(`docker compose up -d --wait db proxy && ./plinth release ${RELEASES.first}`);
    for (let count = 0; count < PEOPLE; count++) {
      const body = { email: `drill-${count}@example.com`, password: 'a long enough passphrase 42', name: 'Ada' };
      assert.equal((await request(`${site.url}/v1/users`, { body })).status, 202);
    }
    await site.query(
      `create table witness as select n, now() - interval '1 hour' as created_at, repeat('x', 200) as filler from generate_series(1, 1000) as n`,
    );
    await site.works('./plinth backup');
    monitoring = await startMonitoring(site, FACTOR);
    const old = "select count(*) from users where created_at < now() - interval '61 seconds'";
    await eventually('people are old enough', async () => (await site.query(old)) === String(PEOPLE), 120_000);
  });
  after(() => site?.close());

  it('compares the rows of every table, and verifies each audit chain', async () => {
    const output = await drilled();
    const [, tables, rows] = /(\d+) tables with (\d+) rows compared/.exec(output) ?? [];
    assert.ok(Number(tables) > 20, output);
    assert.ok(Number(rows) >= 1_000 + 2 * PEOPLE, 'witness, users, addresses and more');
    const [, chains] = /(\d+) chains, 0 broken/.exec(output) ?? [];
    assert.ok(Number(chains) >= PEOPLE, output);
    await monitoring.told('RestoreDrillFailed', 'over');
  });

  it('fails when rows of the running database are not in the restored one, and says of which table', async () => {
    // PostgreSQL keeps such a table out of its log, so that no backup has its rows.
    await asSuperuser('alter table witness set unlogged');
    await fails(/witness: 0 rows are restored, and the running database had 1000/, /is not what is expected/);
    await monitoring.told('RestoreDrillFailed', 'firing');
    await asSuperuser('alter table witness set logged');
    await drilled();
    await monitoring.told('RestoreDrillFailed', 'over');
  });

  it('fails when an audit chain is broken', async () => {
    const change = (sign: string) =>
      asSuperuser(
        `update audit_events set occurred_at = occurred_at ${sign} interval '1 second' where id = (select min(id::text)::uuid from audit_events)`,
      );
    await change('+');
    await fails(/BROKEN .*event \d+ is/, /An audit chain of the restored database is broken/);
    await change('-');
    await drilled();
  });

  it('fails when a page of a table is damaged', async () => {
    // Nothing writes the page again: neither autovacuum nor a query that finds out which rows are visible.
    await asSuperuser(`create table damaged with (autovacuum_enabled = false) as select * from witness;
      vacuum (freeze) damaged;
      checkpoint`);
    const file = await asSuperuser("select pg_relation_filepath('damaged')");
    await site.works(
      `docker compose exec -T db sh -c 'dd if=/dev/urandom of="$PGDATA/${file}" bs=8192 seek=1 count=1 conv=notrunc 2>/dev/null'`,
    );
    await site.shell('./plinth backup full');
    await fails(/invalid page|checksum|could not read/, /cannot be restored|is not what is expected/);
    await asSuperuser('drop table damaged');
    await site.works('./plinth backup full');
    await drilled();
  });

  it('is one at a time', async () => {
    const both = await site.works(
      './plinth drill >one 2>&1 & one=$!\n./plinth drill >two 2>&1 & two=$!\nwait $one; a=$?\nwait $two; echo "$a $?"',
    );
    assert.deepEqual(both.split(' ').sort(), ['0', '1']);
    assert.match(await site.works('cat one two'), /Another drill is running here/);
  });

  it('that has not succeeded for nine days is told of, until one does', async () => {
    await site.works(
      `docker compose exec -T db sh -c 'echo restore_drill_last_success_timestamp_seconds $(($(date +%s) - 9 * 86400 - 60)) >/var/lib/plinth/restore_drill_last_success.prom'`,
    );
    await monitoring.told('RestoreDrillOverdue', 'firing');
    await drilled();
    await monitoring.told('RestoreDrillOverdue', 'over');
  });
});
