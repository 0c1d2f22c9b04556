/** Calls of the client against the real service, over a network that fails. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Answered, type ClientOptions, createClient, isApiError, memoryStorage } from '@plinth/client';
import { createSession, createUser, getMe, listSessions, updateMe } from '@plinth/client/operations';
import {
  createSignedInUser,
  PASSWORD,
  type SignedInUser,
  signIn,
  startTestService,
  type TestService,
} from '../service.ts';

describe('a call of the client', () => {
  let test: TestService;
  let user: SignedInUser;
  before(async () => {
    test = await startTestService();
    user = await createSignedInUser(test);
  });
  after(() => test.close());

  /** A client whose network may answer in place of the service. */
  function open(interfere: (call: number) => Promise<Response | undefined> | undefined, options: ClientOptions = {}) {
    const answers: Answered[] = [];
    let calls = 0;
    const client = createClient({
      ...{ baseUrl: test.url, mode: 'bearer', storage: memoryStorage(), name: `calls-${crypto.randomUUID()}` },
      hooks: { onAnswer: (answered) => void answers.push(answered) },
      ...options,
      platform: {
        ...{ backoffMs: 1, now: () => test.clock.now().getTime() },
        fetch: (async (url: string, init: RequestInit) =>
          (await interfere(++calls)) ?? fetch(url, init)) as typeof fetch,
      },
    });
    return { client, answers, calls: () => calls };
  }
  const nothing = () => undefined;
  const lost = () => Promise.reject(new TypeError('the connection was lost'));
  const problem = (status: number, code: string, headers = {}) =>
    Promise.resolve(
      Response.json({ code }, { status, headers: { 'content-type': 'application/problem+json', ...headers } }),
    );

  it('tells its problems apart by codes that narrow', async () => {
    const { client } = open(nothing);
    const { data, error } = await client.attempt(createUser, {
      body: { email: 'new@example.com', password: 'password' },
    });
    assert.equal(data, undefined);
    assert.ok(error?.code === 'weak_password');
    // @ts-expect-error The compiler knows every code of an operation.
    assert.ok(error.code !== 'no_such_code');
    assert.ok(error.reasons!.length > 0);
    assert.equal(error.status, 422);
    assert.match(error.requestId!, /^[\w-]+$/);
    await assert.rejects(client.session.signIn({ email: user.email, password: 'wrong' }), (each) => {
      assert.ok(isApiError(each));
      return each.code === 'invalid_credentials';
    });
  });

  it('repeats what only reads after a lost connection, a 503 and a 429, and nothing else', async () => {
    const trouble = [lost, () => problem(503, 'overloaded'), () => problem(429, 'rate_limited')];
    const { client, calls } = open((call) => trouble[call - 2]?.());
    await client.session.signIn(user);
    assert.equal((await client.call(getMe)).email, user.email);
    assert.equal(calls(), 5);

    const unsafe = open((call) => (call === 2 ? lost() : undefined));
    await unsafe.client.session.signIn(user);
    const { error } = await unsafe.client.attempt(updateMe, { body: { name: 'Ada' } });
    assert.equal(error?.code, 'connection_failed');
    assert.equal(unsafe.calls(), 2);
  });

  it('waits as long as Retry-After says, and gives the time to the caller where that is too long', async () => {
    const short = open((call) => (call === 2 ? problem(503, 'overloaded', { 'retry-after': '1' }) : undefined));
    await short.client.session.signIn(user);
    const startedAt = performance.now();
    await short.client.call(getMe);
    assert.ok(performance.now() - startedAt >= 990);

    const long = open((call) => (call === 2 ? problem(429, 'rate_limited', { 'retry-after': '60' }) : undefined));
    await long.client.session.signIn(user);
    const { error } = await long.client.attempt(getMe);
    assert.equal(error?.retryAfterMs, 60_000);
  });

  it('ends when its signal is aborted or its time is over, and says which', async () => {
    // A server that accepts and never answers.
    const { createServer } = await import('node:http');
    const server = createServer(() => {});
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const client = createClient({ baseUrl: `http://127.0.0.1:${port}`, mode: 'bearer', attempts: 1, timeoutMs: 50 });
    const body = { email: user.email, password: PASSWORD };
    const { error } = await client.attempt(createSession, { body });
    assert.equal(error?.code, 'timed_out');
    const controller = new AbortController();
    const waiting = client.attempt(createSession, { body }, { signal: controller.signal, timeoutMs: 60_000 });
    controller.abort();
    assert.equal((await waiting).error?.code, 'cancelled');
    server.closeAllConnections();
    server.close();
  });

  it('takes a page of a network in between for what it is, and stays signed in', async () => {
    const portal = () =>
      Promise.resolve(new Response('<h1>Welcome to the hotel</h1>', { headers: { 'content-type': 'text/html' } }));
    const refused = () =>
      Promise.resolve(new Response('<h1>401</h1>', { status: 401, headers: { 'content-type': 'text/html' } }));
    let blocked = false;
    const { client } = open((call) => (blocked ? (call % 2 === 0 ? portal() : refused()) : undefined));
    await client.session.signIn(user);
    test.clock.advance(11 * 60_000);
    blocked = true;
    const { error } = await client.attempt(getMe);
    assert.equal(error?.code, 'unexpected_answer');
    assert.equal(client.session.state.status, 'signed-in');
    blocked = false;
    assert.equal((await client.call(getMe)).email, user.email);
  });

  it('walks through a list page by page', async () => {
    for (let count = 0; count < 3; count++) await signIn(test, user.email);
    const { client, answers } = open(nothing);
    await client.session.signIn(user);
    const ids: string[] = [];
    for await (const session of client.each(listSessions, { limit: 2 })) ids.push(session.id);
    assert.ok(ids.length >= 4);
    assert.equal(new Set(ids).size, ids.length);
    const pages = answers.filter(({ route }) => route === '/v1/sessions').length - 1;
    assert.equal(pages, Math.ceil(ids.length / 2));
  });

  it('lets a program add headers to a request, and tells it about every attempt', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const answers: Answered[] = [];
    const { client } = open((call) => (call === 2 ? lost() : undefined), {
      hooks: {
        onRequest: ({ headers }) => void Object.assign(headers, { traceparent }),
        onAnswer: (answered) => void answers.push(answered),
      },
    });
    await client.session.signIn(user);
    await client.call(getMe);
    const seen = answers.map(({ route, attempt, status }) => `${route} ${attempt} ${status}`);
    assert.deepEqual(seen, ['/v1/sessions 1 201', '/v1/users/me 1 0', '/v1/users/me 2 200']);
    assert.ok(test.logs.some((line) => line.includes('4bf92f3577b34da6a3ce929d0e0e4736')));
  });

  it('tells a person who was never signed in here from one whose session has ended', async () => {
    for (const mode of ['bearer', 'cookie'] as const) {
      const { client } = open(nothing, { mode });
      assert.deepEqual(await client.session.restore(), { status: 'signed-out', reason: 'none' }, mode);
    }
    const options = { storage: memoryStorage(), name: 'ended-elsewhere' };
    await open(nothing, options).client.session.signIn(user);
    const { refreshToken } = JSON.parse(options.storage.get(options.name)!);
    await test.request('/v1/sessions/revoke', { body: { refreshToken } });
    const state = await open(nothing, options).client.session.restore();
    assert.deepEqual(state, { status: 'signed-out', reason: 'ended' });
  });

  it('signs out although the answer is lost, and tells the service when it is back', async () => {
    const storage = memoryStorage();
    const first = open((call) => (call > 1 ? lost() : undefined), { storage, name: 'lost-sign-out' });
    await first.client.session.signIn(user);
    const { refreshToken } = JSON.parse(storage.get('lost-sign-out')!);
    await first.client.session.signOut();
    assert.equal(first.client.session.state.status, 'signed-out');
    const again = open(nothing, { storage, name: 'lost-sign-out' });
    assert.equal((await again.client.session.restore()).status, 'signed-out');
    const { status } = await test.request('/v1/sessions/refresh', { body: { refreshToken } });
    assert.equal(status, 401);
  });
});
