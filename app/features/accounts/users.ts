/** Looking users up, and what of a user is shown. */
import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Database, Executor, Transaction } from '../../platform/database/database.ts';
import { accountErrors } from './errors.ts';
import { emailAddresses, users } from './schema.ts';

export type User = typeof users.$inferSelect;

/** Any number of transactions can hold `share` at the same time, but none while another one holds `update`. */
export type LockStrength = 'share' | 'update';

export interface UserView {
  id: string;
  email: string;
  name: string | null;
  locale: string;
  createdAt: string;
  updatedAt: string;
}

const shown = {
  id: users.id,
  email: users.email,
  name: users.name,
  locale: users.locale,
  createdAt: users.createdAt,
  updatedAt: users.updatedAt,
};

/** A user as they see themself. */
export function presentUser(user: Pick<User, keyof typeof shown>): UserView {
  return {
    id: user.id,
    email: user.email,
    name: user.name,
    locale: user.locale,
    createdAt: user.createdAt.toISOString(),
    updatedAt: user.updatedAt.toISOString(),
  };
}

export interface Users {
  /** A user by id. */
  find(id: string): Promise<User | undefined>;
  /** The same for someone whose session is good. @throws `session_revoked` when the user is gone */
  require(id: string): Promise<User>;
  /** A user as a person with a live session sees themself. It is the most frequent read, so it has no further column. @throws `session_revoked` when the user is gone */
  view(id: string): Promise<UserView>;
  /**
   * Locks an account until the transaction ends. Every transaction that ends a session of the account, or changes its password, address,
   * links or state, locks it for `update`. So a statement that runs after this one sees a state that does not change until the end.
   * @param strength `update` if absent
   * @returns the account as it is now
   */
  lock(tx: Transaction, id: string, strength?: LockStrength): Promise<User | undefined>;
  /** The user whom a canonical address belongs to, verified or not. */
  findByAddress(executor: Executor, address: string): Promise<User | undefined>;
}

export function createUsers(db: Database): Users {
  const byId = db
    .select()
    .from(users)
    .where(eq(users.id, sql.placeholder('id')))
    .prepare('user_by_id');
  const viewById = db
    .select(shown)
    .from(users)
    .where(eq(users.id, sql.placeholder('id')))
    .prepare('user_view_by_id');

  return {
    async find(id) {
      const [user] = await byId.execute({ id });
      return user;
    },
    async require(id) {
      const user = await this.find(id);
      if (!user) throw accountErrors.session_revoked();
      return user;
    },
    async view(id) {
      const [user] = await viewById.execute({ id });
      if (!user) throw accountErrors.session_revoked();
      return presentUser(user);
    },
    async lock(tx, id, strength = 'update') {
      const [user] = await tx.select().from(users).where(eq(users.id, id)).for(strength);
      return user;
    },
    async findByAddress(executor, address) {
      const [row] = await executor
        .select({ user: users })
        .from(emailAddresses)
        .innerJoin(users, eq(users.id, emailAddresses.userId))
        .where(and(eq(emailAddresses.address, address)));
      return row?.user;
    },
  };
}

/** The same as a condition. */
export const active = and(isNull(users.suspendedAt), isNull(users.purgeAt));

/** True if the account is open to its owner: not suspended and not deleted. */
export function isActive(user: User): boolean {
  return user.suspendedAt === null && user.purgeAt === null;
}
