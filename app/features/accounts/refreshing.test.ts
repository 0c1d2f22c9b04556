import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import {
  atOnce,
  auditActions,
  comparable,
  eventually,
  queuedMails,
  rows,
  tally,
  value,
} from '../../../test/conditions.ts';
import {
  assertProblem,
  createSignedInUser,
  createUser,
  signIn,
  startTestService,
  type TestService,
} from '../../../test/service.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../platform/clock.ts';
import { formatRefreshToken, parseRefreshToken } from './refresh-tokens.ts';

describe('refreshing', () => {
  let test: TestService;
  before(async () => {
    test = await startTestService({ schedules: false });
  });
  after(() => test.close());

  const refresh = (refreshToken: string) => test.request('/v1/sessions/refresh', { body: { refreshToken } });
  const next = async (refreshToken: string): Promise<string> => {
    const answer = await refresh(refreshToken);
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    return answer.body.refreshToken;
  };
  /** Lets time pass since the last refresh of a token's session, as the database sees it. */
  const lateBy = (refreshToken: string, ms: number) =>
    rows(
      test,
      `update sessions set rotated_at = rotated_at - $2 * interval '1 ms' where id = $1`,
      parseRefreshToken(refreshToken)!.sessionId,
      ms,
    );
  const assertEnded = async (refreshToken: string) =>
    assertProblem(await refresh(refreshToken), 401, 'session_revoked');

  it('gives a new token each time, and an access token that works', async () => {
    const { refreshToken: first, email } = await createSignedInUser(test);
    const answer = await refresh(first);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    assert.deepEqual([answer.body.tokenType, answer.body.expiresIn, answer.body.user.email], ['Bearer', 600, email]);
    assert.notEqual(answer.body.refreshToken, first);
    assert.equal((await test.request('/v1/users/me', { token: answer.body.accessToken })).status, 200);
    const third = await next(answer.body.refreshToken);
    assert.equal(new Set([first, answer.body.refreshToken, third]).size, 3);
  });

  it('answers a repeated use with the current token again, however late, as long as that one was never used', async () => {
    const { refreshToken: first, accessToken, id } = await createSignedInUser(test);
    const second = await next(first);
    assert.equal(await next(first), second, 'a second tab');
    await lateBy(first, 7 * DAY_MS);
    assert.deepEqual(await atOnce(5, () => next(first)), Array(5).fill(second), 'a laptop that was closed for a week');
    await next(await next(second));
    assert.equal((await test.request('/v1/users/me', { token: accessToken })).status, 200);
    assert.ok(!(await auditActions(test, id)).includes('session.refresh_reused'));
  });

  it('ends the session when a token is used again after its successor was used, and mails and records it', async () => {
    const { refreshToken: first, id, email, accessToken } = await createSignedInUser(test);
    const second = await next(first);
    await lateBy(first, MINUTE_MS);
    assert.equal(await next(first), second);
    const third = await next(second);
    await assertEnded(first);
    await assertEnded(third);
    assertProblem(await test.request('/v1/users/me', { token: accessToken }), 401, 'session_revoked');
    assert.equal((await auditActions(test, id)).at(-1), 'session.refresh_reused');
    assert.match((await test.mail(email, /ended a session/)).text, /forgot-password/);
    await assertEnded(first);
    assert.equal(await queuedMails(test, email, 'refresh-token-reuse'), 1, 'one mail for one theft');
  });

  it('ends the session of two who take turns with one token, at the fourth late answer in a row', async () => {
    const { refreshToken, id, email } = await createSignedInUser(test);
    let owner = refreshToken;
    let thief = refreshToken;
    for (let turn = 0; turn < 3; turn++) {
      owner = await next(owner);
      await lateBy(owner, 11 * SECOND_MS);
      thief = await next(thief);
      assert.equal(thief, owner);
    }
    owner = await next(owner);
    await lateBy(owner, 11 * SECOND_MS);
    await assertEnded(thief);
    await assertEnded(owner);
    assert.equal((await auditActions(test, id)).at(-1), 'session.refresh_reused');
    assert.equal(await queuedMails(test, email, 'refresh-token-reuse'), 1);
  });

  it('goes on for somebody who loses answers now and then, and for two tabs that refresh together', async () => {
    const { refreshToken, email } = await createSignedInUser(test);
    let token = refreshToken;
    for (let turn = 0; turn < 12; turn++) {
      const [answered, again] = [await next(token), await next(token)];
      assert.equal(again, answered);
      // Three late answers in a row, and then a refresh without one.
      if (turn % 4 < 3) {
        await lateBy(token, HOUR_MS);
        assert.equal(await next(token), answered);
      }
      token = answered;
    }
    assert.equal(await queuedMails(test, email, 'refresh-token-reuse'), 0);
  });

  it('counts the ten seconds of harmless retries from the rotation itself, by the database', async () => {
    const { refreshToken: first } = await createSignedInUser(test);
    const { sessionId } = parseRefreshToken(first)!;
    const lateGeneration = () => value(test, 'select late_generation from sessions where id = $1', sessionId);
    await next(first);
    // Time of this process means nothing here.
    test.clock.advance(HOUR_MS);
    await next(first);
    await lateBy(first, 5 * SECOND_MS);
    await next(first);
    assert.equal(await lateGeneration(), null, 'a retry soon after');
    await lateBy(first, 5 * SECOND_MS);
    await next(first);
    assert.equal(await lateGeneration(), 2, 'a late answer');
  });

  it('is refused to a session that ends while the refresh is under way', async () => {
    const { refreshToken, accessToken } = await createSignedInUser(test);
    const { sessionId } = parseRefreshToken(refreshToken)!;
    const ending = await test.service.db.$client.connect();
    await ending.query('begin');
    await ending.query(`update sessions set ended_at = now(), ended_reason = 'signed_out' where id = $1`, [sessionId]);
    const refreshing = refresh(refreshToken);
    const waiting = `select count(*)::int from pg_stat_activity where datname = current_database()
      and wait_event_type = 'Lock' and query like 'update "sessions"%'`;
    await eventually('the refresh has found the session alive', async () => (await value(test, waiting)) === 1);
    await ending.query('commit');
    ending.release();
    assertProblem(await refreshing, 401, 'session_revoked');
    const stored = 'select generation from sessions where id = $1';
    assert.equal(await value(test, stored, sessionId), 1);
    assert.equal((await test.request('/v1/users/me', { token: accessToken })).status, 200, 'nobody was notified here');
  });

  it('ends the session when a token two generations back is used, however soon', async () => {
    const { refreshToken: first, email } = await createSignedInUser(test);
    const third = await next(await next(first));
    await assertEnded(first);
    await assertEnded(third);
    await test.mail(email, /ended a session/);
  });

  it('ends only the session whose token was used again', async () => {
    const { email, refreshToken: first } = await createSignedInUser(test);
    const other = await signIn(test, email);
    await next(await next(first));
    await assertEnded(first);
    await next(other.refreshToken);
  });

  it('refuses what is forged, without a word about the session and without ending it', async () => {
    const [{ refreshToken, id }, stranger] = await Promise.all([createSignedInUser(test), createSignedInUser(test)]);
    const { sessionId, generation } = parseRefreshToken(refreshToken)!;
    const bytes = Buffer.from(refreshToken, 'base64url');
    const flipped = (index: number) => Buffer.from(bytes.with(index, bytes[index]! ^ 1)).toString('base64url');
    const withUser = Buffer.concat([
      Buffer.from(stranger.refreshToken, 'base64url').subarray(0, 16),
      bytes.subarray(16),
    ]);
    const forged = {
      'foreign secret, current generation': formatRefreshToken(id, sessionId, generation, randomBytes(32)),
      'foreign secret, older generation': formatRefreshToken(id, sessionId, 0, randomBytes(32)),
      'empty secret': formatRefreshToken(id, sessionId, generation, Buffer.alloc(0)),
      'altered MAC': flipped(bytes.length - 1),
      'altered generation': flipped(35),
      'altered session': flipped(31),
      'user of another': withUser.toString('base64url'),
      'unknown session': formatRefreshToken(id, stranger.id, 1, randomBytes(32)),
      truncated: refreshToken.slice(0, -1),
      'not base64url': `${refreshToken.slice(0, -1)}=`,
      'access token': 'eyJhbGciOiJFUzI1NiJ9.e30.c2ln',
      word: 'x',
    };
    for (const [what, token] of Object.entries(forged)) {
      assert.equal((await refresh(token)).body.code, 'unauthenticated', what);
    }
    assert.equal(await value(test, 'select ended_at is null from sessions where id = $1', sessionId), true);
    await next(refreshToken);
  });

  it('answers alike for a session that does not exist and a token that its session did not make', async () => {
    const { refreshToken, id } = await createSignedInUser(test);
    const { sessionId } = parseRefreshToken(refreshToken)!;
    const [unknown, forged] = await Promise.all([
      refresh(formatRefreshToken(id, id, 1, randomBytes(32))),
      refresh(formatRefreshToken(id, sessionId, 1, randomBytes(32))),
    ]);
    assert.deepEqual(comparable(unknown), comparable(forged));
  });

  it('leaves one live branch after 50 parallel uses of one token, and signs nobody out', async () => {
    const { refreshToken, accessToken } = await createSignedInUser(test);
    let current = refreshToken;
    for (let round = 0; round < 3; round++) {
      const answers = await atOnce(50, () => refresh(current));
      assert.deepEqual(tally(answers), { 200: 50 });
      const tokens = new Set(answers.map(({ body }) => body.refreshToken));
      assert.equal(tokens.size, 1);
      current = [...tokens][0]!;
    }
    assert.equal((await test.request('/v1/users/me', { token: accessToken })).status, 200);
  });

  it('ends a session once when many parallel uses show that it was stolen', async () => {
    const { refreshToken, id, email } = await createSignedInUser(test);
    await next(await next(refreshToken));
    assert.deepEqual(tally(await atOnce(20, () => refresh(refreshToken))), { 401: 20 });
    const reuses = (await auditActions(test, id)).filter((action) => action === 'session.refresh_reused');
    assert.equal(reuses.length, 1);
    assert.equal(await queuedMails(test, email, 'refresh-token-reuse'), 1);
  });

  it('is over when nobody refreshed for 30 days, and not before', async () => {
    const { email } = await createUser(test);
    const [used, idle] = await Promise.all([signIn(test, email), signIn(test, email)]);
    test.clock.advance(30 * DAY_MS - 1);
    const second = await next(used.refreshToken);
    test.clock.advance(1);
    await assertEnded(idle.refreshToken);
    await next(second);
    assert.equal(await queuedMails(test, email, 'refresh-token-reuse'), 0, 'an expiry is not a theft');
  });

  it('is over after 180 days, however often it was refreshed', async () => {
    let { refreshToken: token } = await createSignedInUser(test);
    for (let month = 0; month < 6; month++) {
      test.clock.advance(30 * DAY_MS - MINUTE_MS);
      token = await next(token);
    }
    test.clock.advance(6 * MINUTE_MS - 1);
    token = await next(token);
    test.clock.advance(1);
    await assertEnded(token);
  });

  it('needs a token', async () => {
    assertProblem(await test.request('/v1/sessions/refresh', { method: 'POST' }), 401, 'unauthenticated');
    assertProblem(await test.request('/v1/sessions/refresh', { body: {} }), 401, 'unauthenticated');
  });
});
