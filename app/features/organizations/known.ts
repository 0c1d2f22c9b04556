/** What decides about requests to organizations, kept in memory: which organizations are open, who belongs to them, and their API keys. */
import { and, eq, isNull, sql } from 'drizzle-orm';
import { announce } from '../../platform/database/changes/announcing.ts';
import type { ChangeFeed } from '../../platform/database/changes/feed.ts';
import { createMemory, type Memory } from '../../platform/database/changes/memory.ts';
import type { Database, Executor, Transaction } from '../../platform/database/database.ts';
import { users } from '../accounts/schema.ts';
import type { Role } from './roles.ts';
import { apiKeys, memberships, organizations } from './schema.ts';

const ORGANIZATION = 'organization';
const MEMBERSHIP = 'membership';
const API_KEY = 'api_key';
const MAX_KNOWN = 50_000;

/** What of a key decides about a request. */
const judgedColumns = {
  organizationId: apiKeys.organizationId,
  id: apiKeys.id,
  hash: apiKeys.hash,
  previousHash: apiKeys.previousHash,
  previousExpiresAt: apiKeys.previousExpiresAt,
  scopes: apiKeys.scopes,
  grants: apiKeys.grants,
  createdBy: apiKeys.createdBy,
  expiresAt: apiKeys.expiresAt,
  revokedAt: apiKeys.revokedAt,
};
export type JudgedKey = Readonly<Pick<typeof apiKeys.$inferSelect, keyof typeof judgedColumns>>;

/** Undefined where there is none. */
type Found<Value> = Value | undefined | Promise<Value | undefined>;

/** Where decisions look things up: in memory, or in a transaction that decides again. */
export interface Known {
  /** True for an organization that is not deleted. */
  isOpen(organizationId: string): Found<true>;
  roleOf(organizationId: string, userId: string): Found<Role>;
  keyOf(organizationId: string, keyId: string): Found<JudgedKey>;
  /** True for an account that is neither suspended nor deleted. */
  isActive(userId: string): Found<boolean>;
}

/** Tells every process, once `tx` has committed, that an organization was deleted or is open again. */
export const announceOrganization = (tx: Transaction, organizationId: string) =>
  announce(tx, ORGANIZATION, organizationId);

/** The same for the role of a member, or its end. */
export const announceMembership = (tx: Transaction, organizationId: string, userId: string) =>
  announce(tx, MEMBERSHIP, `${organizationId} ${userId}`);

/** The same for API keys. */
export const announceKeys = (tx: Transaction, organizationId: string, ...keyIds: readonly string[]) =>
  announce(tx, API_KEY, ...keyIds.map((id) => `${organizationId} ${id}`));

export interface KnownOptions {
  db: Database;
  feed: ChangeFeed;
  users: { readonly known: Memory<{ readonly isActive: boolean }> };
}

export function createKnown({ db, feed, users }: KnownOptions): Known {
  const stored = knownIn(db);
  const remember = <Value>(kind: string, read: (...ids: [string, string]) => Promise<Value | undefined>) =>
    createMemory<Value>({
      ...{ feed, kind, max: MAX_KNOWN, ownedBy: ORGANIZATION },
      read: (key) => read(...(key.split(' ') as [string, string])),
    });
  const open = createMemory({ feed, kind: ORGANIZATION, max: MAX_KNOWN, read: stored.isOpen });
  const roles = remember(MEMBERSHIP, stored.roleOf);
  const keys = remember(API_KEY, stored.keyOf);
  return {
    isOpen: (organizationId) => open.get(organizationId),
    roleOf: (organizationId, userId) => roles.get(`${organizationId} ${userId}`),
    keyOf: (organizationId, keyId) => keys.get(`${organizationId} ${keyId}`),
    async isActive(userId) {
      return (await users.known.get(userId))?.isActive;
    },
  };
}

/** The same by statements, prepared on the pool or on the connection of a transaction. */
export function knownIn(executor: Executor) {
  const { placeholder } = sql;
  const organization = executor
    .select({ id: organizations.id })
    .from(organizations)
    .where(and(eq(organizations.id, placeholder('organizationId')), isNull(organizations.purgeAt)))
    .prepare('organization_is_open');
  const role = executor
    .select({ role: memberships.role })
    .from(memberships)
    .where(
      and(eq(memberships.organizationId, placeholder('organizationId')), eq(memberships.userId, placeholder('userId'))),
    )
    .prepare('membership_role');
  const key = executor
    .select(judgedColumns)
    .from(apiKeys)
    .where(and(eq(apiKeys.organizationId, placeholder('organizationId')), eq(apiKeys.id, placeholder('id'))))
    .prepare('api_key_judged');
  const user = executor
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.id, placeholder('userId')), isNull(users.suspendedAt), isNull(users.purgeAt)))
    .prepare('user_is_active');
  return {
    isOpen: async (organizationId: string): Promise<true | undefined> =>
      (await organization.execute({ organizationId })).length > 0 || undefined,
    roleOf: async (organizationId: string, userId: string) => (await role.execute({ organizationId, userId }))[0]?.role,
    keyOf: async (organizationId: string, id: string): Promise<JudgedKey | undefined> =>
      (await key.execute({ organizationId, id }))[0],
    isActive: async (userId: string) => (await user.execute({ userId })).length > 0,
  } satisfies Known;
}
