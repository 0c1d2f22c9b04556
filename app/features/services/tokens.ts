/** Tokens for other services: exchanging an access token for one (RFC 8693), and asking about one (RFC 7662). */
import { and, eq } from 'drizzle-orm';
import { SECOND_MS } from '../../platform/clock.ts';
import type { Database, Transaction } from '../../platform/database/database.ts';
import { transact } from '../../platform/database/retry.ts';
import { Problem } from '../../platform/errors.ts';
import {
  type AccessTokens,
  type Accounts,
  accountErrors,
  type ProvenSession,
  provenOf,
  type UserCaller,
} from '../accounts/accounts.ts';
import { sessions } from '../accounts/schema.ts';
import type { Authorization, Standing } from '../organizations/organizations.ts';
import type { ServiceCaller } from './clients.ts';
import { serviceTokenErrors } from './errors.ts';

/** Claims beyond those of every access token. */
export interface ServiceClaims {
  /** The organization that the token speaks for. */
  readonly organization: string;
  readonly role: Standing['role'];
  readonly permissions: Standing['permissions'];
}

/** The claims of a token that is good at this moment, with the role and permissions of this moment. */
export type ActiveClaims = Awaited<ReturnType<AccessTokens['verify']>> &
  ServiceClaims & { readonly iss: string; readonly aud: string; readonly client_id: string };

export interface ServiceTokens {
  /**
   * A token for `audience`, with the standing of the caller in one organization.
   * @returns the token and its lifetime in seconds
   * @throws `invalid_target`; `not_found` if the caller is no member; `session_revoked`; `Authorization.admissionErrors`
   */
  exchange(
    caller: UserCaller,
    target: { audience: string; organization: string },
  ): Promise<{ token: string; lifetimeSeconds: number }>;
  /** @returns undefined for a token that is not good, or is for the audience of another client, or does not satisfy the policy of its organization */
  introspect(client: ServiceCaller, token: string): Promise<ActiveClaims | undefined>;
}

export interface ServiceTokensOptions {
  db: Database;
  accounts: Pick<Accounts, 'tokensFor'>;
  authorization: Pick<Authorization, 'grant' | 'standing'>;
  /** Those that service clients name. */
  audiences: readonly string[];
}

export function createServiceTokens({ db, accounts, authorization, audiences }: ServiceTokensOptions): ServiceTokens {
  const byAudience = new Map(audiences.map((audience) => [audience, accounts.tokensFor(audience)]));

  return {
    async exchange(caller, { audience, organization }) {
      const tokens = byAudience.get(audience);
      if (!tokens) throw serviceTokenErrors.invalid_target({ extensions: { error: 'invalid_target' } });
      const [session, standing] = await transact(db, async (tx) => {
        const granted = await authorization.grant(tx, organization, caller);
        return [await sessionOf(tx, caller), granted] as const;
      });
      await tokens.hear();
      const claims: ServiceClaims = { organization, ...standing };
      return {
        token: tokens.issue(session, claims),
        lifetimeSeconds: tokens.lifetimeSeconds,
      };
    },

    async introspect(client, token) {
      const audience = client.audiences.find((each) => each === audienceOf(token));
      const claims = audience && (await verified(byAudience.get(audience)!, token));
      if (!claims) return undefined;
      const { sub: userId, sid: sessionId, amr, auth_time } = claims;
      const authTime = auth_time === undefined ? undefined : new Date(auth_time * SECOND_MS);
      const caller: UserCaller = { kind: 'user', userId, sessionId, amr, authTime };
      const standing = await authorization.standing(claims.organization, caller);
      return standing && { ...claims, ...standing };
    },
  };
}

/** How and when the session was proven, for the claims of its tokens. @throws `session_revoked` */
async function sessionOf(tx: Transaction, { userId, sessionId }: UserCaller): Promise<ProvenSession> {
  const [session] = await tx
    .select()
    .from(sessions)
    .where(and(eq(sessions.userId, userId), eq(sessions.id, sessionId)));
  if (!session) throw accountErrors.session_revoked();
  return provenOf(session);
}

/** The `aud` of a token, unverified. */
function audienceOf(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).aud;
  } catch {
    return undefined;
  }
}

/** @returns undefined for a token that is refused */
async function verified(tokens: AccessTokens, token: string): Promise<ActiveClaims | undefined> {
  try {
    return (await tokens.verify(token)) as ActiveClaims;
  } catch (error) {
    if (error instanceof Problem && error.status === 401) return undefined;
    throw error;
  }
}
