/** The export of an account that has more than fits into memory, and callers who do not read it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { eventually, rows, value } from '../../../test/conditions.ts';
import {
  assertProblem,
  createSignedInUser,
  type SignedInUser,
  startTestService,
  type TestService,
} from '../../../test/service.ts';
import type { Query } from '../../platform/database/pipelined-pool.ts';

describe('an export', () => {
  let test: TestService;
  before(async () => {
    test = await startTestService();
  });
  after(() => test.close());

  const exported = ({ accessToken: token }: SignedInUser) => test.request('/v1/users/me/export', { token });

  async function addEvents({ id }: SignedInUser, count: number): Promise<void> {
    await rows(
      test,
      `insert into audit_events (owner_id, sequence, id, occurred_at, actor_type, action, details, hash)
       select $1, n, gen_random_uuid(), now(), 'system', 'user.updated', jsonb_build_object('padding', repeat('x', 2000)), sha256('')
       from generate_series(1000, 999 + $2::int) n`,
      id,
      count,
    );
    await rows(test, 'update audit_chains set sequence = $2 where owner_id = $1', id, 999 + count);
  }

  /** Begins to read, and takes no byte of the body. */
  async function open({ accessToken }: SignedInUser): Promise<IncomingMessage> {
    const headers = { authorization: `Bearer ${accessToken}` };
    const sent = request(`${test.url}/v1/users/me/export`, { headers }).end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    assert.equal(response.statusCode, 200);
    response.on('error', () => {});
    return response;
  }

  /** Statements of this test's service so far. */
  async function statements(): Promise<number> {
    const { values } = await test.service.metrics.db_query_duration_seconds.get();
    return values.reduce((sum, { metricName, value: seen }) => sum + (metricName?.endsWith('_count') ? seen : 0), 0);
  }

  /** Counts the rows that statements outside of transactions answer with from now on. */
  function countRows(): { most: number; all: number } {
    const counted = { most: 0, all: 0 };
    const pool = test.service.db.$client;
    const query = pool.query as Query;
    const counting: Query = async (config, values) => {
      const result = await query(config, values);
      counted.most = Math.max(counted.most, result.rows.length);
      counted.all += result.rows.length;
      return result;
    };
    pool.query = counting as unknown as typeof pool.query;
    return counted;
  }

  async function untilQuiet(): Promise<void> {
    let seen = -1;
    await eventually('the database is asked for nothing more', async () => {
      const before = seen;
      seen = await statements();
      for (let turn = 0; turn < 5; turn++) await test.request('/livez');
      return before === seen;
    });
  }

  it('holds all rows of each table, also where there are more than are read at a time, and none of anybody else', async () => {
    const [ada, bob] = [await createSignedInUser(test), await createSignedInUser(test)];
    const many = 1_060;
    const statementsOf = [
      `insert into sessions (user_id, id, secret, generation, created_at, refreshed_at)
       select $1, gen_random_uuid(), '', 1, now(), now() from generate_series(1, $2::int)`,
      `insert into devices (user_id, id, hash, created_at, last_seen_at)
       select $1, gen_random_uuid(), sha256(n::text::bytea), now(), now() from generate_series(1, $2::int) n`,
      `insert into known_devices (user_id, network, user_agent, last_seen_at)
       select $1, sha256((n / 7)::text::bytea), sha256(n::text::bytea), now() from generate_series(1, $2::int) n`,
      `insert into one_time_tokens (user_id, hash, purpose, created_at, expires_at)
       select $1::uuid, sha256(($1::uuid || ':' || n)::bytea), 'revert_email', now(), now() from generate_series(1, $2::int) n`,
      `insert into email_messages (id, user_id, template, locale, to_address, key, status, sent_at)
       select gen_random_uuid(), $1::uuid, 'welcome', 'en', n || '@' || $1::uuid || '.example', $1::uuid || ':' || n, 'sent', now()
       from generate_series(1, $2::int) n`,
      `insert into email_suppressions (address, scope, reason)
       select to_address, scope, case scope when 'all' then 'manual' else 'unsubscribe' end
       from email_messages, unnest(array['all', 'bulk']) scope where user_id = $1::uuid and to_address ~ '^[0-9]+@' and $2::int > 0`,
    ];
    for (const statement of statementsOf) await rows(test, statement, ada.id, many);
    for (const statement of statementsOf) await rows(test, statement, bob.id, 3);
    await addEvents(ada, 120);

    const { body } = await exported(ada);
    const count = (table: string) => value(test, `select count(*)::int from ${table} where user_id = $1`, ada.id);
    assert.equal(body.sessions.length, await count('sessions'));
    assert.equal(body.devices.length, await count('devices'));
    assert.equal(body.knownDevices.length, await count('known_devices'));
    assert.equal(body.openLinks.length, await count('one_time_tokens'));
    assert.equal(body.emails.messages.length, await count('email_messages'));
    assert.equal(body.emails.suppressions.length, 2 * many);
    const events = await value(test, 'select count(*)::int from audit_events where owner_id = $1', ada.id);
    assert.equal(new Set(body.auditEvents.map(({ id }: { id: string }) => id)).size, events);
  });

  it('reads no more than a caller takes, and holds nothing of the database for one who takes nothing', async () => {
    const ada = await createSignedInUser(test);
    await addEvents(ada, 20_000);
    const counted = countRows();
    const response = await open(ada);
    await untilQuiet();
    assert.ok(counted.most <= 50, `${counted.most} rows were read at once`);
    assert.ok(counted.all < 5_000, `${counted.all} of 20,000 rows were read for one who takes none`);
    // Other work of the service opens transactions too, which end at once: one held for this caller would not.
    await eventually('no transaction is open, and no connection is held', async () => {
      const held = await rows(
        test,
        `select state, query from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
           and (xact_start is not null or state like 'idle in transaction%') and backend_type = 'client backend'`,
      );
      return held.length === 0 && test.service.db.$client.connections.used === 0;
    });

    response.destroy();
    await untilQuiet();
    assert.ok(counted.all < 5_000, 'no more is read for one who hung up');
  });

  it('that fails in the middle is cut off: no caller takes it for whole', async () => {
    const ada = await createSignedInUser(test);
    await addEvents(ada, 20_000);
    const response = await open(ada);
    await untilQuiet();
    await test.service.db.$client.queryAlone('alter table audit_events rename to gone');
    try {
      response.resume();
      await assert.rejects(once(response, 'end'), /aborted/);
    } finally {
      await test.service.db.$client.queryAlone('alter table gone rename to audit_events');
    }
    const failures = test.logs.map((line) => JSON.parse(line)).filter(({ level }) => level === 'error');
    assert.equal(failures.length, 1);
  });

  it('is made five times an hour, and leaves no event when it is refused', async () => {
    const ada = await createSignedInUser(test);
    for (let made = 0; made < 5; made++) assert.equal((await exported(ada)).status, 200);
    const refused = await exported(ada);
    assertProblem(refused, 429, 'rate_limited');
    assert.ok(Number(refused.headers.get('retry-after')) > 3_000);
    const text = `select count(*)::int from audit_events where owner_id = $1 and action = 'user.exported'`;
    assert.equal(await value(test, text, ada.id), 5);
    assert.equal((await exported(await createSignedInUser(test))).status, 200, 'others are not concerned');
  });
});
