/** Creates tokens of the seeded users with the service's own code and the keys in its database. */
import { type AccessTokens, createAccessTokens } from '../app/features/accounts/access-tokens.ts';
import { formatRefreshToken } from '../app/features/accounts/refresh-tokens.ts';
import type { AuthenticationMethod } from '../app/features/accounts/schema.ts';
import { createSigningKeys, type SigningKey } from '../app/features/accounts/signing-keys.ts';
import { MINUTE_MS, systemClock } from '../app/platform/clock.ts';
import { createChangeFeed } from '../app/platform/database/changes/feed.ts';
import { openDatabase } from '../app/platform/database/database.ts';
import { createLogger } from '../app/platform/telemetry/logger.ts';
import { SESSION_SECRET, sealer, sessionId, userId } from './seed.ts';

export const API_URL = 'https://api.example.com';
export const TOKEN_LIFETIME_SECONDS = 600;

export interface Tokens {
  readonly signingKey: SigningKey;
  /** A new access token of a session. */
  access(user: number, session?: number, amr?: readonly AuthenticationMethod[]): string;
}

/** Reads the signing key, or creates one if no service has been started on the database. */
export async function openTokens(databaseUrl: string): Promise<Tokens> {
  const db = openDatabase({
    url: databaseUrl,
    poolSize: 1,
    lanes: 1,
    preparedStatements: true,
    statementTimeoutMs: 10_000,
    applicationName: 'plinth bench',
  });
  const feed = createChangeFeed({ url: databaseUrl, preparedStatements: true });
  const keys = createSigningKeys({
    db,
    sealer,
    clock: systemClock,
    feed,
    closed: new AbortController().signal,
    logger: createLogger({ level: 'silent', release: 'bench' }),
    tokenLifetimeMs: 10 * MINUTE_MS,
  });
  await keys.start();
  await feed.close();
  await db.$client.end();
  const tokens: AccessTokens = createAccessTokens({
    keys,
    clock: systemClock,
    issuer: API_URL,
    audience: API_URL,
    lifetimeSeconds: TOKEN_LIFETIME_SECONDS,
  });
  return {
    signingKey: keys.current(),
    access: (user, session = 0, amr = ['pwd']) =>
      tokens.issue({ userId: userId(user), id: sessionId(user, session), amr, authTime: new Date() }),
  };
}

/** The current refresh token of a session that has not been refreshed. */
export function firstRefreshToken(user: number, session: number): string {
  return formatRefreshToken(userId(user), sessionId(user, session), 1, SESSION_SECRET);
}
