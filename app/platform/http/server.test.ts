/** Tests the conventions of every route, with the whole service. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  assertProblem,
  createSignedInUser,
  type SignedInUser,
  startTestService,
  type TestService,
} from '../../../test/service.ts';

const ALLOWED = 'https://app.example.com';
const OTHER_ALLOWED = 'https://admin.example.com';

describe('every answer', () => {
  let test: TestService;
  let user: SignedInUser;
  before(async () => {
    test = await startTestService({ env: { CORS_ORIGINS: `${ALLOWED},${OTHER_ALLOWED}` } });
    user = await createSignedInUser(test);
  });
  after(() => test.close());

  const as = (headers: Record<string, string>, path = '/v1/users/me', method = 'GET') =>
    test.request(path, { method, token: user.accessToken, headers });

  it('carries the X-Request-Id of the request if it is valid, and so does its log line', async () => {
    for (const id of ['12345678', 'a.b-c_d-0123456789', 'x'.repeat(128)]) {
      const { headers } = await as({ 'x-request-id': id });
      assert.equal(headers.get('x-request-id'), id);
      assert.ok(test.logs.some((line) => JSON.parse(line).requestId === id));
    }
  });

  it('carries a new X-Request-Id if that of the request is too short, too long or has other characters', async () => {
    const seen = new Set<string | null>();
    for (const id of [
      '',
      '1234567',
      'x'.repeat(129),
      'a b c d e f',
      '<script>x</script>',
      '"quoted-value"',
      '{jndi:ldap://x}',
    ]) {
      const { headers } = await as({ 'x-request-id': id });
      assert.match(headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/);
      seen.add(headers.get('x-request-id'));
    }
    assert.equal(seen.size, 7);
  });

  it('carries the security headers, whatever its status', async () => {
    const answers = [
      await test.request('/livez'),
      await as({}),
      await test.request('/v1/users/me'),
      await test.request('/nope'),
      await test.request('/livez', { method: 'DELETE' }),
      await test.request('/v1/sessions', { method: 'POST', headers: { 'content-type': 'text/plain' } }),
    ];
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 401, 404, 405, 415],
    );
    for (const { headers } of answers) {
      assert.equal(headers.get('content-security-policy'), "default-src 'none';frame-ancestors 'none'");
      assert.equal(headers.get('x-content-type-options'), 'nosniff');
      assert.match(headers.get('strict-transport-security') ?? '', /^max-age=\d{7,}/);
      assert.equal(headers.get('referrer-policy'), 'no-referrer');
      assert.equal(headers.get('x-powered-by'), null);
      assert.equal(headers.get('server'), null);
    }
  });

  it('with personal data or a problem must not be stored by caches', async () => {
    const token = user.accessToken;
    for (const path of ['/v1/users/me', '/v1/sessions', '/v1/users/me/export']) {
      const answer = await test.request(path, { token });
      assert.equal(answer.status, 200);
      assert.equal(answer.headers.get('cache-control'), 'no-store', path);
    }
    const { email, password } = user;
    const signIn = await test.request('/v1/sessions', { body: { email, password } });
    assert.equal(signIn.status, 201);
    const { refreshToken } = signIn.body;
    const refreshed = await test.request('/v1/sessions/refresh', { body: { refreshToken } });
    assert.equal(refreshed.status, 200);
    for (const answer of [signIn, refreshed, await test.request('/v1/users/me'), await test.request('/nope')]) {
      assert.equal(answer.headers.get('cache-control'), 'no-store');
    }
  });

  describe('to a browser', () => {
    it('of an allowed origin may be read by exactly that origin, with credentials', async () => {
      for (const origin of [ALLOWED, OTHER_ALLOWED]) {
        for (const answer of [await as({ origin }), await test.request('/nope', { headers: { origin } })]) {
          assert.equal(answer.headers.get('access-control-allow-origin'), origin);
          assert.equal(answer.headers.get('access-control-allow-credentials'), 'true');
          assert.match(answer.headers.get('access-control-expose-headers') ?? '', /x-request-id/);
          assert.match(answer.headers.get('vary') ?? '', /\borigin\b/i);
        }
      }
    });

    const FOREIGN = [
      'https://evil.example.com',
      `${ALLOWED}.evil.com`,
      'http://app.example.com',
      `${ALLOWED}:8443`,
      'null',
      ALLOWED.toUpperCase(),
    ];
    it('of any other origin may not be read, and still has `Vary: Origin`', async () => {
      for (const origin of FOREIGN) {
        const { headers } = await as({ origin });
        assert.equal(headers.get('access-control-allow-origin'), null, origin);
        assert.match(headers.get('vary') ?? '', /\borigin\b/i);
      }
    });

    it('that sends a preflight names the allowed methods and headers, and their lifetime', async () => {
      const asking = { 'access-control-request-method': 'PATCH', 'access-control-request-headers': 'authorization' };
      const preflight = await test.request('/v1/users/me', {
        method: 'OPTIONS',
        headers: { origin: ALLOWED, ...asking },
      });
      assert.equal(preflight.status, 204);
      assert.equal(preflight.headers.get('access-control-allow-origin'), ALLOWED);
      assert.equal(preflight.headers.get('access-control-max-age'), '600');
      const listed = (name: string) => preflight.headers.get(name)?.toLowerCase().split(/, */);
      assert.deepEqual(listed('access-control-allow-methods'), ['get', 'head', 'post', 'put', 'patch', 'delete']);
      for (const header of ['authorization', 'content-type', 'idempotency-key']) {
        assert.ok(listed('access-control-allow-headers')?.includes(header));
      }

      for (const origin of FOREIGN) {
        const refused = await test.request('/v1/users/me', { method: 'OPTIONS', headers: { origin, ...asking } });
        assert.equal(refused.headers.get('access-control-allow-origin'), null, origin);
      }
    });
  });
});

