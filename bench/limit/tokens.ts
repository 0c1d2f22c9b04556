/** Access tokens with node:crypto only, and a cache of verified tokens as in the service. */
import { createPrivateKey, createPublicKey, randomUUID, sign, verify } from 'node:crypto';
import type { LimitSettings } from './settings.ts';

export interface Claims {
  readonly sub: string;
  readonly sid: string;
  /** The expiry in Unix seconds. */
  readonly exp: number;
  readonly iss: string;
}

export type Tokens = ReturnType<typeof createTokens>;

const CACHED_TOKENS = 10_000;
const ENCODING = { dsaEncoding: 'ieee-p1363' } as const;

export function createTokens({ issuer, keyId, publicKey, privateKey, tokenLifetimeSeconds }: LimitSettings) {
  const verifyingKey = { key: createPublicKey(publicKey), ...ENCODING };
  const signingKey = { key: createPrivateKey(privateKey), ...ENCODING };
  const header = encode({ alg: 'ES256', typ: 'at+jwt', kid: keyId });
  const seen = new Map<string, Claims>();

  function check(token: string): Claims {
    const dot = token.lastIndexOf('.');
    const signed = token.slice(0, dot);
    if (!verify('sha256', Buffer.from(signed), verifyingKey, Buffer.from(token.slice(dot + 1), 'base64url'))) {
      throw new Error('bad signature');
    }
    const claims = JSON.parse(Buffer.from(signed.split('.')[1]!, 'base64url').toString()) as Claims;
    if (claims.iss !== issuer) throw new Error('bad issuer');
    if (seen.size >= CACHED_TOKENS) seen.clear();
    seen.set(token, claims);
    return claims;
  }

  return {
    verify(token: string): Claims {
      const claims = seen.get(token) ?? check(token);
      if (claims.exp * 1_000 <= Date.now()) throw new Error('expired');
      return claims;
    },

    issue(sub: string, sid: string): string {
      const iat = Math.floor(Date.now() / 1_000);
      const claims = { sub, sid, iat, exp: iat + tokenLifetimeSeconds, jti: randomUUID(), iss: issuer, aud: issuer };
      const signed = `${header}.${encode(claims)}`;
      return `${signed}.${sign('sha256', Buffer.from(signed), signingKey).toString('base64url')}`;
    },
  };
}

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
