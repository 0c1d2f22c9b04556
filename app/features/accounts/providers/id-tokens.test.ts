/** Answers of a provider that differ in one thing from a good one. */
import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { value } from '../../../../test/conditions.ts';
import { startTestService, type TestService } from '../../../../test/service.ts';
import { type Forged, type Forger, startForger } from './testing/forger.ts';
import { settingsOf } from './testing/scene.ts';

const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 });

describe('an id token', () => {
  let test: TestService;
  let forger: Forger;
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
    assert.equal((await forger.prove(test, {}, 'one')).redeemed?.status, 201, 'the good one passes');
  });

  it('is accepted as providers send it: with tokens that are null, a list of scopes, and a verified address as text', async () => {
    const answer = { refresh_token: null, scope: ['openid', 'email'], token_type: undefined, expires_in: '3600' };
    const claims = { sub: 'odd', email: 'odd@works.example', email_verified: 'true' };
    assert.equal((await forger.prove(test, { answer, claims }, 'one')).redeemed?.status, 201);
  });

  it('identifies nobody whom another provider knows by the same subject', async () => {
    // Of another issuer, with metadata that claim to be those of the first one.
    const { error } = await forger.prove(test, { metadata: { issuer: 'https://accounts.google.com' } }, 'two');
    assert.equal(error, 'provider_answer_invalid');
    const issuers = await value(test, `select array_agg(distinct issuer) from identities`);
    assert.deepEqual(issuers, [forger.url]);
  });
});
