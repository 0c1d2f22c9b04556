/** Answers of a provider that differ in one thing from a good one. A provider by hand makes them, with a key of its own. */
import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { value } from '../../../../test/conditions.ts';
import { startTestService, type TestService } from '../../../../test/service.ts';
import { Browser, settingsOf } from './testing/scene.ts';

type Claims = Record<string, unknown>;
interface Forged {
  header?: Claims;
  claims?: Claims;
  key?: KeyObject;
  metadata?: Claims;
  answer?: Claims;
  sign?: (input: string) => string;
}

const own = generateKeyPairSync('rsa', { modulusLength: 2048 });
const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 });
const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');

/** A provider that answers as `forged` says. */
async function startForger() {
  let forged: Forged = {};
  let nonce = '';
  const json = (response: ServerResponse, body: object) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  const server: Server = createServer((request, response) => {
    const issuer = forger.url;
    if (request.url === '/keys')
      return json(response, {
        keys: [{ ...own.publicKey.export({ format: 'jwk' }), kid: 'own', alg: 'RS256', use: 'sig' }],
      });
    if (request.url !== '/token')
      return json(response, {
        ...{
          issuer,
          authorization_endpoint: `${issuer}/auth`,
          token_endpoint: `${issuer}/token`,
          jwks_uri: `${issuer}/keys`,
        },
        ...forged.metadata,
      });
    const now = Math.floor(Date.now() / 1_000);
    const header = { alg: 'RS256', kid: 'own', ...forged.header };
    const claims = {
      ...{ iss: issuer, aud: 'plinth', sub: 'forged', nonce, iat: now, exp: now + 300 },
      ...{ email: 'forged@works.example', email_verified: true },
      ...forged.claims,
    };
    const input = `${encode(header)}.${encode(claims)}`;
    const signature =
      forged.sign?.(input) ?? sign('sha256', Buffer.from(input), forged.key ?? own.privateKey).toString('base64url');
    return json(response, {
      access_token: 'x',
      token_type: 'Bearer',
      id_token: `${input}.${signature}`,
      ...forged.answer,
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const forger = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** A whole sign-in. @returns what the frontend gets */
    async prove(test: TestService, how: Forged, name: string): Promise<Record<string, string>> {
      forged = how;
      const browser = new Browser();
      const started = await browser.call(test, `/v1/sessions/provider/${name}/start`, { body: {} });
      if (started.status !== 200) return { error: started.body.code };
      const url = new URL(started.body.url);
      nonce = url.searchParams.get('nonce')!;
      const answer = new URLSearchParams({ code: 'c', state: url.searchParams.get('state')! });
      const back = await browser.comeBack(test, answer, name);
      if (back.code) back.status = String((await browser.redeem(test, back.code)).status);
      return back;
    },
    close: () => void server.close(),
  };
  return forger;
}

describe('an id token', () => {
  let test: TestService;
  let forger: Awaited<ReturnType<typeof startForger>>;
  before(async () => {
    forger = await startForger();
    test = await startTestService({ env: settingsOf({ one: forger.url, two: `${forger.url}/` }) });
  });
  after(async () => {
    await test.close();
    forger.close();
  });

  it('is refused when a single thing about it is wrong', async () => {
    const hmac = (input: string) =>
      createHmac('sha256', 'a client secret of tests, long enough').update(input).digest('base64url');
    const wrong: Record<string, Forged> = {
      'another nonce': { claims: { nonce: 'another' } },
      'no nonce': { claims: { nonce: undefined } },
      'another audience': { claims: { aud: 'somebody' } },
      'another issuer': { claims: { iss: 'https://accounts.google.com' } },
      expired: { claims: { exp: Math.floor(Date.now() / 1_000) - 300 } },
      'no subject': { claims: { sub: undefined } },
      'a foreign key': { key: foreign.privateKey },
      'an unknown key': { header: { kid: 'unknown' } },
      'no signature': { header: { alg: 'none' }, sign: () => '' },
      'a symmetric signature': { header: { alg: 'HS256' }, sign: hmac },
      'no id token': { answer: { id_token: undefined } },
    };
    for (const [what, forged] of Object.entries(wrong)) {
      const { error } = await forger.prove(test, forged, 'one');
      assert.equal(error, 'provider_answer_invalid', what);
    }
    assert.equal(await value(test, 'select count(*)::int from identities'), 0);
    assert.equal((await forger.prove(test, {}, 'one')).status, '201', 'the good one passes');
  });

  it('is accepted as providers send it: with tokens that are null, a list of scopes, and a verified address as text', async () => {
    const answer = { refresh_token: null, scope: ['openid', 'email'], token_type: undefined, expires_in: '3600' };
    const claims = { sub: 'odd', email: 'odd@works.example', email_verified: 'true' };
    assert.equal((await forger.prove(test, { answer, claims }, 'one')).status, '201');
  });

  it('identifies nobody whom another provider knows by the same subject', async () => {
    // Of another issuer, with metadata that claim to be those of the first one.
    const { error } = await forger.prove(test, { metadata: { issuer: 'https://accounts.google.com' } }, 'two');
    assert.equal(error, 'provider_answer_invalid');
    const issuers = await value(test, `select array_agg(distinct issuer) from identities`);
    assert.deepEqual(issuers, [forger.url]);
  });
});
