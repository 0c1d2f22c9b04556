/** Requests as clients of other makes send them: the same values in other spellings, headers that their libraries add, addresses as their proxies write them. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { rows } from '../../../test/conditions.ts';
import {
  assertProblem,
  createSignedInUser,
  createUser,
  PASSWORD,
  type SignedInUser,
  startTestService,
  type TestService,
} from '../../../test/service.ts';
import { canonicalAddress } from './addresses.ts';
import { exposedHeaders, readableRequestHeaders } from './cors.ts';
import { headers as described } from './operations/headers.ts';

const ALLOWED = 'https://app.example.com';

describe('methods', () => {
  it('that a path does not have are 405, and those that HTTP does not have are 501, each as a problem document', async (t) => {
    const test = await startTestService();
    t.after(() => test.close());
    const { port } = new URL(test.url);
    const answerTo = async (line: string) => {
      const socket = connect(Number(port), '127.0.0.1');
      socket.write(`${line} /v1/users/me HTTP/1.1\r\nHost: api.example.com\r\nConnection: close\r\n\r\n`);
      const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
      assert.match(head, /^content-type: application\/problem\+json/im);
      return `${head.split(' ')[1]} ${/"code":"(\w+)"/.exec(body)?.[1]}`;
    };
    for (const method of ['QUERY', 'PROPFIND', 'TRACE']) assert.equal(await answerTo(method), '405 method_not_allowed');
    for (const method of ['BREW', 'get', 'X-Y']) assert.equal(await answerTo(method), '501 method_not_implemented');
    assert.equal(await answerTo('\u0001\u0002'), '400 bad_request');
  });
});

describe('a client', () => {
  let test: TestService;
  let user: SignedInUser;
  before(async () => {
    test = await startTestService({ env: { TRUST_PROXY: '1', NETWORK_LIMIT_FACTOR: '1', CORS_ORIGINS: ALLOWED } });
    user = await createSignedInUser(test);
  });
  after(() => test.close());

  const as = (path: string, call: Parameters<TestService['request']>[1] = {}) =>
    test.request(path, { token: user.accessToken, ...call });

  describe('that writes UUIDs in capitals', () => {
    it('ends the session that it names', async () => {
      const { accessToken: token } = await createSignedInUser(test, { email: 'capital@example.com' });
      const { body } = await test.request('/v1/sessions', { token });
      const path = `/v1/sessions/${body.data[0].id.toUpperCase()}`;
      assert.equal((await test.request(path, { method: 'DELETE', token })).status, 204);
      assert.equal((await test.request('/v1/users/me', { token })).status, 401);
    });
  });

  describe('that names JSON and sends nothing', () => {
    const headers = { 'content-type': 'application/json' };

    it('succeeds where no body is wanted', async () => {
      const { accessToken: token } = await createSignedInUser(test, { email: 'nothing@example.com' });
      const answer = await test.request('/v1/sessions/current', { method: 'DELETE', token, headers });
      assert.equal(answer.status, 204, JSON.stringify(answer.body));
    });

    it('is told what is missing where one is', async () => {
      const answer = await test.request('/v1/users', { method: 'POST', headers });
      assertProblem(answer, 400, 'validation_failed');
    });
  });

  describe('behind a proxy that appends the port', () => {
    it('is kept with its address, and shares no limit with other such clients', async () => {
      await createUser(test, { email: 'azure@example.com' });
      const signIn = (password: string, forwarded: string) =>
        test.request('/v1/sessions', {
          body: { email: 'azure@example.com', password },
          headers: { 'x-forwarded-for': forwarded },
        });
      assert.equal((await signIn(PASSWORD, '203.0.113.7:51234')).status, 201);
      const [stored] = await rows(
        test,
        `select ip_address as address from sessions join users on users.id = user_id where email = 'azure@example.com'`,
      );
      assert.equal(stored.address, '203.0.113.7');
      const victim = (index: number) => ({ email: `nobody${index}@example.com`, password: 'wrong' });
      for (let index = 0; index < 100; index++) {
        const headers = { 'x-forwarded-for': `198.51.100.9:${40_000 + index}` };
        assertProblem(await test.request('/v1/sessions', { body: victim(index), headers }), 401, 'invalid_credentials');
      }
      assert.equal((await signIn('wrong', '198.51.100.9:1')).status, 429);
      assert.equal((await signIn(PASSWORD, '203.0.113.8:51234')).status, 201);
    });

    it('is read in every form that proxies write', () => {
      for (const [text, address] of [
        ['203.0.113.7', '203.0.113.7'],
        ['203.0.113.7:51234', '203.0.113.7'],
        ['::ffff:203.0.113.7', '203.0.113.7'],
        ['[2001:db8::1]:443', '2001:db8::1'],
        ['"[2001:DB8:0:0::1]"', '2001:db8::1'],
        ['fe80::1%eth0', 'fe80::1'],
        ['unknown', undefined],
        ['_hidden', undefined],
        ['0x7f000001', undefined],
        ['', undefined],
      ] as const)
        assert.equal(canonicalAddress(text), address, text);
    });
  });

  describe('in a browser', () => {
    it('may send every header that the service reads, and read every header that it sends', () => {
      // Browsers set these themselves, or scripts never see them; the signature is sent by Stripe.
      const ofOthers = new Set(['origin', 'stripe-signature', 'set-cookie']);
      const known = new Set([...readableRequestHeaders, ...exposedHeaders]);
      assert.deepEqual(
        Object.keys(described).filter((name) => !known.has(name) && !ofOthers.has(name)),
        [],
      );
    });

    it('of Sentry or OpenTelemetry may send its trace headers', async () => {
      const { headers } = await test.request('/v1/users/me', {
        method: 'OPTIONS',
        headers: {
          origin: ALLOWED,
          'access-control-request-method': 'GET',
          'access-control-request-headers': 'baggage,sentry-trace,traceparent,tracestate',
        },
      });
      const allowed = headers.get('access-control-allow-headers')!.split(/, */);
      for (const name of ['baggage', 'sentry-trace', 'traceparent', 'tracestate'])
        assert.ok(allowed.includes(name), name);
    });

    it('may read refusals that come before any route', async () => {
      for (const path of ['/v1/%ZZ', `/v1/sessions/${'x'.repeat(300)}`]) {
        const { status, headers } = await test.request(path, { method: 'DELETE', headers: { origin: ALLOWED } });
        assert.ok(status === 400 || status === 404, `${status}`);
        assert.equal(headers.get('access-control-allow-origin'), ALLOWED, path);
      }
      const { headers } = await test.request('/v1/%ZZ', { headers: { origin: 'https://evil.example' } });
      assert.equal(headers.get('access-control-allow-origin'), null);
    });
  });

  describe('of a process that is about to stop', () => {
    it('is asked to open another connection by every answer', async () => {
      const stopping = await startTestService({ jobs: false });
      try {
        assert.equal((await stopping.request('/livez')).headers.get('connection'), 'keep-alive');
        stopping.service.drain('stopping');
        for (const path of ['/livez', '/v1/users/me', '/nope'])
          assert.equal((await stopping.request(path)).headers.get('connection'), 'close', path);
      } finally {
        await stopping.close();
      }
    });
  });

  describe('that sends a language tag', () => {
    const register = (email: string, locale: string) =>
      test.request('/v1/users', { body: { email, password: PASSWORD, locale } });

    it('registers with any, and gets the default for what is none', async () => {
      const tags = {
        'en-US-u-va-posix': 'en-US-u-va-posix',
        'ja-jp-u-ca-japanese': 'ja-JP-u-ca-japanese',
        de_AT: 'en',
        'x-private': 'en',
      };
      for (const [index, [sent, kept]] of Object.entries(tags).entries()) {
        const email = `tag${index}@example.com`;
        assert.equal((await register(email, sent)).status, 202);
        const [stored] = await rows(test, 'select locale from users where email = $1', email);
        assert.equal(stored.locale, kept, sent);
      }
    });

    it('is told when it changes to what is none, and may clear the name with an empty one', async () => {
      const change = (body: object) => as('/v1/users/me', { method: 'PATCH', body });
      assertProblem(await change({ locale: 'not_a_tag' }), 400, 'validation_failed');
      assert.equal((await change({ locale: 'PT-br' })).body.locale, 'pt-BR');
      assert.equal((await change({ name: '' })).body.name, null);
    });
  });
});
