import type { Database, Transaction } from './database.ts';
import { isStalePlan, isTransient } from './failures.ts';

const ATTEMPTS = 4;

/**
 * Runs `work` in a transaction, and retries it after a conflict with another one (deadlock, serialization failure), or
 * on another connection if this one can no longer run one of the statements. `work` must have no
 * effect outside the transaction.
 * @throws the error that `work` throws; after four attempts, the last transient error
 */
export async function transact<T>(db: Database, work: (tx: Transaction) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await db.transaction(work);
    } catch (error) {
      if (attempt === ATTEMPTS || !(isTransient(error) || isStalePlan(error))) throw error;
    }
  }
}
