/** Limits on how many things an organization has, e.g. projects. The feature that stores the things counts them; the plan sets the limit. */
import { sql } from 'drizzle-orm';
import type { Database, Executor, Transaction } from '../../../platform/database/database.ts';
import type { Limit } from '../catalog/catalog.ts';
import type { Entitlements } from './entitlements.ts';
import { limitReached } from './usage.ts';

/** @returns how many things of one kind an organization has now */
export type Counting = (executor: Executor, organizationId: string) => Promise<number>;

export interface Room {
  /** Says how the things of a limit are counted. @throws Error if the limit is counted already */
  countBy(limit: Limit, counting: Counting): void;
  /**
   * Refuses to add things beyond the limit. Two transactions that add things of one limit to one organization run one after the other from
   * here on, so both cannot take the last place.
   * @param adding how many things the transaction is about to add
   * @throws `limit_reached` with the plan that would allow it
   * @throws Error if nobody counts the limit
   */
  require(tx: Transaction, organizationId: string, limit: Limit, adding?: number): Promise<void>;
  /** How many things of each counted limit an organization has. */
  counted(organizationId: string): Promise<Partial<Record<Limit, number>>>;
}

export interface RoomOptions {
  db: Database;
  entitlements: Entitlements;
}

export function createRoom({ db, entitlements }: RoomOptions): Room {
  const countings = new Map<Limit, Counting>();

  return {
    countBy(limit, counting) {
      if (countings.has(limit)) throw new Error(`the limit ${limit} is counted already`);
      countings.set(limit, counting);
    },

    async require(tx, organizationId, limit, adding = 1) {
      const counting = countings.get(limit);
      if (!counting) throw new Error(`nobody counts the limit ${limit}: call billing.room.countBy`);
      const { limits } = await entitlements.of(organizationId);
      const max = limits[limit];
      if (max === null) return;
      // A lock of its own: the organization's row is locked for share already, and cannot be locked more without a deadlock.
      await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`${limit}:${organizationId}`}, 0))`);
      if ((await counting(tx, organizationId)) + adding > max) throw limitReached(limit, max);
    },

    async counted(organizationId) {
      const counts = await Promise.all(
        [...countings].map(async ([limit, counting]) => [limit, await counting(db, organizationId)] as const),
      );
      return Object.fromEntries(counts);
    },
  };
}
