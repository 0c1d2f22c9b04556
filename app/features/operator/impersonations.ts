/** Acting in the name of a user: for a reason, for a limited time, and for reading unless changes are asked for. */
import { after, type Clock, MINUTE_MS } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import { transact } from '../../platform/database/retry.ts';
import { httpErrors } from '../../platform/http/errors.ts';
import type { Accounts, ActingIn } from '../accounts/accounts.ts';
import { isActive } from '../accounts/accounts.ts';
import type { Audit } from '../audit/audit.ts';
import { operatorErrors } from './errors.ts';
import type { OperatorAccess } from './guard.ts';
import type { Operators } from './operators.ts';

/** The longest time for which an operator acts as a user, in minutes. */
export const MAX_MINUTES = 60;
export const DEFAULT_MINUTES = 15;

export interface BegunImpersonation {
  impersonation: ActingIn;
  accessToken: string;
  /** In seconds. */
  expiresIn: number;
}

export interface Impersonations {
  /** @throws `recent_sign_in_required`, `not_found`, `acting_as_operator`, `account_not_open`; the errors of the guard */
  begin(
    access: OperatorAccess,
    userId: string,
    how: { reason: string; minutes: number; mayChange: boolean },
  ): Promise<BegunImpersonation>;
  /** A new access token of one that goes on. @throws `not_found` */
  renew(access: OperatorAccess, id: string): Promise<BegunImpersonation>;
  list(access: OperatorAccess): Promise<ActingIn[]>;
  /** @throws `not_found` */
  end(access: OperatorAccess, id: string): Promise<void>;
}

export interface ImpersonationsOptions {
  db: Database;
  clock: Clock;
  accounts: Pick<Accounts, 'users' | 'acting' | 'callers'>;
  operators: Pick<Operators, 'isOperatorIn'>;
  audit: Audit;
}

export function createImpersonations(options: ImpersonationsOptions): Impersonations {
  const { db, clock, accounts, operators, audit } = options;
  const { acting } = accounts;

  const issue = async (impersonation: ActingIn, { caller }: OperatorAccess) => ({
    impersonation,
    ...(await acting.issue(impersonation, caller)),
  });

  return {
    async begin(access, userId, { reason, minutes, mayChange }) {
      const impersonation = await transact(db, async (tx) => {
        await access.again(tx);
        // A console that was left open is not enough.
        await accounts.callers.requireRecent(tx, access.caller);
        const user = await accounts.users.lock(tx, userId, 'share');
        if (!user) throw httpErrors.not_found();
        if (await operators.isOperatorIn(tx, userId)) throw operatorErrors.acting_as_operator();
        if (!isActive(user) || user.emailVerifiedAt === null) throw operatorErrors.account_not_open();
        const expiresAt = after(clock.now(), minutes * MINUTE_MS);
        const begun = await acting.begin(tx, userId, { actorId: access.userId, mayChange, expiresAt });
        await audit.append(tx, {
          ...{ ownerId: userId, action: 'impersonation.began', actor: access.actor, origin: access.origin },
          target: { type: 'session', id: begun.id },
          details: { reason, mayChange, expiresAt: expiresAt.toISOString() },
        });
        return begun;
      });
      return issue(impersonation, access);
    },

    async renew(access, id) {
      const impersonation = await transact(db, async (tx) => {
        await access.again(tx);
        const found = (await acting.listBy(tx, access.userId)).find((each) => each.id === id);
        if (!found) throw httpErrors.not_found();
        await audit.append(tx, {
          ...{ ownerId: found.userId, action: 'impersonation.renewed', actor: access.actor, origin: access.origin },
          target: { type: 'session', id },
        });
        return found;
      });
      return issue(impersonation, access);
    },

    list: (access) => acting.listBy(db, access.userId),

    async end(access, id) {
      await transact(db, async (tx) => {
        await access.again(tx);
        const [ended] = await acting.end(tx, { id, actorId: access.userId });
        if (!ended) throw httpErrors.not_found();
        await audit.append(tx, {
          ...{ ownerId: ended.userId, action: 'impersonation.ended', actor: access.actor, origin: access.origin },
          target: { type: 'session', id },
        });
      });
    },
  };
}
