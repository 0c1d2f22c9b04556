import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { changesHeard, eventually, value } from '../../../test/conditions.ts';
import { createTestDatabase } from '../../../test/database.ts';
import {
  assertProblem,
  createSignedInUser,
  createUser,
  request,
  signIn,
  startTestService,
  type TestService,
} from '../../../test/service.ts';
import { MINUTE_MS, SECOND_MS } from '../../platform/clock.ts';

const OLD_SECRET = 'an old secret that is long enough: q8Zr5vT1';
const NEW_SECRET = 'a new secret as long as the other: Xw3Lk9Bd';

const kidOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString()).kid;
const me = (on: { url: string }, token: string) => request(`${on.url}/v1/users/me`, { token });
const published = async (on: TestService) =>
  (await on.request('/.well-known/jwks.json')).body.keys.map(({ kid }: { kid: string }) => kid);

describe('signing keys', () => {
  let here: TestService;
  let there: TestService;
  let email: string;
  before(async () => {
    here = await startTestService();
    const databaseUrl = here.service.config.databaseUrl;
    there = await startTestService({ databaseUrl, jobs: false, clock: here.clock });
    ({ email } = await createUser(here));
  });
  after(async () => {
    await there.close();
    await here.close();
  });

  it('verify tokens by what is published, with the key that the token names', async () => {
    const { accessToken } = await signIn(here, email);
    const { body, headers } = await here.request('/.well-known/jwks.json');
    assert.match(headers.get('cache-control') ?? '', /max-age=300/);
    const jwk = body.keys.find(({ kid }: { kid: string }) => kid === kidOf(accessToken));
    const [header, claims, signature = ''] = accessToken.split('.');
    const key = { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' as const };
    assert.ok(verify('sha256', Buffer.from(`${header}.${claims}`), key, Buffer.from(signature, 'base64url')));
  });

  it('are published 30 minutes before they sign, verify until their tokens are dead, and are gone then; everywhere, without a restart', async () => {
    const [first] = await published(here);
    const { id: second } = await here.service.accounts.signingKeys.rotate();
    for (const on of [here, there]) {
      await eventually('the next key is published', async () => (await published(on)).includes(second));
      assert.deepEqual(new Set(await published(on)), new Set([first, second]));
      assert.equal(kidOf((await signIn(on, email)).accessToken), first);
    }

    here.clock.advance(30 * MINUTE_MS - 1);
    const last = await signIn(here, email);
    assert.equal(kidOf(last.accessToken), first, 'the last moment of the first key');
    here.clock.advance(1);
    for (const on of [here, there]) assert.equal(kidOf((await signIn(on, email)).accessToken), second);
    here.clock.advance(10 * MINUTE_MS - SECOND_MS);
    for (const on of [here, there]) {
      assert.equal((await me(on, last.accessToken)).status, 200, 'its tokens live on');
      assert.deepEqual(new Set(await published(on)), new Set([first, second]));
    }

    here.clock.advance(MINUTE_MS + 2 * SECOND_MS);
    for (const on of [here, there]) {
      assert.deepEqual(await published(on), [second]);
      assertProblem(await me(on, last.accessToken), 401, 'token_expired');
    }
    const { retired } = await there.service.accounts.signingKeys.rotate();
    assert.deepEqual(retired, [first]);
    assert.equal(await value(here, 'select count(*)::int from signing_keys where id = $1', first), 0);
    const forgotten = async () => here.service.accounts.signingKeys.find(first) === undefined;
    await changesHeard(here);
    await eventually('the other process forgets the first key', forgotten);
    assertProblem(await me(here, last.accessToken), 401, 'unauthenticated');
  });

  it('rest sealed: nothing of a private key is in the database', async () => {
    const { privateKey } = here.service.accounts.signingKeys.current();
    const { d } = privateKey.export({ format: 'jwk' });
    const stored: string = await value(
      here,
      `select string_agg(t::text || encode(private_key, 'hex'), ' ') from signing_keys t`,
    );
    for (const encoding of ['hex', 'base64', 'base64url'] as const) {
      assert.ok(!stored.includes(Buffer.from(d!, 'base64url').toString(encoding)));
    }
  });

  it('are one when two processes start for the first time at once', async (t) => {
    const database = await createTestDatabase();
    t.after(() => database.close());
    const starts = [1, 2, 3].map(() => startTestService({ databaseUrl: database.url, jobs: false }));
    const services = await Promise.all(starts);
    t.after(() => Promise.all(services.map((service) => service.close())));
    // Once more, at the very same moment.
    await value(services[0]!, 'delete from signing_keys');
    await Promise.all(services.map(({ service }) => service.accounts.signingKeys.start()));
    assert.equal(await value(services[0]!, 'select count(*)::int from signing_keys'), 1);
    const all = await Promise.all(services.map(published));
    assert.deepEqual(all[1], all[0]);
    assert.deepEqual(all[2], all[0]);
    assert.equal(all[0].length, 1);
  });

  it('and sessions outlive a rotation of APP_SECRET; then the old secret can go', async (t) => {
    const database = await createTestDatabase();
    t.after(() => database.close());
    const under = (APP_SECRET: string) => startTestService({ databaseUrl: database.url, env: { APP_SECRET } });
    const refresh = (on: TestService, refreshToken: string) =>
      on.request('/v1/sessions/refresh', { body: { refreshToken } });

    const before = await under(OLD_SECRET);
    const user = await createSignedInUser(before);
    await before.close();

    const both = await under(`${NEW_SECRET},${OLD_SECRET}`);
    assert.equal((await me(both, user.accessToken)).status, 200);
    const refreshed = await refresh(both, user.refreshToken);
    assert.equal(refreshed.status, 200);
    const fresh = await signIn(both, user.email);
    await both.service.accounts.signingKeys.rotate();
    await both.close();

    const afterwards = await under(NEW_SECRET);
    t.after(() => afterwards.close());
    assert.equal((await me(afterwards, user.accessToken)).status, 200, 'the key was sealed anew');
    assert.equal((await refresh(afterwards, fresh.refreshToken)).status, 200);
    // A session that only the old secret opens is over, without an error.
    assertProblem(await refresh(afterwards, refreshed.body.refreshToken), 401, 'unauthenticated');
    await signIn(afterwards, user.email);
  });
});
