/** The findings of `doctor` that take more than a database: a replica that is behind, and each way in which Stripe does not fit. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startStripeSandbox } from 'stripe-sandbox';
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

  it('names each way in which Stripe does not fit', async (t) => {
    const sandbox = await startStripeSandbox({ port: 0 });
    t.after(() => sandbox.close());
    const env = { STRIPE_SECRET_KEY: 'sk_test_sandbox', STRIPE_WEBHOOK_SECRET: 'whsec_of_a_test' };
    const start = async (more: Record<string, string> = {}) => {
      const test = await startTestService({ jobs: false, env: { ...env, STRIPE_API_BASE: sandbox.url, ...more } });
      t.after(() => test.close());
      const stripe = async () => (await examine(test.service)).find(({ check }) => check === 'stripe')!;
      return { test, stripe };
    };
    const { test, stripe } = await start();

    const { ok, detail } = await stripe();
    assert.equal(ok, false);
    assert.match(
      detail,
      /no webhook endpoint https:\/\/api\.example\.com\/v1\/webhooks\/stripe; run npm run plinth -- billing webhook --apply/,
    );
    assert.match(detail, /differences from the catalog; run: node app\/cli\.ts catalog sync --apply/);

    await test.service.billing.operations.syncCatalog({ apply: true });
    const endpoint = sandbox.addWebhook({ url: 'https://api.example.com/v1/webhooks/stripe' });
    assert.equal((await stripe()).ok, true);
    const silent = await (await start({ STRIPE_WEBHOOK_SECRET: '' })).stripe();
    assert.match(silent.detail, /^STRIPE_WEBHOOK_SECRET is not set, so the webhook is off: set it/);

    sandbox.world.store.get('webhook_endpoint', endpoint.id).api_version = '2024-06-20';
    const { detail: version } = await stripe();
    assert.match(version, /is of API version 2024-06-20, the service of 20\d\d-.*: replace it at the next release/);

    const away = await (await start({ STRIPE_API_BASE: 'http://127.0.0.1:1' })).stripe();
    assert.equal(away.ok, false);
    assert.match(away.detail, /^cannot be asked \(.+\); check STRIPE_SECRET_KEY and the network/);
  });
});
