/** The findings of `doctor` about a replica, which need one. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { eventually } from '../../test/conditions.ts';
import { startTestService } from '../../test/service.ts';
import { startReplicated } from '../../test/standby.ts';
import { examine } from './doctor-checks.ts';

describe('doctor', { timeout: 120_000 }, () => {
  it('says how far a replica is behind, and is content with one that cannot say', async (t) => {
    const { primaryUrl, replicaUrl, on, pause, resume } = await startReplicated(t);
    // Functions of ours come before PostgreSQL's: below, a clock that is a minute on, and Aurora's answer.
    await on(primaryUrl, 'alter database postgres set search_path = public, pg_catalog');
    const test = await startTestService({ databaseUrl: primaryUrl, env: { DATABASE_REPLICA_URL: replicaUrl } });
    t.after(() => test.close());
    const replica = async () => (await examine(test.service)).find(({ check }) => check === 'replica')!;
    const known = (name: string) =>
      eventually(`${name} is replayed`, async () => {
        const { rows } = await on(replicaUrl, `select to_regproc('public.${name}') is not null as known`);
        return rows[0].known;
      });
    await eventually('it has replayed all', async () => (await replica()).detail === '0 s behind');

    const minuteAgo = `language sql as $$ select now() - interval '1 minute' $$`;
    await on(primaryUrl, `create function public.pg_last_xact_replay_timestamp() returns timestamptz ${minuteAgo}`);
    await known('pg_last_xact_replay_timestamp');
    await pause();
    const refuse = `language plpgsql as $$ begin raise exception 'not on Aurora' using errcode = '0A000'; end $$`;
    await on(primaryUrl, `create function public.pg_last_wal_receive_lsn() returns pg_lsn ${refuse}`);
    const behind = await eventually('it has received what it does not replay', async () => {
      const found = await replica();
      return !found.ok && found;
    });
    assert.match(behind.detail, /^60 s behind; lists are as old; look at its load/);

    await resume();
    await known('pg_last_wal_receive_lsn');
    const { ok, detail } = await replica();
    assert.deepEqual([ok, detail], [true, 'answers; how far behind it is, it cannot say']);
  });
});
