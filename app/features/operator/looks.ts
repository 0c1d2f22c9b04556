/** Records what operators look at. A look at a person or an organization is in its trail; every other one is in the operator's own. */
import { eq } from 'drizzle-orm';
import type { Database, Transaction } from '../../platform/database/database.ts';
import { httpErrors } from '../../platform/http/errors.ts';
import { users } from '../accounts/schema.ts';
import type { Audit, AuditAction } from '../audit/audit.ts';
import type { OperatorAccess } from './guard.ts';

export interface Looks {
  /** A look at something of a person. @param what e.g. `sessions` @throws `not_found` */
  atUser(access: OperatorAccess, userId: string, what: string): Promise<void>;
  /** The same of an organization that is there. */
  at(access: OperatorAccess, ownerId: string, what: string): Promise<void>;
  /** A look at what is nobody's, such as the queues. */
  around(access: OperatorAccess, what: string): Promise<void>;
  searched(access: OperatorAccess, query: { text: string; address: string | undefined }, found: number): Promise<void>;
  /**
   * A change with its reason, in the trail of the user whom it is about; in the operator's own if it is about nobody, or about somebody who is
   * purged.
   */
  changed(
    tx: Transaction,
    access: OperatorAccess,
    change: { action: AuditAction; userId: string | null; target: { type: string; id: string }; details: object },
  ): Promise<void>;
}

export interface LooksOptions {
  db: Database;
  audit: Audit;
}

/** Ids, numbers and the like. Text without a digit may be a name, which stays out of a trail that nobody can change. */
const TECHNICAL = /^(?=.*\d)[\w.-]{1,100}$/;

export function createLooks({ db, audit }: LooksOptions): Looks {
  const common = ({ actor, origin }: OperatorAccess) => ({ actor, origin });

  /** A person who is purged meanwhile must not get a new trail. */
  async function isThere(tx: Transaction, userId: string): Promise<boolean> {
    const rows = await tx.select({ id: users.id }).from(users).where(eq(users.id, userId)).for('key share');
    return rows.length > 0;
  }

  async function view(access: OperatorAccess, ownerId: string, what: string, tx: Transaction): Promise<void> {
    await audit.append(tx, { ownerId, action: 'operator.viewed', ...common(access), details: { what } });
  }

  return {
    at: (access, ownerId, what) => db.transaction((tx) => view(access, ownerId, what, tx)),
    atUser: (access, userId, what) =>
      db.transaction(async (tx) => {
        if (!(await isThere(tx, userId))) throw httpErrors.not_found();
        await view(access, userId, what, tx);
      }),
    around: (access, what) => db.transaction((tx) => view(access, access.userId, what, tx)),

    async searched(access, { text, address }, found) {
      const ownerId = access.userId;
      const query = TECHNICAL.test(text) ? { query: text } : {};
      await db.transaction(async (tx) => {
        const details = { found, ...(address ? await audit.refer(tx, ownerId, address) : query) };
        await audit.append(tx, { ownerId, action: 'operator.searched', ...common(access), details });
      });
    },

    async changed(tx, access, { action, userId, target, details }) {
      const ownerId = userId !== null && (await isThere(tx, userId)) ? userId : access.userId;
      await audit.append(tx, { ownerId, action, ...common(access), target, details: { ...details } });
    },
  };
}
