import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import {
  assertProblem,
  createSignedInUser,
  type SignedInUser,
  signIn,
  startTestService,
  type TestService,
} from '../../../test/service.ts';
import { Problem } from '../errors.ts';
import { createSealer } from '../security/sealing.ts';
import { createCursors } from './pagination.ts';

const SECRET = 'a-secret-that-is-long-enough-to-be-one';
const NEXT_SECRET = 'the-next-secret-that-is-long-enough-too';

describe('a cursor', () => {
  const cursors = createCursors(createSealer([SECRET]));
  const refused = (list: string, cursor: string, by = cursors) =>
    assert.throws(
      () => by.decode(list, cursor),
      (error) => error instanceof Problem && error.code === 'invalid_cursor',
    );

  it('decodes to the key that it was made from', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.string()), (list, key) => {
        assert.deepEqual(cursors.decode(list, cursors.encode(list, key)), key);
      }),
    );
  });

  it('is refused with any character changed, added or removed', () => {
    const cursor = cursors.encode('sessions', ['2026-11-01T09:30:00.000Z', '01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b2f']);
    for (let index = 0; index < cursor.length; index++) {
      const other = cursor[index] === 'A' ? 'B' : 'A';
      refused('sessions', `${cursor.slice(0, index)}${other}${cursor.slice(index + 1)}`);
      refused('sessions', `${cursor.slice(0, index)}${cursor.slice(index + 1)}`);
      refused('sessions', `${cursor.slice(0, index)}=${cursor.slice(index)}`);
    }
    for (const suffix of ['A', '=', '==', ' ', '\n', '.']) refused('sessions', cursor + suffix);
  });

  it('of another list is refused, and so is an invented one', () => {
    refused('members', cursors.encode('sessions', ['a']));
    refused('sessions', '');
    fc.assert(fc.property(fc.oneof(fc.string(), fc.base64String()), (made) => refused('sessions', made)));
  });

  it('still works after a rotation of the secret, until the old secret is removed', () => {
    const cursor = cursors.encode('sessions', ['a']);
    assert.deepEqual(createCursors(createSealer([NEXT_SECRET, SECRET])).decode('sessions', cursor), ['a']);
    refused('sessions', cursor, createCursors(createSealer([NEXT_SECRET])));
  });
});

describe('a list', () => {
  let test: TestService;
  let user: SignedInUser;
  before(async () => {
    test = await startTestService();
    user = await createSignedInUser(test);
    // The first sign-in created one session already.
    for (let count = 1; count < 7; count++) await newSession();
  });
  after(() => test.close());

  const newSession = async () => {
    test.clock.advance(1_000);
    user = await signIn(test, user.email);
  };
  const list = (query: string) => test.request(`/v1/sessions${query}`, { token: user.accessToken });
  type Page = { data: { id: string }[]; nextCursor: string | null };

  async function walk(limit: number, between: () => Promise<unknown> = async () => {}): Promise<string[]> {
    const ids: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { status, body } = await list(`?limit=${limit}${cursor && `&cursor=${cursor}`}`);
      assert.equal(status, 200);
      const page = body as Page;
      assert.ok(page.data.length <= limit);
      ids.push(...page.data.map(({ id }) => id));
      cursor = page.nextCursor;
      await between();
    }
    return ids;
  }

  it('is the same in pages of any size, and its last page has no next cursor', async () => {
    const all = await walk(100);
    assert.ok(all.length >= 7);
    for (const limit of [1, 2, 3, all.length - 1, all.length]) assert.deepEqual(await walk(limit), all);
    const { body: exact } = await list(`?limit=${all.length}`);
    assert.equal(exact.nextCursor, null);
  });

  it('shows every item that existed at the start exactly once, whatever is added meanwhile', async () => {
    const before = await walk(100);
    const seen = await walk(2, newSession);
    assert.deepEqual(
      seen.filter((id) => before.includes(id)),
      before,
    );
    assert.equal(new Set(seen).size, seen.length);
  });

  it('accepts limits from 1 to 100, with 20 as the default', async () => {
    for (const limit of ['1', '100']) assert.equal((await list(`?limit=${limit}`)).status, 200);
    for (const limit of ['0', '101', '-1', '1.5', 'ten', '', 'Infinity', '1e400', '5&limit=6']) {
      assertProblem(await list(`?limit=${limit}`), 400, 'validation_failed');
    }
    while ((await walk(100)).length <= 20) await newSession();
    assert.equal((await list('')).body.data.length, 20);
  });

  it('refuses a damaged cursor', async () => {
    const { nextCursor } = (await list('?limit=1')).body;
    for (const cursor of ['x', `${nextCursor}x`, nextCursor.slice(1), nextCursor.toLowerCase()]) {
      assertProblem(await list(`?cursor=${cursor}`), 400, 'invalid_cursor');
    }
  });
});
