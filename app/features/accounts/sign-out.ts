/** Signing out, here or elsewhere. */
import type { Database } from '../../platform/database/database.ts';
import { transact } from '../../platform/database/retry.ts';
import { Problem } from '../../platform/errors.ts';
import type { RequestOrigin } from '../../platform/http/caller.ts';
import type { Metrics } from '../../platform/telemetry/metrics.ts';
import type { Audit } from '../audit/audit.ts';
import type { UserCaller } from './authentication.ts';
import type { Callers } from './callers.ts';
import type { Refreshing } from './refreshing.ts';
import type { Sessions } from './sessions.ts';

export interface SignOut {
  /**
   * Ends one of the caller's sessions. Another one than the one that asks needs a recent proof (OWASP ASVS 5.0 V7.5.2): whoever has stolen an
   * access token must not be able to keep the owner out.
   * @returns false when there is no such living session. @throws `session_revoked`, `recent_sign_in_required`
   */
  endOne(caller: UserCaller, sessionId: string, origin: RequestOrigin): Promise<boolean>;
  /** Ends the session of a refresh token. Does nothing for any other text, and for a session that is over (RFC 7009 section 2.2). */
  endByRefreshToken(text: string, origin: RequestOrigin): Promise<void>;
  /** Ends all of the caller's sessions but the one that asks, after a recent proof. @returns how many. @throws as `endOne` */
  endOthers(caller: UserCaller, origin: RequestOrigin): Promise<number>;
}

export interface SignOutOptions {
  db: Database;
  callers: Callers;
  sessions: Sessions;
  refreshing: Pick<Refreshing, 'sessionOf'>;
  audit: Audit;
  metrics: Metrics;
}

export function createSignOut({ db, callers, sessions, refreshing, audit, metrics }: SignOutOptions): SignOut {
  async function end(
    caller: UserCaller,
    which: { only?: string; except?: string },
    origin: RequestOrigin,
  ): Promise<number> {
    const reason = which.only === caller.sessionId ? 'signed_out' : 'ended_by_user';
    const ended = await transact(db, async (tx) => {
      await callers.lock(tx, caller, 'update');
      if (which.only !== caller.sessionId) await callers.requireRecent(tx, caller);
      const ids = await sessions.end(tx, caller.userId, reason, which);
      for (const id of ids) {
        const actor = { type: 'user', id: caller.userId } as const;
        await audit.append(tx, {
          ownerId: caller.userId,
          action: 'session.ended',
          actor,
          target: { type: 'session', id },
          origin,
        });
      }
      return ids.length;
    });
    if (ended > 0) metrics.auth_events_total.inc({ event: 'sign_out', outcome: 'success' }, ended);
    return ended;
  }

  return {
    endOne: async (caller, sessionId, origin) => (await end(caller, { only: sessionId }, origin)) === 1,
    async endByRefreshToken(text, origin) {
      try {
        const session = await refreshing.sessionOf(text);
        await end({ kind: 'user', ...session }, { only: session.sessionId }, origin);
      } catch (error) {
        if (!(error instanceof Problem && error.status === 401)) throw error;
      }
    },
    endOthers: (caller, origin) => end(caller, { except: caller.sessionId }, origin),
  };
}
