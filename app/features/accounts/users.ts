/** Looking users up, and what of a user is shown. */
import { and, eq, isNull, type SQL, sql } from 'drizzle-orm';
import { announce } from '../../platform/database/changes/announcing.ts';
import type { ChangeFeed } from '../../platform/database/changes/feed.ts';
import { createMemory, type Memory } from '../../platform/database/changes/memory.ts';
import type { Database, Executor, Transaction } from '../../platform/database/database.ts';
import { prepare } from '../../platform/database/prepared.ts';
import { newId } from '../../platform/security/random.ts';
import { accountErrors } from './errors.ts';
import { identities } from './providers/schema.ts';
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

/** What of a user is kept in memory. */
export interface KnownUser {
  readonly view: Readonly<UserView>;
  /** Not suspended and not deleted. */
  readonly isActive: boolean;
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
  /** What is shown of a user, and whether the account is active: from memory. */
  readonly known: Memory<KnownUser>;
  /** The same for someone whose session is good. @throws `session_revoked` when the user is gone */
  require(id: string): Promise<User>;
  /** What someone whose session is good sees of themself: the hot path, so from memory. @throws `session_revoked` when the user is gone */
  view(id: string): UserView | Promise<UserView>;
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

/** Users are kept in memory under their id. */
const KIND = 'user';
const MAX_KNOWN = 50_000;

/** Tells every process, once `tx` has committed, to read these users anew. For whatever changes a row of `users`. */
export function announceUser(tx: Transaction, ...ids: readonly string[]): void {
  announce(tx, KIND, ...ids);
}

/**
 * Deletes users with the names that they hold. On one PostgreSQL the names' keys would cascade; a sharded one has the names on other nodes, and no
 * such keys.
 * @returns the deleted rows
 */
export async function deleteUsers(tx: Transaction, which: SQL | undefined): Promise<User[]> {
  const gone = await tx.delete(users).where(which).returning();
  for (const { id, email } of gone) {
    await tx.delete(emailAddresses).where(and(eq(emailAddresses.address, email), eq(emailAddresses.userId, id)));
    await tx.delete(identities).where(eq(identities.userId, id));
  }
  announceUser(tx, ...gone.map(({ id }) => id));
  return gone;
}

export function createUsers(db: Database, feed: ChangeFeed): Users {
  const byId = db
    .select()
    .from(users)
    .where(eq(users.id, sql.placeholder('id')))
    .prepare('user_by_id');
  const knownById = db
    .select({ ...shown, suspendedAt: users.suspendedAt, purgeAt: users.purgeAt })
    .from(users)
    .where(eq(users.id, sql.placeholder('id')))
    .prepare('user_known_by_id');

  const known = createMemory<KnownUser>({
    feed,
    kind: KIND,
    max: MAX_KNOWN,
    async read(id) {
      const [user] = await knownById.execute({ id });
      return user && { view: presentUser(user), isActive: isActive(user) };
    },
  });

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
    known,
    view(id) {
      const user = known.get(id);
      return user instanceof Promise ? user.then(viewOf) : viewOf(user);
    },
    async lock(tx, id, strength = 'update') {
      const [user] = await tx.select().from(users).where(eq(users.id, id)).for(strength);
      return user;
    },
    async findByAddress(executor, address) {
      const [user] = await executor
        .select()
        .from(users)
        .where(eq(users.id, await holderOf(executor, address)));
      return user;
    },
  };
}

function viewOf(user: KnownUser | undefined): UserView {
  if (!user) throw accountErrors.session_revoked();
  return user.view;
}

const holder = prepare<{ user_id: string }>(
  'address_holder',
  sql`select user_id from ${emailAddresses} where address = ${sql.placeholder('address')}`,
);

/**
 * Whose address it is. Two statements by one key each find a user by address: a join of both tables would visit every node of a sharded PostgreSQL.
 * @returns an id that nobody has where the address is free, so that the same statement follows
 */
export async function holderOf(executor: Executor, address: string): Promise<string> {
  const [row] = await holder(executor, { address });
  return row?.user_id ?? newId();
}

/** The same as a condition. */
export const active = and(isNull(users.suspendedAt), isNull(users.purgeAt));

/** True if the account is open to its owner: not suspended and not deleted. */
export function isActive(user: Pick<User, 'suspendedAt' | 'purgeAt'>): boolean {
  return user.suspendedAt === null && user.purgeAt === null;
}