for (const [setup, env] of Object.entries({
  'with CORS': { CORS_ORIGINS: ALLOWED },
  'without CORS': { CORS_ORIGINS: '' },
})) {
  describe(`${setup}, a request`, () => {
    let test: TestService;
    before(async () => {
      test = await startTestService({ jobs: false, env });
    });
    after(() => test.close());

    it('for an unknown route gets 404, with any method', async () => {
      for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
        for (const path of ['/nope', '/v1', '/v1/nope', '/livez/', '//livez', '/v1/sessions/a/b']) {
          const answer = await test.request(path, { method });
          if (method === 'HEAD') assert.equal(answer.status, 404);
          else assertProblem(answer, 404, 'not_found');
          assert.equal(answer.headers.get('allow'), null);
        }
      }
    });

    it('with a method that the route lacks gets 405 with the allowed methods', async () => {
      const expected = {
        '/livez': 'GET, HEAD',
        '/v1/sessions': 'DELETE, GET, HEAD, POST',
        '/v1/users/me/restore': 'POST',
        '/v1/sessions/01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b2f': 'DELETE',
        '/v1/sessions/refresh': 'POST',
        '/v1/users/me?a=b': 'DELETE, GET, HEAD, PATCH',
        '/.well-known/jwks.json': 'GET, HEAD',
      };
      for (const [path, allow] of Object.entries(expected)) {
        for (const method of ['PUT', 'PROPFIND', 'OPTIONS', 'QUERY']) {
          const answer = await test.request(path, { method });
          assertProblem(answer, 405, 'method_not_allowed');
          assert.equal(answer.headers.get('allow'), allow, path);
        }
      }
    });

    it('for a concrete path is never taken for one of the path with parameters beside it', async () => {
      for (const path of ['/v1/sessions/refresh', '/v1/sessions/revoke?a=b']) {
        const answer = await test.request(path, { method: 'DELETE' });
        assertProblem(answer, 405, 'method_not_allowed');
        assert.equal(answer.headers.get('allow'), 'POST');
      }
    });

    it('without a route gets 404 or 405, whatever its body', async () => {
      const bodies = [
        ['application/json', '{'],
        ['application/json', 'x'.repeat(100_000)],
        ['text/csv', 'a,b'],
        ['no type', 'a'],
      ] as const;
      for (const [type, body] of bodies) {
        for (const [path, status, code] of [
          ['/livez', 405, 'method_not_allowed'],
          ['/nope', 404, 'not_found'],
        ] as const) {
          const response = await fetch(`${test.url}${path}`, {
            method: 'PUT',
            headers: { 'content-type': type },
            body,
          });
          assert.deepEqual([response.status, ((await response.json()) as { code: string }).code], [status, code], type);
        }
      }
    });

    it('with HEAD is answered like GET, without the body', async () => {
      const [get, head] = [await test.request('/livez'), await test.request('/livez', { method: 'HEAD' })];
      assert.equal(head.status, 200);
      assert.equal(head.body, '');
      assert.equal(head.headers.get('content-length'), get.headers.get('content-length'));
      assert.equal(head.headers.get('content-type'), get.headers.get('content-type'));
    });

    it('gets 415 for a media type other than JSON, 413 for a body that is too large, and 400 for an incomplete one', async () => {
      const post = (type: string | undefined, body: string) =>
        fetch(`${test.url}/v1/sessions`, {
          method: 'POST',
          body: new Blob([body]),
          ...(type && { headers: { 'content-type': type } }),
        }).then(async (response) => ({
          ...response,
          status: response.status,
          headers: response.headers,
          body: await response.json(),
        }));
      for (const type of [
        'text/plain',
        'application/x-www-form-urlencoded',
        'application/json-patch+json',
        undefined,
      ]) {
        assertProblem(await post(type, '{}'), 415, 'unsupported_media_type');
      }
      const fits = JSON.stringify({ email: 'x'.repeat(64 * 1024 - 13) });
      assert.equal(Buffer.byteLength(fits), 64 * 1024 - 1);
      assertProblem(await post('application/json', fits), 400, 'validation_failed');
      assertProblem(await post('application/json', `${fits}  `), 413, 'payload_too_large');
      assertProblem(await post('application/json', ''), 400, 'validation_failed');
      assertProblem(
        await post('application/json; charset=utf-8', '{"email":"a@example.com","x":1}'),
        400,
        'validation_failed',
      );
    });

    it('of a browser to an unknown path gets a page that links to the reference, and every other one a problem document', async () => {
      const ask = (accept: string, method = 'GET', path = '/unknown') =>
        test.request(path, { method, headers: { accept } });
      const page = await ask('text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8');
      assert.equal(page.status, 404);
      assert.match(page.headers.get('content-type')!, /^text\/html/);
      assert.match(page.body, /<a href="\/docs">/);
      for (const accept of ['*/*', 'application/json', 'application/problem+json, text/html'])
        assertProblem(await ask(accept), 404, 'not_found');
      assertProblem(await ask('text/html', 'POST'), 404, 'not_found');
      assertProblem(await ask('text/html', 'DELETE', '/docs'), 405, 'method_not_allowed');
    });

    it('whose value is not one of an enumeration is told which there are', async () => {
      const inBody = await test.request('/v1/sessions', {
        body: { email: 'a@example.com', password: 'x', mode: 'k4n4ry' },
      });
      assertProblem(inBody, 400, 'validation_failed');
      assert.deepEqual(inBody.body.errors, [{ in: 'body', path: '/mode', message: 'must be one of: bearer, cookie' }]);
      assert.equal(inBody.body.detail, 'In the body: /mode must be one of: bearer, cookie.');
    });

    it('whose body does not match its schema gets every error with its place, without the values', async () => {
      const body = { email: 7, password: 'k4n4ry-password', extra: true, [`${'k'.repeat(300)}`]: 1 };
      const answer = await test.request('/v1/users', { body });
      assertProblem(answer, 400, 'validation_failed');
      assert.deepEqual(
        answer.body.errors
          .map((fault: { in: string; path: string; message: string }) => `${fault.in} ${fault.path}`)
          .sort(),
        ['body /email', 'body /extra', `body /${'k'.repeat(100)}`].sort(),
      );
      assert.ok(!JSON.stringify(answer.body).includes('k4n4ry'));
    });
  });
}
