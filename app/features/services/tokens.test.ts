import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { rows, whileLocked } from '../../../test/conditions.ts';
import { type Answer, assertProblem, createSignedInUser, signIn, type TestService } from '../../../test/service.ts';
import { MINUTE_MS, SECOND_MS } from '../../platform/clock.ts';
import { createScene, PATCH, type Scene } from '../organizations/testing/scene.ts';
import {
  asClient,
  credentials,
  exchange,
  exchanged,
  GRANT_TYPE,
  introspect,
  REPORTS,
  SEARCH,
  startWithClients,
} from './testing/scene.ts';

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
const partsOf = (token: string) =>
  token
    .split('.')
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()));

describe('a token for another service', () => {
  let test: TestService;
  let scene: Scene;
  before(async () => {
    test = await startWithClients({ schedules: false });
    scene = await createScene(test);
  });
  after(() => test.close());

  it('says who, for whom, in which organization with which permissions and until when, and is verified by the published keys', async () => {
    const member = await scene.add('member');
    const { status, body, headers } = await exchange(test, member, scene.id);
    assert.equal(status, 200);
    assert.equal(headers.get('cache-control'), 'no-store');
    const { access_token: token, ...rest } = body;
    assert.deepEqual(rest, { issued_token_type: ACCESS_TOKEN, token_type: 'Bearer', expires_in: 300 });
    const [header, claims] = partsOf(token);
    const { keys } = (await test.request('/.well-known/jwks.json')).body;
    assert.deepEqual(header, { alg: 'ES256', typ: 'at+jwt', kid: keys[0].kid });
    const own = partsOf(member.accessToken)[1];
    const { jti, iat, exp, permissions, ...others } = claims;
    assert.deepEqual(others, {
      ...{ iss: 'https://api.example.com', aud: REPORTS, sub: member.id, sid: own.sid, client_id: 'app' },
      ...{ organization: scene.id, role: 'member', amr: ['pwd'], auth_time: own.auth_time },
    });
    assert.notEqual(jti, own.jti);
    assert.ok(permissions.includes('members:read') && !permissions.includes('members:manage'), String(permissions));
    const now = Math.floor(test.clock.now().getTime() / SECOND_MS);
    assert.deepEqual([exp - now, iat - now].map(Math.round), [300, -60]);
    assert.ok(Number.isInteger(exp) && Number.isInteger(iat));
    const [head, payload, signature = ''] = token.split('.');
    const key = { key: createPublicKey({ key: keys[0], format: 'jwk' }), dsaEncoding: 'ieee-p1363' as const };
    assert.ok(verify('sha256', Buffer.from(`${head}.${payload}`), key, Buffer.from(signature, 'base64url')));
  });

  it('is given for a form as for JSON, with the parameters of RFC 8693 and others that nobody knows', async () => {
    const { accessToken } = scene.owner;
    const form = new URLSearchParams({
      ...{ grant_type: GRANT_TYPE, audience: REPORTS, organization: scene.id, scope: 'unknown' },
      ...{ subject_token: accessToken, subject_token_type: ACCESS_TOKEN, requested_token_type: ACCESS_TOKEN },
    });
    const post = (body: URLSearchParams) =>
      fetch(`${test.url}/v1/tokens/exchange`, {
        method: 'POST',
        headers: { authorization: `Bearer ${accessToken}` },
        body,
      });
    const answer = await post(form);
    assert.equal(answer.status, 200, await answer.clone().text());
    form.set('subject_token', 'another');
    const other = await post(form);
    assert.deepEqual([other.status, ((await other.json()) as { error: string }).error], [400, 'invalid_request']);
  });

  it('is refused by this service, also as the ground for another token', async () => {
    const token = await exchanged(test, scene.owner, scene.id);
    assertProblem(await test.request('/v1/users/me', { token }), 401, 'unauthenticated');
    assertProblem(await test.request(scene.path, { token }), 401, 'unauthenticated');
    assertProblem(await exchange(test, { ...scene.owner, accessToken: token }, scene.id), 401, 'unauthenticated');
  });

  it('is given for the audiences of service clients alone, and to members alone', async () => {
    for (const audience of ['https://elsewhere.example.com', 'https://api.example.com', `${REPORTS}/`]) {
      const refused = await exchange(test, scene.owner, scene.id, audience);
      assertProblem(refused, 400, 'invalid_target');
      assert.equal(refused.body.error, 'invalid_target', 'as RFC 8693 section 2.2.2 spells it');
    }
    const stranger = await createSignedInUser(test);
    assertProblem(await exchange(test, stranger, scene.id), 404, 'not_found');
    const { secret } = await scene.key(['members:read']);
    assertProblem(await exchange(test, { ...scene.owner, accessToken: secret }, scene.id), 401, 'unauthenticated');
  });

  it('is not given to those whose membership or session ends while they ask', async () => {
    const ends: Record<string, [lock: string, of: (id: string) => string, end: string, status: number, code: string]> =
      {
        membership: [
          ...(['select 1 from organizations where id = $1 for update', () => scene.id] as const),
          ...(['delete from memberships where user_id = $1', 404, 'not_found'] as const),
        ],
        session: [
          ...(['select 1 from users where id = $1 for update', (id: string) => id] as const),
          `update sessions set ended_at = now(), ended_reason = 'signed_out' where user_id = $1`,
          ...([401, 'session_revoked'] as const),
        ],
      };
    for (const [lock, of, end, status, code] of Object.values(ends)) {
      const member = await scene.add('member');
      let asked!: Promise<Answer>;
      await whileLocked(test, [lock, of(member.id)], async (held) => {
        asked = exchange(test, member, scene.id);
        await held.waiting(1);
        await held.run(end, member.id);
      });
      assertProblem(await asked, status, code);
    }
  });

  it('is good until it expires, and names the role and the permissions of the moment of the question', async () => {
    const member = await scene.add('member');
    const token = await exchanged(test, member, scene.id);
    const answer = await introspect(test, token);
    assert.deepEqual([answer.status, answer.headers.get('cache-control')], [200, 'no-store']);
    assert.deepEqual(answer.body, { active: true, token_type: 'Bearer', ...partsOf(token)[1] });
    await scene.as(scene.owner, `/members/${member.id}`, PATCH({ role: 'admin' }));
    const { body } = await introspect(test, token);
    assert.deepEqual([body.role, body.permissions.includes('members:manage')], ['admin', true]);
    test.clock.advance(5 * MINUTE_MS + 6 * SECOND_MS);
    assert.deepEqual((await introspect(test, token)).body, { active: false });
  });

  it('is inactive at once when the session, the membership or the account ends', async () => {
    const ends: Record<string, (member: Awaited<ReturnType<Scene['add']>>) => Promise<unknown>> = {
      session: ({ accessToken }) => test.request('/v1/sessions/current', { method: 'DELETE', token: accessToken }),
      membership: ({ id }) => scene.as(scene.owner, `/members/${id}`, { method: 'DELETE' }),
      account: ({ id }) => rows(test, 'update users set suspended_at = now() where id = $1', id),
    };
    for (const [what, end] of Object.entries(ends)) {
      const email = (await scene.add('member')).email;
      const member = await signIn(test, email);
      const token = await exchanged(test, member, scene.id);
      assert.equal((await introspect(test, token)).body.active, true);
      await end(member);
      assert.deepEqual((await introspect(test, token)).body, { active: false }, what);
    }
  });

  it('is inactive for the client of another audience, and so is anything that is no such token', async () => {
    const owner = await signIn(test, scene.owner.email);
    const token = await exchanged(test, owner, scene.id);
    assert.deepEqual((await introspect(test, token, credentials.search)).body, { active: false });
    const searching = await exchanged(test, owner, scene.id, SEARCH);
    assert.equal((await introspect(test, searching, credentials.search)).body.active, true);
    assert.deepEqual((await introspect(test, searching)).body, { active: false });
    const [head, , signature] = token.split('.');
    const claims = { ...partsOf(token)[1], organization: 'another' };
    const forged = `${head}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`;
    for (const text of [owner.accessToken, owner.refreshToken, forged, 'x', 'a.b.c', `${token}x`])
      assert.deepEqual((await introspect(test, text)).body, { active: false });
  });

  it('is asked about, as a form too, by service clients alone', async () => {
    const owner = await signIn(test, scene.owner.email);
    const token = await exchanged(test, owner, scene.id);
    const [id, secret] = credentials.reports.split(':');
    const wrong = [`${id}:${secret}x`, `search:${secret}`, `${id}:`, ':', `nobody:${secret}`, '%E0%A4%A:x'];
    for (const pair of wrong) assertProblem(await introspect(test, token, pair), 401, 'invalid_client');
    const plain = { token: owner.accessToken, body: { token } };
    assertProblem(await test.request('/v1/tokens/introspect', plain), 401, 'invalid_client');
    const refused = await test.request('/v1/tokens/introspect', { body: { token } });
    assertProblem(refused, 401, 'invalid_client');
    assert.match(refused.headers.get('www-authenticate') ?? '', /^Basic /);
    assertProblem(await asClient(test, '/v1/users/me'), 401, 'unauthenticated');
    const form = await fetch(`${test.url}/v1/tokens/introspect`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(credentials.reports).toString('base64')}` },
      body: new URLSearchParams({ token, token_type_hint: 'access_token' }),
    });
    assert.equal(((await form.json()) as { active: boolean }).active, true);
  });
});

describe('the metadata and the keys', () => {
  let test: TestService;
  before(async () => {
    test = await startWithClients({ jobs: false });
  });
  after(() => test.close());

  it('are found by the issuer, at both places where libraries look, and lead to endpoints that exist', async () => {
    const { body } = await test.request('/.well-known/oauth-authorization-server');
    assert.equal(body.issuer, 'https://api.example.com');
    assert.deepEqual((await test.request('/.well-known/openid-configuration')).body, body);
    assert.equal((await test.request(new URL(body.jwks_uri).pathname)).body.keys.length, 1);
    for (const name of ['token_endpoint', 'introspection_endpoint']) {
      const { pathname } = new URL(body[name]);
      assert.equal((await test.request(pathname, { method: 'POST' })).status, 401, name);
    }
  });

  it('may be kept for five minutes, are asked about by ETag, and are readable by pages of any origin', async () => {
    for (const path of ['jwks.json', 'oauth-authorization-server', 'openid-configuration']) {
      const origin = 'https://anybody.example';
      const ask = (headers = {}) => test.request(`/.well-known/${path}`, { headers: { origin, ...headers } });
      const { headers } = await ask();
      assert.equal(headers.get('cache-control'), 'public, max-age=300');
      assert.equal(headers.get('access-control-allow-origin'), '*');
      const etag = headers.get('etag')!;
      for (const known of [etag, `W/${etag}`, `"other", ${etag}`]) {
        const unchanged = await ask({ 'if-none-match': known });
        assert.deepEqual([unchanged.status, unchanged.body, unchanged.headers.get('etag')], [304, '', etag]);
      }
      assert.equal((await ask({ 'if-none-match': '"other"' })).status, 200);
    }
  });

  it('have another ETag once a key was added, 30 minutes before it signs', async () => {
    const etag = async () => (await test.request('/.well-known/jwks.json')).headers.get('etag');
    const before = await etag();
    const { signsFrom } = await test.service.accounts.signingKeys.rotate();
    assert.equal(signsFrom.getTime() - test.clock.now().getTime(), 30 * MINUTE_MS);
    assert.notEqual(await etag(), before);
  });
});
