import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import { after, before, beforeEach, describe, it } from 'node:test';
import {
  assertProblem,
  createSignedInUser,
  createUser,
  type SignedInUser,
  signIn,
  startTestService,
  type TestService,
} from '../../../test/service.ts';
import { SECOND_MS } from '../../platform/clock.ts';

/** All but `client_id`, `amr` and `auth_time`, which the release before did not write: its tokens stay good for their ten minutes. */
const ESSENTIAL = ['aud', 'exp', 'iat', 'iss', 'jti', 'sid', 'sub'];
const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');

describe('access tokens', () => {
  let test: TestService;
  let ada: SignedInUser;
  before(async () => {
    test = await startTestService();
    await createUser(test, { email: 'ada@example.com' });
  });
  beforeEach(async () => {
    ada = await signIn(test, 'ada@example.com');
  });
  after(() => test.close());

  const me = (token: string) => test.request('/v1/users/me', { token });
  const signingKey = () => test.service.accounts.signingKeys.current();
  const signed = (header: object, claims: object, key: KeyObject = signingKey().privateKey) => {
    const input = `${encode(header)}.${encode(claims)}`;
    const signature = sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
    return `${input}.${signature.toString('base64url')}`;
  };
  /** The claims that the service itself puts into a token, to change one at a time. */
  const parts = () => {
    const [header = '', claims = ''] = ada.accessToken.split('.');
    const parse = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());
    return { header: parse(header), claims: parse(claims) };
  };

  it('say who, for whom and until when, by RFC 9068, and are verified by the published keys', async () => {
    const { header, claims } = parts();
    const { body } = await test.request('/.well-known/jwks.json');
    assert.deepEqual(header, { alg: 'ES256', typ: 'at+jwt', kid: body.keys[0].kid });
    assert.deepEqual(Object.keys(claims).sort(), [...ESSENTIAL, 'amr', 'auth_time', 'client_id'].sort());
    assert.equal(claims.sub, ada.id);
    assert.equal(claims.iss, 'https://api.example.com');
    assert.equal(claims.client_id, 'app');
    assert.equal(claims.exp - claims.iat, 600 + 60, 'so that no clock within the bound finds that it was issued ahead');
    assert.ok(Number.isInteger(claims.exp) && Number.isInteger(claims.iat));
    assert.deepEqual(
      Object.keys(body.keys[0]).sort(),
      ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'],
      'no private part',
    );
  });

  it('are challenged by RFC 6750: a request without a token gets no error code, and one with a bad token does', async () => {
    const challenge = async (headers?: Record<string, string>) =>
      (await test.request('/v1/users/me', { ...(headers && { headers }) })).headers.get('www-authenticate');
    assert.equal(await challenge(), 'Bearer');
    for (const token of ['no.access.token', 'abc', `${ada.accessToken.slice(0, -4)}AAAA`, 'plk_damaged']) {
      assert.equal(await challenge({ authorization: `Bearer ${token}` }), 'Bearer error="invalid_token"', token);
    }
    const id = '01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b52';
    const byKey = await test.request(`/v1/organizations/${id}`, { token: 'plk_damaged' });
    assert.equal(byKey.headers.get('www-authenticate'), 'Bearer error="invalid_token"');
  });

  it('are refused when a single thing about them is wrong', async () => {
    const { header, claims } = parts();
    const { publicKey, privateKey: foreignKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    assert.equal((await me(signed(header, claims))).status, 200, 'the same, signed here, is good');

    const without = (claim: string) => Object.fromEntries(Object.entries(claims).filter(([name]) => name !== claim));
    const hmacWith = (secret: string | Buffer) => {
      const input = `${encode({ ...header, alg: 'HS256' })}.${encode(claims)}`;
      return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
    };
    const [head, body, signature = ''] = signed(header, claims).split('.');
    const publicPem = signingKey().publicKey.export({ format: 'pem', type: 'spki' }) as string;
    const tokens: Record<string, string> = {
      'issuer of another': signed(header, { ...claims, iss: 'https://evil.example.com' }),
      'issuer a list': signed(header, { ...claims, iss: [claims.iss] }),
      'audience of another': signed(header, { ...claims, aud: 'https://other.example.com' }),
      'type JWT': signed({ ...header, typ: 'JWT' }, claims),
      'no type': signed({ alg: 'ES256', kid: header.kid }, claims),
      'algorithm none, no signature': `${encode({ ...header, alg: 'none' })}.${encode(claims)}.`,
      'algorithm none, signature': `${encode({ ...header, alg: 'none' })}.${encode(claims)}.${signature}`,
      'algorithm ES384 in the header': signed({ ...header, alg: 'ES384' }, claims),
      'HS256 by the public key as PEM': hmacWith(publicPem),
      'HS256 by the public key as DER': hmacWith(signingKey().publicKey.export({ format: 'der', type: 'spki' })),
      'HS256 by the public key as JWK': hmacWith(JSON.stringify(signingKey().publicJwk)),
      'HS256 by nothing': hmacWith(''),
      'foreign key': signed(header, claims, foreignKey),
      'foreign key, embedded': signed({ ...header, jwk: publicKey.export({ format: 'jwk' }) }, claims, foreignKey),
      'unknown kid': signed({ ...header, kid: 'unknown' }, claims),
      'no kid': signed({ alg: 'ES256', typ: 'at+jwt' }, claims),
      'kid that is a path': signed({ ...header, kid: '../../dev/null' }, claims),
      'kid of every object': signed({ ...header, kid: '__proto__' }, claims),
      'critical header that nobody knows': signed({ ...header, crit: ['exp2'], exp2: 1 }, claims),
      'issued in the future': signed(header, { ...claims, iat: claims.iat + 122 }),
      'expiry as text': signed(header, { ...claims, exp: '9999999999' }),
      'longer than any of ours': signed(header, { ...claims, more: 'x'.repeat(2_048) }),
      'no signature': `${head}.${body}.`,
      'no signature part': `${head}.${body}`,
      'altered claims': `${head}.${encode({ ...claims, sub: randomUUID() })}.${signature}`,
      'a refresh token': ada.refreshToken,
      padded: `${head}.${body}.${signature}==`,
      ...Object.fromEntries(ESSENTIAL.map((claim) => [`without ${claim}`, signed(header, without(claim))])),
    };
    for (const [what, token] of Object.entries(tokens)) {
      const answer = await me(token);
      assert.equal(`${answer.status} ${answer.body.code}`, '401 unauthenticated', what);
      assert.equal(answer.headers.get('www-authenticate'), 'Bearer error="invalid_token"');
    }
  });

  it('are refused in any other form than one Authorization header with Bearer', async () => {
    const { accessToken: token } = ada;
    for (const authorization of [
      token,
      `Basic ${token}`,
      `Bearer ${token} x`,
      `Bearer${token}`,
      'Bearer',
      `Bearer ${token},${token}`,
    ]) {
      assertProblem(await test.request('/v1/users/me', { headers: { authorization } }), 401, 'unauthenticated');
    }
    assertProblem(await test.request(`/v1/users/me?access_token=${token}`), 401, 'unauthenticated');
    assertProblem(
      await test.request('/v1/users/me', { headers: { cookie: `access_token=${token}` } }),
      401,
      'unauthenticated',
    );
    assert.equal((await test.request('/v1/users/me', { headers: { authorization: `bearer ${token}` } })).status, 200);
  });

  it('expire after ten minutes, with five seconds for clocks that differ, cached or not', async () => {
    const { claims } = parts();
    const elapsed = test.clock.now().getTime() - (claims.exp - 600) * SECOND_MS;
    const other = await createSignedInUser(test);
    assert.equal((await me(ada.accessToken)).status, 200);
    test.clock.advance(605 * SECOND_MS - 1 - elapsed);
    assert.equal((await me(ada.accessToken)).status, 200);
    test.clock.advance(1);
    assertProblem(await me(ada.accessToken), 401, 'token_expired');
    const expired = await me(other.accessToken);
    assertProblem(expired, 401, 'token_expired');
    assert.match(expired.headers.get('www-authenticate') ?? '', /error="invalid_token"/);
  });
});
