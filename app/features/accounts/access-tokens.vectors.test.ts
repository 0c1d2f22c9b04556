/** The vectors of Project Wycheproof against the verifier that every request meets. */
import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey, type KeyObject, sign, type webcrypto } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, it } from 'node:test';
import { createTestClock } from '../../../test/clock.ts';
import { Problem } from '../../platform/errors.ts';
import { type AccessTokenClaims, createAccessTokens } from './access-tokens.ts';
import type { SigningKey } from './signing-keys.ts';

type JsonWebKey = webcrypto.JsonWebKey;

interface Vector {
  tcId: number;
  comment: string;
  jws: string;
  result: 'valid' | 'invalid';
}
interface Group {
  comment: string;
  public?: JsonWebKey & { keys?: JsonWebKey[] };
  private?: JsonWebKey & { keys?: JsonWebKey[] };
  tests: Vector[];
}

const load = (name: string): Group[] =>
  JSON.parse(readFileSync(new URL(`../../../test/vectors/wycheproof/${name}.json`, import.meta.url), 'utf8'))
    .testGroups;
const signatureGroups = load('json_web_signature_test');
const keyGroups = load('json_web_key_test');
const es256Groups = signatureGroups.filter((group) => group.public?.alg === 'ES256');

/** The function that fast-jwt's verifier calls for the signature. The payloads of the vectors are not JSON, so a verifier of claims stops before. */
const { verifySignature } = createRequire(import.meta.url)('fast-jwt/src/crypto') as {
  verifySignature(algorithm: string, key: KeyObject, input: string, signature: string): boolean;
};

function holds(key: KeyObject, input: string, signature: string): boolean {
  try {
    return verifySignature('ES256', key, input, signature);
  } catch {
    return false;
  }
}

const ISSUER = 'https://api.example.com';
const clock = createTestClock();

let chosen: SigningKey;
const keys = {
  hear: async () => {},
  find: () => chosen,
  seek: async () => chosen,
  uncertain: false,
  current: () => chosen,
};
const { verify } = createAccessTokens({ keys, clock, issuer: ISSUER, audience: ISSUER, lifetimeSeconds: 600 });

/** The service's verifier, with one key of the caller's choice for every `kid`. */
function verifyWith(publicKey: KeyObject, token: string) {
  if (chosen?.publicKey !== publicKey) chosen = { id: 'any', publicKey } as SigningKey;
  return verify(token) as AccessTokenClaims;
}

/** The key of a group, or one of ours where it is symmetric: this service has no place for such a key. */
function importKey(jwk: JsonWebKey): KeyObject {
  return createPublicKey({ key: jwk.kty === 'oct' ? es256Groups[0]!.public! : jwk, format: 'jwk' });
}

const assertRefused = (key: KeyObject, { tcId, comment, jws }: Vector) =>
  assert.throws(
    () => verifyWith(key, jws),
    (error) => error instanceof Problem && error.code === 'unauthenticated',
    `${tcId} ${comment}`,
  );

describe('the verifier of access tokens, by the vectors of Wycheproof', () => {
  it('refuses every token that is invalid, of another algorithm, or without our claims', () => {
    let vectors = 0;
    for (const group of signatureGroups) {
      const key = importKey((group.public ?? group.private)!);
      for (const vector of group.tests) {
        assertRefused(key, vector);
        vectors++;
      }
    }
    assert.equal(vectors, 401);
  });

  it('refuses every token of a key set, or already the key', () => {
    let vectors = 0;
    for (const group of keyGroups) {
      for (const jwk of (group.public ?? group.private)!.keys!) {
        for (const vector of group.tests) {
          let key: KeyObject;
          try {
            key = importKey(jwk);
          } catch {
            continue;
          } finally {
            vectors++;
          }
          assertRefused(key, vector);
        }
      }
    }
    assert.ok(vectors >= 26);
  });

  it('takes every valid signature for valid, and no invalid one', () => {
    const seen = { valid: 0, invalid: 0 };
    for (const group of es256Groups) {
      const key = importKey(group.public!);
      for (const { tcId, comment, jws, result } of group.tests) {
        const parts = jws.split('.');
        // The verifier asks for the signature of what has three parts, the algorithm, and a signature in base64url.
        if (parts.length !== 3 || algorithmOf(parts[0]!) !== 'ES256' || !/^[\w-]+$/.test(parts[2]!)) {
          assert.equal(result, 'invalid', `${tcId} ${comment}`);
          continue;
        }
        assert.equal(holds(key, `${parts[0]}.${parts[1]}`, parts[2]!), result === 'valid', `${tcId} ${comment}`);
        seen[result]++;
      }
    }
    assert.ok(seen.valid >= 2 && seen.invalid >= 25, JSON.stringify(seen));
  });

  it('refuses the special signatures beneath claims that are good, and accepts the key itself', () => {
    const {
      public: publicJwk,
      private: privateJwk,
      tests,
    } = es256Groups.find(({ comment }) => /Special/.test(comment))!;
    const key = importKey(publicJwk!);
    const input = goodInput();
    const privateKey = createPrivateKey({ key: privateJwk!, format: 'jwk' });
    const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    assert.equal(verifyWith(key, `${input}.${signature.toString('base64url')}`).sub, 'user');

    // These do not depend on what is signed.
    const special = tests.filter(({ comment }) => /^rIs.*_sIs/.test(comment));
    assert.equal(special.length, 16);
    for (const vector of special) assertRefused(key, { ...vector, jws: `${input}.${vector.jws.split('.')[2]}` });
    for (const altered of [
      Buffer.concat([signature, Buffer.alloc(1)]),
      Buffer.concat([Buffer.alloc(1), signature.subarray(0, 32), Buffer.alloc(1), signature.subarray(32)]),
      signature.subarray(0, 63),
      Buffer.alloc(0),
      sign('sha256', Buffer.from(input), privateKey),
    ]) {
      const jws = `${input}.${altered.toString('base64url')}`;
      assertRefused(key, { tcId: 0, comment: altered.toString('hex'), jws, result: 'invalid' });
    }
  });
});

function algorithmOf(header: string): unknown {
  try {
    return JSON.parse(Buffer.from(header, 'base64url').toString()).alg;
  } catch {
    return undefined;
  }
}

function goodInput(): string {
  const iat = Math.floor(clock.now().getTime() / 1_000);
  const claims = { iss: ISSUER, aud: ISSUER, sub: 'user', sid: 'session', jti: 'token', iat, exp: iat + 600 };
  const parts = [{ alg: 'ES256', typ: 'at+jwt', kid: 'any' }, claims];
  return parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
}
