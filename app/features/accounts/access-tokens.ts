/** Access tokens: JWTs by RFC 9068, signed with ES256, checked by RFC 8725 (algorithm allow-list, `typ`, `iss`, `aud`). */
import type { KeyObject } from 'node:crypto';
import { createSigner, createVerifier, TokenError } from 'fast-jwt';
import { CLOCK_TOLERANCE_MS, type Clock, SECOND_MS } from '../../platform/clock.ts';
import { httpErrors } from '../../platform/http/errors.ts';
import { newId } from '../../platform/security/random.ts';
import { accountErrors } from './errors.ts';
import type { ProvenSession } from './proven-session.ts';
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
  /** Authentication methods (RFC 8176); absent in tokens of an earlier release. */
  amr?: string[];
  /** When the person last proved one of them, in Unix seconds; absent like `amr`. */
  auth_time?: number;
  /** Who acts in the name of the user (RFC 8693 section 4.1). */
  act?: ActorClaim;
}

export interface ActorClaim {
  /** The user who acts. */
  sub: string;
  /** The session in which they act. It must be alive, too. */
  sid: string;
  /** True if they may change things, and not only look. */
  changes: boolean;
  /** How they proved who they are themselves (RFC 8176); absent in tokens of an earlier release. */
  amr?: string[];
  /** When they last did, in Unix seconds; absent like `amr`. */
  auth_time?: number;
}

export interface AccessTokens {
  /** Hears of revoked keys and new ones. To be awaited before `issue`. */
  hear(): Promise<void>;
  /**
   * @param more claims beyond those of every token
   * @param endsAt ends the token earlier than its lifetime would
   */
  issue(session: ProvenSession, more?: object, endsAt?: Date): string;
  /**
   * The claims: at once where the key is known, else once the keys have been looked up.
   * @throws `token_expired`, or `unauthenticated` for anything else that is wrong with the token
   */
  verify(token: string): AccessTokenClaims | Promise<AccessTokenClaims>;
  readonly lifetimeSeconds: number;
}

export interface AccessTokensOptions {
  keys: Pick<SigningKeys, 'current' | 'find' | 'hear' | 'seek' | 'uncertain'>;
  clock: Clock;
  issuer: string;
  audience: string;
  lifetimeSeconds: number;
}

const TYPE = 'at+jwt';
/** The client that asks for tokens (RFC 9068 section 2.2): the product itself, which has no other ones. */
const CLIENT_ID = 'app';
/** How long a token is good after its expiry (RFC 7519 section 4.1.4), and after its key's successor signs: the others may hear of that later. */
export const LEEWAY_SECONDS = 5;
/** How far in the future a token may have been issued: the process that issued it may be ahead. There is no `nbf` in our tokens. */
const MAX_AHEAD_SECONDS = CLOCK_TOLERANCE_MS / SECOND_MS;
/** A thumbprint (RFC 7638) in base64url. Nothing else can be the id of a key of ours, so nothing is looked up for it. */
const KEY_ID = /^[A-Za-z0-9_-]{43}$/;
/** `iat` lags by so many seconds: libraries of other services refuse a token that was issued after their own clock's time. */
const LAG_SECONDS = CLOCK_TOLERANCE_MS / SECOND_MS;
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
  // By what stays the same when the keys are read anew.
  const verifiers = new WeakMap<KeyObject, (token: string) => AccessTokenClaims>();
  const signers = new WeakMap<KeyObject, (claims: object) => string>();

  function verifierFor(key: SigningKey) {
    let verifier = verifiers.get(key.publicKey);
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
      verifiers.set(key.publicKey, verifier);
    }
    return verifier;
  }

  function signerFor(key: SigningKey) {
    let signer = signers.get(key.privateKey);
    if (!signer) {
      signer = createSigner({
        key: key.privateKey.export({ format: 'pem', type: 'pkcs8' }) as string,
        algorithm: 'ES256',
        header: { alg: 'ES256', typ: TYPE, kid: key.id },
        iss: issuer,
        aud: audience,
      }) as (claims: object) => string;
      signers.set(key.privateKey, signer);
    }
    return signer;
  }

  function check(key: SigningKey | undefined, token: string): AccessTokenClaims {
    if (!key) throw notOurs();
    let claims: AccessTokenClaims;
    try {
      claims = verifierFor(key)(token);
    } catch (error) {
      if (error instanceof TokenError) throw invalidToken('The access token is not valid.');
      throw error;
    }
    const now = clock.now().getTime() / SECOND_MS;
    if (typeof claims.exp !== 'number' || typeof claims.iat !== 'number' || claims.iat > now + MAX_AHEAD_SECONDS) {
      throw invalidToken('The access token is not valid.');
    }
    if (claims.exp + LEEWAY_SECONDS <= now) {
      throw accountErrors.token_expired({ headers: { 'www-authenticate': 'Bearer error="invalid_token"' } });
    }
    if (key.verifiesUntil && !mayHaveSigned(key, claims, now)) {
      throw invalidToken('The access token was signed with a retired key.');
    }
    return claims;
  }

  return {
    lifetimeSeconds,

    hear: () => keys.hear(),

    issue({ userId, id, amr, authTime }, more, endsAt) {
      const now = Math.floor(clock.now().getTime() / SECOND_MS);
      return signerFor(keys.current())({
        ...more,
        sub: userId,
        sid: id,
        client_id: CLIENT_ID,
        amr,
        auth_time: Math.floor(authTime.getTime() / SECOND_MS),
        iat: now - LAG_SECONDS,
        exp: Math.min(
          now + lifetimeSeconds,
          endsAt ? Math.floor(endsAt.getTime() / SECOND_MS) : Number.POSITIVE_INFINITY,
        ),
        jti: newId(),
      });
    },

    verify(token) {
      const id = token.length > MAX_TOKEN_LENGTH ? '' : keyIdOf(token);
      const key = keys.find(id);
      // Usually known at once; a promise each time would cost each request a turn of the event loop.
      if (key && !keys.uncertain) return check(key, token);
      if (!KEY_ID.test(id)) throw notOurs();
      return keys.seek(id).then((found) => check(found, token));
    },
  };
}

/**
 * True if a key that has, or will have, a successor may have signed this token, which has not expired. A process compares its own clock
 * with `signsUntil` when it signs, and the same clock writes `iat`, so that clocks that differ do not matter here.
 */
function mayHaveSigned({ signsUntil, verifiesUntil }: SigningKey, { iat }: AccessTokenClaims, now: number): boolean {
  const seconds = (instant: Date) => instant.getTime() / SECOND_MS;
  return iat + LAG_SECONDS <= seconds(signsUntil!) + LEEWAY_SECONDS && now < seconds(verifiesUntil!);
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

function notOurs() {
  return invalidToken('The access token was not issued by this service.');
}

/** For a request without a token: the challenge has no error code (RFC 6750 section 3.1). */
export function unauthenticated(detail: string) {
  return httpErrors.unauthenticated({ detail, headers: { 'www-authenticate': 'Bearer' } });
}

/** For a token, or an API key, that is not good. */
export function invalidToken(detail: string) {
  return httpErrors.unauthenticated({ detail, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } });
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
