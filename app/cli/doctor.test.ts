/** `doctor`, as operators run it: nothing to say of a sound installation, and each fault by its name, with what to do. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, it, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import pg from 'pg';
import { administer, createTestDatabase, databaseUrl, randomName } from '../../test/database.ts';
import { PRODUCTION } from '../../test/faults/service-process.ts';
import { startSmtpReceiver } from '../features/email/testing/smtp-receiver.ts';

interface Finding {
  check: string;
  ok: boolean;
  detail: string;
}

async function run(env: Record<string, string>, ...args: string[]): Promise<{ code: number; stdout: string }> {
  const { stdout, code = 0 } = await promisify(execFile)(process.execPath, ['app/cli.ts', ...args], {
    env: { ...PRODUCTION, ...env },
  }).catch((error) => error);
  return { code, stdout };
}

async function doctor(
  env: Record<string, string>,
): Promise<{ code: number; faults: Map<string, string>; all: Finding[] }> {
  const { code, stdout } = await run(env, 'doctor', '--json');
  const all = JSON.parse(stdout) as Finding[];
  return { code, all, faults: new Map(all.filter(({ ok }) => !ok).map(({ check, detail }) => [check, detail])) };
}

/** A database of its own, and a mail server. */
async function installation(
  t: TestContext,
): Promise<{ env: Record<string, string>; sql(...statements: string[]): Promise<void> }> {
  const database = await createTestDatabase();
  t.after(() => database.close());
  const smtp = await startSmtpReceiver(t);
  return {
    env: { DATABASE_URL: database.url, SMTP_URL: smtp.url },
    async sql(...statements) {
      const client = new pg.Client({ connectionString: database.url });
      await client.connect();
      for (const statement of statements) await client.query(statement);
      await client.end();
    },
  };
}

describe('doctor', { timeout: 100_000, concurrency: 2 }, () => {
  it('finds nothing wrong with a sound installation, and exits with 0', async (t) => {
    const { env } = await installation(t);
    const { code, faults, all } = await doctor(env);
    assert.deepEqual([...faults], []);
    assert.equal(code, 0);
    const order = [
      'database',
      'migrations',
      'clock',
      'replica',
      'redis',
      'signing key',
      'job queues',
      'dead letters',
      'mail server',
    ];
    // Later features add checks between and after these.
    const seen = all.map(({ check }) => check).filter((check) => order.includes(check));
    assert.deepEqual(seen, order);
  });

  it('names a mail server that cannot be reached, an old key, a job that waits and a clock that is off', async (t) => {
    const { env, sql } = await installation(t);
    await doctor(env); // makes the first signing key
    await sql(
      `update signing_keys set signs_from = now() - interval '91 days', created_at = now() - interval '91 days'`,
      `insert into pgboss.job (name, start_after) values ('email.deliver', now() - interval '10 minutes')`,
      `create function public.clock_timestamp() returns timestamptz language sql as 'select now() + interval ''1 minute'''`,
      `do $$ begin execute format('alter database %I set search_path = public, pg_catalog', current_database()); end $$`,
    );
    const { code, faults } = await doctor({ ...env, SMTP_URL: 'smtp://127.0.0.1:1' });
    assert.equal(code, 1);
    assert.deepEqual([...faults.keys()].toSorted(), ['clock', 'job queues', 'mail server', 'signing key']);
    assert.match(faults.get('clock')!, /^(59|60)\d{3} ms behind the database; .*NTP/);
    assert.match(faults.get('job queues')!, /6\d\d s in email\.deliver; is a worker running/);
    assert.match(faults.get('mail server')!, /ECONNREFUSED.*check SMTP_URL/);
    assert.match(faults.get('signing key')!, /^91 days old; run: node app\/cli\.ts keys rotate/);
  });

  it('names jobs that failed for the last time, by queue', async (t) => {
    const { env, sql } = await installation(t);
    await sql(`insert into pgboss.job (name) values ('email.deliver.dead'), ('email.deliver.dead')`);
    const { code, faults, all } = await doctor(env);
    assert.equal(code, 1);
    assert.deepEqual([...faults.keys()], ['dead letters']);
    assert.match(faults.get('dead letters')!, /^2 in email\.deliver\.dead; follow docs\/runbooks\/dead-letters\.md/);
    assert.equal(all.find(({ check }) => check === 'job queues')!.detail, 'no job waits');
  });

  it('says which migration command to run on a database that has none', async (t) => {
    const server = process.env.TEST_DATABASE_URL!;
    const name = randomName('empty');
    await administer(server, `create database ${name}`);
    t.after(() => administer(server, `drop database ${name} with (force)`));
    const env = { DATABASE_URL: databaseUrl(server, name) };
    const { code, stdout } = await run(env, 'doctor');
    assert.equal(code, 1);
    assert.match(stdout, /FAULT migrations +pending: 0000_foundation, .*; run: node app\/cli\.ts migrate/);
  });

  it('names a database that is away, as a finding, and what to check', async () => {
    const env = { DATABASE_URL: 'postgres://plinth:secret@127.0.0.1:1/plinth', START_PATIENCE_SECONDS: '0' };
    const { code, faults } = await doctor(env);
    assert.equal(code, 1);
    assert.match(faults.get('database')!, /127\.0\.0\.1:1\/plinth could not be reached.*Check DATABASE_URL/);
    assert.ok(!JSON.stringify([...faults]).includes('secret'));
  });

  it('names a replica and a Redis that are away, mails that failed, and a database that is no replica', async (t) => {
    const { env, sql } = await installation(t);
    await sql(`insert into email_messages (id, key, template, locale, to_address, status, failed_at)
      values (gen_random_uuid(), 'a', 'welcome', 'en', 'ada@example.com', 'failed', now())`);
    const away = {
      DATABASE_REPLICA_URL: 'postgres://plinth:secret@127.0.0.1:1/plinth',
      REDIS_URL: 'redis://:secret@127.0.0.1:1',
    };
    const { faults } = await doctor({ ...env, ...away });
    assert.deepEqual([...faults.keys()], ['replica', 'redis', 'mail']);
    assert.match(faults.get('mail')!, /^1 failed; look at: node app\/cli\.ts email list --status failed/);
    assert.match(faults.get('replica')!, /ECONNREFUSED.*; the primary is read meanwhile; check DATABASE_REPLICA_URL/);
    assert.match(
      faults.get('redis')!,
      /ECONNREFUSED.*; rate limits are counted in PostgreSQL meanwhile; check REDIS_URL/,
    );
    assert.ok(!JSON.stringify([...faults]).includes('secret'));

    const { faults: others } = await doctor({ ...env, DATABASE_REPLICA_URL: env.DATABASE_URL! });
    assert.match(others.get('replica')!, /^is no replica; set DATABASE_REPLICA_URL to one/);
  });
});
