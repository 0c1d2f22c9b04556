/**
 * Sessions in which an operator acts in the name of a user. Such a session has no refresh token; its access tokens name who acts
 * (RFC 8693 section 4.1). Not here: who may begin one, and why (`features/operator`).
 */
import { and, eq, gt, isNull } from 'drizzle-orm';
import { type Clock, SECOND_MS } from '../../platform/clock.ts';
import type { Database, Executor, Transaction } from '../../platform/database/database.ts';
import { newId } from '../../platform/security/random.ts';
import type { AccessTokens, ActorClaim } from './access-tokens.ts';
import type { UserCaller } from './authentication.ts';
import { sessions } from './schema.ts';
import type { Session, Sessions } from './sessions.ts';

/** A session in which somebody acts in the name of `userId`. */
export interface ActingIn {
  readonly id: string;
  readonly userId: string;
  readonly actorId: string;
  readonly mayChange: boolean;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

export interface ActingSessions {
  /** Begins a session of `actorId` in the name of a user, whose account is locked. */
  begin(tx: Transaction, userId: string, how: Pick<ActingIn, 'actorId' | 'mayChange' | 'expiresAt'>): Promise<ActingIn>;
  /**
   * An access token of the session, which ends with it at the latest.
   * @param actor the caller who acts: the token is refused once that session ends, and says what they have proven
   * @returns the token and its lifetime in seconds
   */
  issue(session: ActingIn, actor: UserCaller): Promise<{ accessToken: string; expiresIn: number }>;
  /** The living sessions in which a person acts, the newest first. */
  listBy(executor: Executor, actorId: string): Promise<ActingIn[]>;
  /** Ends one of them, all of a person who acts, or all in the name of a user. @returns those that were alive */
  end(tx: Transaction, which: { id?: string; actorId?: string; userId?: string }): Promise<ActingIn[]>;
}

export interface ActingSessionsOptions {
  db: Database;
  clock: Clock;
  sessions: Pick<Sessions, 'beginActing' | 'end'>;
  tokens: AccessTokens;
}

/** Nobody has proven a factor of the user, so it is never a recent proof. */
const NEVER = new Date(0);

export function createActingSessions({ clock, sessions: store, tokens }: ActingSessionsOptions): ActingSessions {
  const living = ({ id, actorId, userId }: { id?: string; actorId?: string; userId?: string }) =>
    and(
      ...[isNull(sessions.endedAt), gt(sessions.expiresAt, clock.now())],
      id === undefined ? undefined : eq(sessions.id, id),
      actorId === undefined ? undefined : eq(sessions.actorId, actorId),
      userId === undefined ? undefined : eq(sessions.userId, userId),
    );

  return {
    async begin(tx, userId, { actorId, mayChange, expiresAt }) {
      const session = { userId, id: newId(), amr: [], authTime: NEVER };
      await store.beginActing(tx, session, { actorId, actorMayChange: mayChange, expiresAt });
      return { id: session.id, userId, actorId, mayChange, createdAt: clock.now(), expiresAt };
    },

    async issue({ id, userId, mayChange, expiresAt }, actor) {
      await tokens.hear();
      const act: ActorClaim = {
        ...{ sub: actor.userId, sid: actor.sessionId, changes: mayChange, amr: [...(actor.amr ?? [])] },
        auth_time: Math.floor((actor.authTime ?? NEVER).getTime() / SECOND_MS),
      };
      const accessToken = tokens.issue({ userId, id, amr: [], authTime: NEVER }, { act }, expiresAt);
      const left = Math.floor((expiresAt.getTime() - clock.now().getTime()) / 1_000);
      return { accessToken, expiresIn: Math.min(tokens.lifetimeSeconds, left) };
    },

    async listBy(executor, actorId) {
      const found = await executor.select().from(sessions).where(living({ actorId })).orderBy(sessions.createdAt);
      return found.map(present).reverse();
    },

    async end(tx, which) {
      const found = await tx.select().from(sessions).where(living(which)).orderBy(sessions.userId);
      for (const { userId, id } of found) await store.end(tx, userId, 'acting_ended', { only: id });
      return found.map(present);
    },
  };
}

const present = ({ id, userId, actorId, actorMayChange, createdAt, expiresAt }: Session): ActingIn => ({
  ...{ id, userId, createdAt },
  actorId: actorId!,
  mayChange: actorMayChange!,
  expiresAt: expiresAt!,
});
