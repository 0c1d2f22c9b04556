/** Processes hear of changed signing keys whatever fails meanwhile, and strangers cannot make them look. */
import assert from 'node:assert/strict';
import { randomBytes, randomUUID, sign } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { atOnce, changesHeard, eventually, rows, tally, value } from '../../../test/conditions.ts';
import { administer } from '../../../test/database.ts';
import {
  assertProblem,
  createSignedInUser,
  request,
  type SignedInUser,
  signIn,
  startTestService,
  type TestService,
} from '../../../test/service.ts';
import { CLOCK_TOLERANCE_MS, HOUR_MS, SECOND_MS } from '../../platform/clock.ts';
import type { SigningKey } from './signing-keys.ts';

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
const decode = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());
const me = (on: { url: string }, token: string) => request(`${on.url}/v1/users/me`, { token });
const published = async (on: TestService): Promise<string[]> =>
  (await on.request('/.well-known/jwks.json')).body.keys.map(({ kid }: { kid: string }) => kid);

/** A token of the service's own form, with other claims, by any key: what a thief of that key would make. */
function forge(like: string, { id, privateKey }: Pick<SigningKey, 'id' | 'privateKey'>, changed: object = {}): string {
  const [header = '', claims = ''] = like.split('.');
  const input = `${encode({ ...decode(header), kid: id })}.${encode({ ...decode(claims), ...changed })}`;
  const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}

