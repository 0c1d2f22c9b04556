/** Who is an operator: granted and revoked at the command line only, and kept in memory by every process (decision 12). */
import { eq } from 'drizzle-orm';
import type { Clock } from '../../platform/clock.ts';
import { announce } from '../../platform/database/changes/announcing.ts';
import type { ChangeFeed } from '../../platform/database/changes/feed.ts';
import { createMemory } from '../../platform/database/changes/memory.ts';
import type { Database, Executor, Transaction } from '../../platform/database/database.ts';
import { transact } from '../../platform/database/retry.ts';
import { newId } from '../../platform/security/random.ts';
import type { Accounts, ActingIn, User } from '../accounts/accounts.ts';
import { isActive } from '../accounts/accounts.ts';
import type { Audit } from '../audit/audit.ts';
import type { Email } from '../email/email.ts';
import { operatorErrors } from './errors.ts';
import { operators } from './schema.ts';

export interface Operators {
  /** From memory. */
  isOperator(userId: string): boolean | Promise<boolean>;
  /** As it is in a transaction. The row is locked for share, so that it stays until the transaction ends. */
  isOperatorIn(tx: Transaction, userId: string): Promise<boolean>;
  find(executor: Executor, userId: string): Promise<typeof operators.$inferSelect | undefined>;
  list(): Promise<{ id: string; email: string; since: Date }[]>;
  /** Makes a person an operator, and tells them. @returns whether they were none. @throws `account_not_open` */
  make(user: Pick<User, 'id'>): Promise<boolean>;
  /** Ends the right, and whatever the person does in the name of others. @returns whether they were one */
  revoke(user: Pick<User, 'id'>): Promise<boolean>;
  /** Ends what a person does in the name of others, in a transaction that ends their own right. */
  endActing(tx: Transaction, actorId: string): Promise<void>;
}

export interface OperatorsOptions {
  db: Database;
  clock: Clock;
  feed: ChangeFeed;
  accounts: Pick<Accounts, 'users' | 'acting'>;
  audit: Audit;
  email: Pick<Email, 'sendEmail'>;
  appUrl: string;
}

/** Operators are kept in memory under their user id. */
const KIND = 'operator';
const MAX_KNOWN = 1_000;

export function createOperators(options: OperatorsOptions): Operators {
  const { db, clock, feed, accounts, audit, email, appUrl } = options;
  const { users: people } = accounts;
  const byCommand = { type: 'operator' } as const;

  async function find(executor: Executor, userId: string) {
    const [row] = await executor.select().from(operators).where(eq(operators.userId, userId));
    return row;
  }

  const known = createMemory<true>({
    ...{ feed, kind: KIND, max: MAX_KNOWN },
    read: async (userId) => ((await find(db, userId)) ? true : undefined),
  });

  async function tell(tx: Transaction, user: User, template: 'operator-made' | 'operator-revoked', url: string) {
    await email.sendEmail(tx, {
      ...{ template, to: user.email, locale: user.locale, userId: user.id, key: `${template}:${newId()}` },
      data: { name: user.name, at: clock.now().toISOString(), url },
    });
  }

  async function recordEnds(tx: Transaction, ended: readonly ActingIn[]): Promise<void> {
    for (const { id, userId, actorId } of ended) {
      const target = { type: 'session', id };
      const event = {
        ownerId: userId,
        action: 'impersonation.ended',
        target,
        details: { operatorId: actorId },
      } as const;
      await audit.append(tx, { ...event, actor: { type: 'system' } });
    }
  }

  async function endActing(tx: Transaction, actorId: string): Promise<void> {
    await recordEnds(tx, await accounts.acting.end(tx, { actorId }));
  }

  return {
    isOperator(userId) {
      const found = known.get(userId);
      return found instanceof Promise ? found.then((is) => is === true) : found === true;
    },

    async isOperatorIn(tx, userId) {
      const rows = await tx.select().from(operators).where(eq(operators.userId, userId)).for('share');
      return rows.length > 0;
    },

    find,
    endActing,

    async list() {
      const rows = await db.select().from(operators).orderBy(operators.createdAt);
      const found = await Promise.all(rows.map(async (row) => ({ row, user: await people.find(row.userId) })));
      return found.flatMap(({ row, user }) => (user ? [{ id: user.id, email: user.email, since: row.createdAt }] : []));
    },

    make: ({ id }) =>
      transact(db, async (tx) => {
        const user = await people.lock(tx, id);
        if (!user || !isActive(user) || user.emailVerifiedAt === null) throw operatorErrors.account_not_open();
        const row = { userId: id, createdAt: clock.now() };
        const { rowCount } = await tx.insert(operators).values(row).onConflictDoNothing();
        if (rowCount === 0) return false;
        announce(tx, KIND, id);
        // Nobody acts in the name of an operator, not even one who has begun before.
        await recordEnds(tx, await accounts.acting.end(tx, { userId: id }));
        const target = { type: 'user', id };
        await audit.append(tx, { ownerId: id, action: 'operator.made', actor: byCommand, target });
        await tell(tx, user, 'operator-made', `${appUrl}/sign-in?next=/account/security`);
        return true;
      }),

    revoke: ({ id }) =>
      transact(db, async (tx) => {
        const user = await people.lock(tx, id);
        const { rowCount } = await tx.delete(operators).where(eq(operators.userId, id));
        if (!user || rowCount === 0) return false;
        announce(tx, KIND, id);
        await endActing(tx, id);
        const target = { type: 'user', id };
        await audit.append(tx, { ownerId: id, action: 'operator.revoked', actor: byCommand, target });
        await tell(tx, user, 'operator-revoked', appUrl);
        return true;
      }),
  };
}
