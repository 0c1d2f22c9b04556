/** Access tokens: JWTs by RFC 9068, signed with ES256, checked by RFC 8725 (algorithm allow-list, `typ`, `iss`, `aud`). */
import { createSigner, createVerifier, TokenError } from 'fast-jwt';
import type { Clock } from '../../platform/clock.ts';
import { httpErrors } from '../../platform/http/errors.ts';
import { newId } from '../../platform/security/random.ts';
import { accountErrors } from './errors.ts';
import type { SigningKey, SigningKeys } from './signing-keys.ts';

export interface AccessTokenClaims {
  /** User. */
  sub: string;
  /** Session. */
  sid: string;
  /** Unix seconds. */
  iat: number;
  /** Unix seconds. */
  exp: number;
  jti: string;
}

export interface AccessTokens {
  issue(userId: string, sessionId: string): string;
  /** @throws `token_expired`, or `unauthenticated` for anything else that is wrong with the token */
  verify(token: string): AccessTokenClaims;
  readonly lifetimeSeconds: number;
}

export interface AccessTokensOptions {
  keys: Pick<SigningKeys, 'current' | 'find'>;
  clock: Clock;
  issuer: string;
  audience: string;
  lifetimeSeconds: number;
}

const TYPE = 'at+jwt';
const LEEWAY_SECONDS = 5;
const CACHED_TOKENS = 10_000;
/** Several times the length of any token of ours. The cache also keeps tokens that were refused: of any length, they would fill the memory. */
const MAX_TOKEN_LENGTH = 2_048;

export function createAccessTokens({
  keys,
  clock,
  issuer,
  audience,
  lifetimeSeconds,
}: AccessTokensOptions): AccessTokens {
  const verifiers = new WeakMap<SigningKey, (token: string) => AccessTokenClaims>();
  const signers = new WeakMap<SigningKey, (claims: object) => string>();

  function verifierFor(key: SigningKey) {
    let verifier = verifiers.get(key);
    if (!verifier) {
      const check = createVerifier({
        key: key.publicKey.export({ format: 'pem', type: 'spki' }) as string,
        algorithms: ['ES256'],
        checkTyp: TYPE,
        allowedIss: issuer,
        allowedAud: audience,
        requiredClaims: ['iss', 'aud', 'sub', 'sid', 'iat', 'exp', 'jti'],
        // Times are checked below, by the injected clock; what is remembered is the signature and the claims that never change.
        ignoreExpiration: true,
        ignoreNotBefore: true,
      }) as (token: string) => AccessTokenClaims;
      verifier = remembering(check);
      verifiers.set(key, verifier);
    }
    return verifier;
  }

  function signerFor(key: SigningKey) {
    let signer = signers.get(key);
    if (!signer) {
      signer = createSigner({
        key: key.privateKey.export({ format: 'pem', type: 'pkcs8' }) as string,
        algorithm: 'ES256',
        header: { alg: 'ES256', typ: TYPE, kid: key.id },
        iss: issuer,
        aud: audience,
      }) as (claims: object) => string;
      signers.set(key, signer);
    }
    return signer;
  }

  return {
    lifetimeSeconds,

    issue(userId, sessionId) {
      const iat = Math.floor(clock.now().getTime() / 1_000);
      return signerFor(keys.current())({ sub: userId, sid: sessionId, iat, exp: iat + lifetimeSeconds, jti: newId() });
    },

    verify(token) {
      const key = token.length > MAX_TOKEN_LENGTH ? undefined : keys.find(keyIdOf(token));
      if (!key) throw unauthenticated('The access token was not issued by this service.');
      let claims: AccessTokenClaims;
      try {
        claims = verifierFor(key)(token);
      } catch (error) {
        if (error instanceof TokenError) throw unauthenticated('The access token is not valid.');
        throw error;
      }
      const now = clock.now().getTime() / 1_000;
      if (typeof claims.exp !== 'number' || typeof claims.iat !== 'number' || claims.iat > now + LEEWAY_SECONDS) {
        throw unauthenticated('The access token is not valid.');
      }
      if (claims.exp + LEEWAY_SECONDS <= now) {
        throw accountErrors.token_expired({ headers: { 'www-authenticate': 'Bearer error="invalid_token"' } });
      }
      return claims;
    },
  };
}

/**
 * Answers at once for tokens that passed before; the oldest make room. Not the library's own cache, which hashes a token to look it
 * up and so takes as long as all the other checks.
 */
function remembering(check: (token: string) => AccessTokenClaims): (token: string) => AccessTokenClaims {
  const passed = new Map<string, AccessTokenClaims>();
  return (token) => {
    const known = passed.get(token);
    if (known) return known;
    const claims = check(token);
    if (passed.size >= CACHED_TOKENS) passed.delete(passed.keys().next().value!);
    passed.set(token, claims);
    return claims;
  };
}

export function unauthenticated(detail: string) {
  return httpErrors.unauthenticated({ detail, headers: { 'www-authenticate': 'Bearer' } });
}

const headersSeen = new Map<string, string>();
const MAX_HEADERS_SEEN = 100;

/** The `kid` of a token's header, unverified. Tokens of one key share their header to the letter, so parsing it is remembered. */
function keyIdOf(token: string): string {
  const header = token.slice(0, Math.max(0, token.indexOf('.')));
  let id = headersSeen.get(header);
  if (id === undefined) {
    try {
      const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid?: unknown };
      id = typeof kid === 'string' ? kid : '';
    } catch {
      id = '';
    }
    if (headersSeen.size >= MAX_HEADERS_SEEN) headersSeen.clear();
    headersSeen.set(header, id);
  }
  return id;
}
