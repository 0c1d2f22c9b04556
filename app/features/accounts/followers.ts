import type { Transaction } from '../../platform/database/database.ts';
import type { RequestOrigin } from '../../platform/http/caller.ts';
import type { AuditAction, AuditEntry } from '../audit/audit.ts';
import type { User } from './users.ts';

/** An account was suspended or deleted, or is open again. */
export interface AccountStateChange {
  userId: string;
  /** The audit action that changed it, and who did that. */
  cause: AuditAction;
  actor: AuditEntry['actor'];
  origin?: RequestOrigin;
}

/** The work of later features when something happens to a user, in its transaction. */
export interface AccountFollower {
  /** A user was verified for the first time. */
  verified(tx: Transaction, user: User): Promise<void>;
  /** A user asks to be deleted; throwing refuses. */
  deletionRequested(tx: Transaction, userId: string): Promise<void>;
  /** An account that was open is closed, by its owner or by an operator. */
  closed(tx: Transaction, change: AccountStateChange): Promise<void>;
  /** An account is neither deleted nor suspended any more. */
  reopened(tx: Transaction, change: AccountStateChange): Promise<void>;
  /**
   * A user is about to be purged. In transactions of its own, and repeatable: a purge that stopped is continued.
   * @param addresses those that only this user has confirmed
   */
  purging(userId: string, addresses: readonly string[]): Promise<void>;
  /** The data about a user in other features, by name, for the export. Many rows are an async iterable of batches. */
  exportFor(userId: string): Record<string, unknown>;
}

/** All followers as one. Each is asked in the order in which it was added, for what it has. */
export interface AccountFollowers extends AccountFollower {
  add(follower: Partial<AccountFollower>): void;
}

export function createAccountFollowers(): AccountFollowers {
  const all: Partial<AccountFollower>[] = [];
  return {
    add: (follower) => void all.push(follower),
    async verified(tx, user) {
      for (const follower of all) await follower.verified?.(tx, user);
    },
    async deletionRequested(tx, userId) {
      for (const follower of all) await follower.deletionRequested?.(tx, userId);
    },
    async closed(tx, change) {
      for (const follower of all) await follower.closed?.(tx, change);
    },
    async reopened(tx, change) {
      for (const follower of all) await follower.reopened?.(tx, change);
    },
    async purging(userId, addresses) {
      for (const follower of all) await follower.purging?.(userId, addresses);
    },
    exportFor: (userId) => Object.assign({}, ...all.map((follower) => follower.exportFor?.(userId))),
  };
}