describe('signing keys', () => {
  let here: TestService;
  let there: TestService;
  let elsewhere: TestService;
  let ada: SignedInUser;
  before(async () => {
    here = await startTestService({ schedules: false });
    const databaseUrl = here.service.config.databaseUrl;
    there = await startTestService({ databaseUrl, jobs: false, clock: here.clock });
    // A database of its own: its keys are sealed with the same secret, and known to nobody here.
    elsewhere = await startTestService({ jobs: false });
    ada = await createSignedInUser(here);
  });
  after(async () => {
    await elsewhere.close();
    await there.close();
    await here.close();
  });

  const keysOf = (on: TestService) => on.service.accounts.signingKeys;
  /** Adds a key that nobody here knows, and tells nobody; it signs from now on. @returns the key */
  async function addUnheard(table = 'signing_keys'): Promise<SigningKey> {
    await keysOf(elsewhere).rotate(0);
    const key = keysOf(elsewhere).current();
    const [row] = await rows(elsewhere, 'select * from signing_keys where id = $1', key.id);
    const insert = `insert into ${table} (id, public_jwk, private_key, created_at, signs_from) values ($1, $2, $3, clock_timestamp(), $4)`;
    await rows(here, insert, row.id, row.public_jwk, row.private_key, here.clock.now());
    return key;
  }
  const fresh = () => ({
    iat: Math.floor(here.clock.now().getTime() / SECOND_MS),
    exp: Math.ceil(here.clock.now().getTime() / SECOND_MS) + 600,
  });

  it('verify nothing once they are retired, and nothing that was issued after their successor began to sign', async () => {
    const old = keysOf(here).current();
    const { accessToken: before } = await signIn(here, ada.email);
    await keysOf(here).rotate(0);
    await changesHeard(there);
    here.clock.advance(10 * SECOND_MS);
    const { accessToken: like } = await signIn(here, ada.email);
    for (const on of [here, there]) {
      assert.equal((await me(on, before)).status, 200, 'its own tokens live on');
      assertProblem(await me(on, forge(like, old)), 401, 'unauthenticated');
    }

    here.clock.advance(3 * HOUR_MS);
    for (const on of [here, there]) {
      assert.ok(!(await published(on)).includes(old.id));
      const stranger = { ...fresh(), sub: randomUUID(), sid: randomUUID() };
      assertProblem(await me(on, forge(like, old, stranger)), 401, 'unauthenticated');
      const backdated = { iat: decode(before.split('.')[1]!).iat, exp: fresh().exp, sid: randomUUID() };
      assertProblem(await me(on, forge(like, old, backdated)), 401, 'unauthenticated');
      assertProblem(await me(on, before), 401, 'token_expired');
    }
  });

  it('are refused everywhere as soon as they are revoked, another one signs, and people only refresh', async () => {
    const retired = keysOf(here).current();
    await keysOf(here).rotate(0);
    here.clock.advance(SECOND_MS);
    const stolen = keysOf(here).current();
    const user = await signIn(here, ada.email);
    const signing = await keysOf(here).revoke(stolen.id);
    assert.ok(signing !== undefined && signing !== stolen.id && signing !== retired.id);
    await changesHeard(there);
    for (const on of [here, there]) {
      assertProblem(await me(on, user.accessToken), 401, 'unauthenticated');
      assertProblem(
        await me(on, forge(user.accessToken, stolen, { ...fresh(), sid: randomUUID() })),
        401,
        'unauthenticated',
      );
    }
    const { body } = await there.request('/v1/sessions/refresh', { body: { refreshToken: user.refreshToken } });
    // A process whose clock is behind signs with an older key until then.
    here.clock.advance(CLOCK_TOLERANCE_MS);
    for (const on of [here, there]) {
      assert.equal((await me(on, body.accessToken)).status, 200);
      assert.ok(!(await published(on)).includes(stolen.id));
      assert.equal(keysOf(on).current().id, signing);
    }
    assert.equal(await keysOf(here).revoke(stolen.id), undefined, 'there is no such key any more');
    const other = (await keysOf(here).rotate()).id;
    assert.equal(await keysOf(here).revoke(other), signing, 'the next key: the one that signs goes on');
  });

  it('do not come back when their successor is revoked', async () => {
    const first = keysOf(here).current();
    await keysOf(here).rotate(0);
    here.clock.advance(HOUR_MS);
    const { accessToken: like } = await signIn(here, ada.email);
    await keysOf(here).revoke(keysOf(here).current().id);
    await changesHeard(there);
    for (const on of [here, there]) {
      assertProblem(await me(on, forge(like, first, fresh())), 401, 'unauthenticated');
      assert.ok(!(await published(on)).includes(first.id));
    }
  });

  it('are read again until that succeeds, and one that is revoked meanwhile is refused at once', async () => {
    const { accessToken } = await signIn(here, ada.email);
    const stolen = keysOf(here).current();
    assert.equal((await me(there, accessToken)).status, 200);
    const failures = () => there.logs.filter((line) => line.includes('signing keys have changed and cannot be read'));
    await here.service.db.$client.queryAlone(`begin; delete from signing_keys; alter table signing_keys rename to signing_keys_away;
      insert into changes (kind, key) values ('signing_keys', 'revoked ${stolen.id}'); commit`);
    await changesHeard(there);
    await eventually('the failure is in the log', () => failures().length > 0);
    assertProblem(await me(there, accessToken), 401, 'unauthenticated');

    const next = await addUnheard('signing_keys_away');
    // By nothing but repetition.
    await rows(here, 'alter table signing_keys_away rename to signing_keys');
    for (const on of [here, there])
      await eventually('the next key is known', async () => (await published(on)).includes(next.id));
    assert.equal((await me(there, (await signIn(there, ada.email)).accessToken)).status, 200);
    assert.equal(failures().length, 1, 'once');
    await eventually('the end is in the log', () =>
      there.logs.some((line) => line.includes('signing keys are read again')),
    );
  });

  it('are looked up when a token names one that is not known', async (t) => {
    const databaseUrl = here.service.config.databaseUrl;
    const process = await startTestService({ databaseUrl, jobs: false, clock: here.clock });
    t.after(() => process.close());
    const { accessToken: like } = await signIn(process, ada.email);
    const next = await addUnheard();
    const answers = await atOnce(20, () => me(process, forge(like, next)));
    assert.deepEqual(tally(answers), { 200: 20 });
  });

  it('stay known when an older read answers later', async (t) => {
    const databaseUrl = here.service.config.databaseUrl;
    const process = await startTestService({ databaseUrl, jobs: false, clock: here.clock });
    t.after(() => process.close());
    const { accessToken: like } = await signIn(process, ada.email);
    const pool = process.service.db.$client;
    const query = pool.query.bind(pool) as (...sent: unknown[]) => Promise<unknown>;
    const [held, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    pool.query = (async (...sent: unknown[]) => {
      const answer = await query(...sent);
      if (!(sent[0] as { text: string }).text.includes('from "signing_keys"')) return answer;
      pool.query = query as typeof pool.query;
      held.resolve();
      await released.promise;
      return answer;
    }) as typeof pool.query;
    await rows(here, `insert into changes (kind, key) values ('signing_keys', '')`);
    await changesHeard(process);
    await held.promise;
    const token = forge(like, await addUnheard());
    assert.equal((await me(process, token)).status, 200);
    released.resolve();
    await changesHeard(process);
    assert.equal((await me(process, token)).status, 200);
  });

  it('are looked up once in five seconds at most, however many strangers invent one', async (t) => {
    const process = await startTestService({
      databaseUrl: here.service.config.databaseUrl,
      jobs: false,
      clock: here.clock,
    });
    t.after(() => process.close());
    const { accessToken: like } = await signIn(process, ada.email);
    const { privateKey } = keysOf(elsewhere).current();
    const selects = async () =>
      (await process.service.metrics.db_query_duration_seconds.get()).values
        .filter(({ metricName, labels }) => /_count$/.test(metricName ?? '') && labels.operation === 'select')
        .reduce((sum, { value: count }) => sum + count, 0);
    const before = await selects();
    const startedAt = performance.now();
    for (let round = 0; round < 10; round++) {
      const answers = await atOnce(30, () =>
        me(process, forge(like, { id: randomBytes(32).toString('base64url'), privateKey })),
      );
      for (const answer of answers) assertProblem(answer, 401, 'unauthenticated');
    }
    const periods = 1 + Math.floor((performance.now() - startedAt) / (5 * SECOND_MS));
    const made = (await selects()) - before;
    assert.ok(made >= 1 && made <= periods, `${made} reads in ${periods} periods`);
    assert.equal((await me(process, like)).status, 200);
  });

  it('are read before a token is trusted while changes cannot be read', async (t) => {
    const { accessToken } = await signIn(here, ada.email);
    const name = new URL(here.service.config.databaseUrl).pathname.slice(1);
    const allow = (allowed: boolean) =>
      administer(process.env.TEST_DATABASE_URL!, `alter database ${name} allow_connections ${allowed}`);
    t.after(() => allow(true));
    await allow(false);
    await value(
      here,
      `select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = $1 and application_name = 'plinth changes'`,
      name,
    );
    await eventually('the other process notices', async () => !(await there.service.feed.refresh()));
    assert.equal((await me(there, accessToken)).status, 200);
    await keysOf(here).revoke(decode(accessToken.split('.')[0]!).kid);
    const refusedAfter = performance.now();
    await eventually(
      'the token is refused',
      async () => (await me(there, accessToken)).body.code === 'unauthenticated',
    );
    assert.equal(there.service.feed.connected, false, 'all this without reading changes');
    t.diagnostic(`refused ${(performance.now() - refusedAfter).toFixed(0)} ms later`);
    assert.ok(performance.now() - refusedAfter < 3 * SECOND_MS);
  });
});
