import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { whileLocked } from '../../../test/conditions.ts';
import { assertProblem, createUser, type SignedInUser, signIn, type TestService } from '../../../test/service.ts';
import { MINUTE_MS } from '../../platform/clock.ts';
import { createRevocationFeed } from './revocations.ts';
import { asClient, credentials, startWithClients } from './testing/scene.ts';

const sessionOf = ({ accessToken }: SignedInUser): string =>
  JSON.parse(Buffer.from(accessToken.split('.')[1]!, 'base64url').toString()).sid;

describe('the feed of ended sessions', () => {
  let test: TestService;
  let email: string;
  before(async () => {
    test = await startWithClients({ schedules: false });
    ({ email } = await createUser(test));
  });
  after(() => test.close());

  async function poll(since?: string): Promise<{ ids: string[]; next: string }> {
    const { status, body } = await asClient(
      test,
      `/v1/tokens/revocations${since === undefined ? '' : `?since=${encodeURIComponent(since)}`}`,
    );
    assert.equal(status, 200, JSON.stringify(body));
    assert.equal(body.more, false);
    return { ids: body.data.map(({ sessionId }: { sessionId: string }) => sessionId), next: body.next };
  }
  const signOut = ({ accessToken }: SignedInUser) =>
    test.request('/v1/sessions/current', { method: 'DELETE', token: accessToken });

  it('has a session as soon as its end is answered, once, and says when it ended', async () => {
    const begun = await poll();
    const user = await signIn(test, email);
    assert.equal((await signOut(user)).status, 204);
    const { body } = await asClient(test, `/v1/tokens/revocations?since=${encodeURIComponent(begun.next)}`);
    assert.deepEqual(body.data, [{ sessionId: sessionOf(user), endedAt: test.clock.now().toISOString() }]);
    assert.deepEqual((await poll(body.next)).ids, []);
  });

  it('begins with the sessions that ended while a token of theirs may be alive', async () => {
    const user = await signIn(test, email);
    await signOut(user);
    assert.ok((await poll()).ids.includes(sessionOf(user)));
    test.clock.advance(7 * MINUTE_MS + 4_000);
    assert.ok((await poll()).ids.includes(sessionOf(user)));
    test.clock.advance(2_000);
    assert.ok(!(await poll()).ids.includes(sessionOf(user)));
  });

  it('loses nothing of a transaction that commits after later ones were read', async () => {
    const [late, early] = [await signIn(test, email), await signIn(test, email)];
    const begun = await poll();
    const ended = `update sessions set ended_at = $2, ended_reason = 'signed_out' where id = $1`;
    const told = `insert into changes (kind, key) values ('session', $1)`;
    const now = test.clock.now();
    const during = await whileLocked(test, [ended, sessionOf(late), now], async (held) => {
      await held.run(told, `${sessionOf(late)} ${now.getTime()}`);
      // Ends later and commits earlier, by another account's lock.
      const client = test.service.db.$client;
      await client.query(told, [`${sessionOf(early)} ${now.getTime()}`]);
      return poll(begun.next);
    });
    assert.deepEqual(during.ids, [sessionOf(early)]);
    assert.deepEqual((await poll(during.next)).ids, [sessionOf(late)]);
  });

  it('begins anew for a place of long ago, where the changes are not kept any more', async () => {
    const user = await signIn(test, email);
    const { next } = await poll();
    await signOut(user);
    await test.service.db.$client.query(`delete from changes`);
    const [snapshot, server, at, last] = test.service.cursors.decode('service-token-revocations', next);
    const old = [snapshot!, server!, String(Number(at) - 31), last!];
    const place = test.service.cursors.encode('service-token-revocations', old);
    assert.ok((await poll(place)).ids.includes(sessionOf(user)));
    const restarted = [snapshot!, String(Number(server) - 1), at!, last!];
    const before = test.service.cursors.encode('service-token-revocations', restarted);
    assert.ok((await poll(before)).ids.includes(sessionOf(user)), 'a server that was restarted has lost them');
    assert.ok(!(await poll(next)).ids.includes(sessionOf(user)), 'the test would see it');
  });

  it('tells everything in pages, with what ends while they are read', async () => {
    const { db, cursors } = test.service;
    const read = createRevocationFeed({ db, cursors, clock: test.clock, pageSize: 3 });
    test.clock.advance(10 * MINUTE_MS);
    const users = await Promise.all(Array.from({ length: 8 }, () => signIn(test, email)));
    const [meanwhile, ...ended] = users.toSorted((a, b) => (sessionOf(a) < sessionOf(b) ? -1 : 1));
    for (const user of ended) await signOut(user);
    const heard: string[] = [];
    let answer = await read(undefined);
    // The first of all by its id: the pages have passed it.
    await signOut(meanwhile!);
    let pages = 1;
    for (;;) {
      heard.push(...answer.revocations.map(({ sessionId }) => sessionId));
      if (!answer.more) break;
      assert.equal(answer.revocations.length, 3);
      answer = await read(answer.next);
      pages++;
    }
    assert.equal(pages, 3);
    const rest = (await read(answer.next)).revocations.map(({ sessionId }) => sessionId);
    assert.deepEqual(rest, [sessionOf(meanwhile!)]);
    assert.deepEqual(heard, ended.map(sessionOf));
  });

  it('refuses places that it has not given out, and callers that are no service clients', async () => {
    const invented = ['x', randomUUID(), test.service.cursors.encode('sessions', ['1:1:', '0', '0', ''])];
    for (const since of invented)
      assertProblem(await asClient(test, `/v1/tokens/revocations?since=${since}`), 400, 'invalid_cursor');
    assertProblem(await test.request('/v1/tokens/revocations'), 401, 'invalid_client');
    const user = await signIn(test, email);
    assertProblem(await test.request('/v1/tokens/revocations', { token: user.accessToken }), 401, 'invalid_client');
    assert.equal((await asClient(test, '/v1/tokens/revocations', {}, credentials.search)).status, 200);
  });
});
