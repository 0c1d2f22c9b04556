/** Keys for programs. A key never outranks its creator's role at the time of use (`authorization.ts`). */
import { and, desc, eq, isNotNull, isNull, lt } from 'drizzle-orm';
import { after, type Clock, SECOND_MS } from '../../platform/clock.ts';
import type { Database, Transaction } from '../../platform/database/database.ts';
import { transact } from '../../platform/database/retry.ts';
import { httpErrors } from '../../platform/http/errors.ts';
import { newId } from '../../platform/security/random.ts';
import type { Audit, AuditAction } from '../audit/audit.ts';
import type { Events } from '../events/events.ts';
import { type Access, requireGrant, requirePermission } from './access.ts';
import { hashOfKey, hintOfKey, makeKey } from './api-key-format.ts';
import { organizationErrors } from './errors.ts';
import { announceKeys } from './known.ts';
import type { Memberships } from './memberships.ts';
import type { OwnerNotices } from './owner-notices.ts';
import { mayGrant, type Permission, permissionsOf, type Role, roleNames, withIncluded } from './roles.ts';
import { apiKeys } from './schema.ts';

export type ApiKey = typeof apiKeys.$inferSelect;

export interface ApiKeys {
  /** @returns the key and its secret, which cannot be had again. @throws `forbidden` for a scope the caller lacks, `invalid_expiry` */
  create(
    tx: Transaction,
    access: Access,
    request: { name: string; scopes: readonly Permission[]; expiresAt?: Date | undefined },
  ): Promise<{ key: ApiKey; secret: string }>;
  /** Keys, the newest first, before the key with id `beforeId`. */
  list(organizationId: string, state: KeyState, limit: number, beforeId?: string): Promise<ApiKey[]>;
  /**
   * A key that allows more than its caller may only be made smaller: otherwise an admin could prolong what an owner meant to end.
   * @throws `not_found`, `forbidden`, `invalid_expiry`
   */
  update(
    access: Access,
    keyId: string,
    change: {
      name?: string | undefined;
      scopes?: readonly Permission[] | undefined;
      expiresAt?: Date | null | undefined;
    },
  ): Promise<ApiKey>;
  /**
   * Gives a key another secret; the old one works for `graceSeconds` more. Only for who created it: a key acts in the name, and with the
   * role, of that member.
   * @throws `not_found`, `forbidden`
   */
  rotate(access: Access, keyId: string, graceSeconds: number): Promise<{ key: ApiKey; secret: string }>;
  /**
   * Makes the caller the member in whose name a key acts, so that it goes on when its creator leaves. It keeps the scopes that the caller
   * may grant; its secret stays the same.
   * @throws `not_found`, `forbidden` where the caller's own key ends before this one
   */
  takeOver(access: Access, keyId: string): Promise<ApiKey>;
  /** @throws `not_found` */
  revoke(access: Access, keyId: string): Promise<void>;
}

/** Which keys a list shows. One that has expired is live until it is revoked. */
export const keyStates = ['live', 'revoked', 'all'] as const;
export type KeyState = (typeof keyStates)[number];

export interface ApiKeysOptions {
  db: Database;
  clock: Clock;
  audit: Audit;
  events: Pick<Events, 'emit'>;
  memberships: Memberships;
  notices: Pick<OwnerNotices, 'keyCreated'>;
}

export function createApiKeys({ db, clock, audit, events, memberships, notices }: ApiKeysOptions): ApiKeys {
  const live = (organizationId: string, id: string) =>
    and(eq(apiKeys.organizationId, organizationId), eq(apiKeys.id, id), isNull(apiKeys.revokedAt));

  function requireFuture(expiresAt: Date | null | undefined): void {
    if (expiresAt && expiresAt <= clock.now()) throw organizationErrors.invalid_expiry();
  }

  function requireScopes(access: Access, scopes: readonly Permission[]): void {
    for (const scope of scopes) requirePermission(access.permissions, scope);
  }

  /** The roles that a key may give are checked like its scopes: a caller that may not give a role cannot use a key that may. */
  function requireGrants(access: Access, grants: readonly Role[]): void {
    for (const role of grants) requireGrant(access, role);
  }

  /** A key that expires must not go on through another one. */
  function requireEnd(access: Access, expiresAt: Date | null): void {
    if (!access.expiresAt || (expiresAt && expiresAt <= access.expiresAt)) return;
    throw httpErrors.forbidden({ detail: 'A key that expires cannot give out one that outlives it.' });
  }

  function record(
    tx: Transaction,
    access: Access,
    action: AuditAction,
    id: string,
    details: Record<string, unknown> = {},
  ) {
    const { organizationId: ownerId, actor, origin } = access;
    return audit.append(tx, { ownerId, action, actor, target: { type: 'api_key', id }, origin, details });
  }

  /** Runs `change` on a live key, with the caller's access decided again under the lock. */
  function changing<T>(
    caller: Access,
    keyId: string,
    change: (tx: Transaction, key: ApiKey, access: Access) => Promise<T>,
  ): Promise<T> {
    return transact(db, async (tx) => {
      const { access } = await memberships.enter(tx, caller, 'api-keys:write');
      const [key] = await tx.select().from(apiKeys).where(live(access.organizationId, keyId)).for('update');
      if (!key) throw httpErrors.not_found({ detail: 'There is no such API key.' });
      announceKeys(tx, access.organizationId, keyId);
      return change(tx, key, access);
    });
  }

  const view = ({ name, scopes, expiresAt }: Pick<ApiKey, 'name' | 'scopes' | 'expiresAt'>) => ({
    name,
    scopes,
    expiresAt: expiresAt?.toISOString() ?? null,
  });

  return {
    async create(tx, caller, { name, scopes, expiresAt }) {
      const { access } = await memberships.enter(tx, caller, 'api-keys:write');
      await access.recent(tx);
      requireScopes(access, scopes);
      requireFuture(expiresAt);
      requireEnd(access, expiresAt ?? null);
      const { organizationId, userId } = access;
      const id = newId();
      const secret = makeKey(organizationId, id);
      const [key] = await tx
        .insert(apiKeys)
        .values({
          organizationId,
          id,
          name,
          hash: hashOfKey(secret),
          hint: hintOfKey(secret),
          scopes: [...new Set(scopes)].sort(),
          grants: coveredBy(access, scopes),
          createdBy: userId,
          createdAt: clock.now(),
          expiresAt: expiresAt ?? null,
        })
        .returning();
      await record(tx, access, 'api_key.created', id, view(key!));
      await notices.keyCreated(tx, key!);
      const told = { apiKeyId: id, ...view(key!), createdBy: userId };
      await events.emit(tx, organizationId, 'api_key.created', told);
      return { key: key!, secret };
    },

    list(organizationId, state, limit, beforeId) {
      const beyond = beforeId === undefined ? undefined : lt(apiKeys.id, beforeId);
      const { revokedAt } = apiKeys;
      const inState = { live: isNull(revokedAt), revoked: isNotNull(revokedAt), all: undefined }[state];
      return db
        .select()
        .from(apiKeys)
        .where(and(eq(apiKeys.organizationId, organizationId), inState, beyond))
        .orderBy(desc(apiKeys.id))
        .limit(limit);
    },

    update: (caller, keyId, change) =>
      changing(caller, keyId, async (tx, before, access) => {
        const scopes = change.scopes ? [...new Set(change.scopes)].sort() : before.scopes;
        const kept = grantsKept(before, scopes);
        const next = {
          name: change.name ?? before.name,
          scopes,
          grants: [...new Set([...kept, ...coveredBy(access, scopes)])],
          expiresAt: change.expiresAt === undefined ? before.expiresAt : change.expiresAt,
        };
        requireScopes(access, scopes);
        requireGrants(access, kept);
        requireFuture(change.expiresAt);
        if (change.expiresAt !== undefined) requireEnd(access, change.expiresAt);
        const [key] = await tx.update(apiKeys).set(next).where(live(access.organizationId, keyId)).returning();
        await record(tx, access, 'api_key.updated', keyId, { before: view(before), after: view(next) });
        return key!;
      }),

    rotate: (caller, keyId, graceSeconds) =>
      changing(caller, keyId, async (tx, before, access) => {
        if (before.createdBy !== access.userId)
          throw httpErrors.forbidden({ detail: 'Only the member who created a key may rotate it.' });
        await access.recent(tx);
        requireScopes(access, before.scopes);
        requireGrants(access, before.grants);
        requireEnd(access, before.expiresAt);
        const secret = makeKey(access.organizationId, keyId);
        const previous = {
          previousHash: graceSeconds > 0 ? before.hash : null,
          previousExpiresAt: graceSeconds > 0 ? after(clock.now(), graceSeconds * SECOND_MS) : null,
        };
        const [key] = await tx
          .update(apiKeys)
          .set({ hash: hashOfKey(secret), hint: hintOfKey(secret), ...previous })
          .where(live(access.organizationId, keyId))
          .returning();
        await record(tx, access, 'api_key.rotated', keyId, { graceSeconds });
        return { key: key!, secret };
      }),

    takeOver: (caller, keyId) =>
      changing(caller, keyId, async (tx, before, access) => {
        if (before.createdBy === access.userId) return before;
        requireEnd(access, before.expiresAt);
        const scopes = before.scopes.filter((scope) => access.permissions.has(scope));
        const next = { createdBy: access.userId, scopes };
        const kept = grantsKept(before, scopes).filter(access.mayGrant);
        const grants = [...new Set([...kept, ...coveredBy(access, scopes)])];
        const [key] = await tx
          .update(apiKeys)
          .set({ ...next, grants })
          .where(live(access.organizationId, keyId))
          .returning();
        const { createdBy } = before;
        const details = { name: before.name, before: { createdBy, scopes: before.scopes }, after: next };
        await record(tx, access, 'api_key.taken_over', keyId, details);
        return key!;
      }),

    revoke: (caller, keyId) =>
      changing(caller, keyId, async (tx, { name }, access) => {
        await tx.update(apiKeys).set({ revokedAt: clock.now() }).where(live(access.organizationId, keyId));
        await record(tx, access, 'api_key.revoked', keyId, { name });
        await events.emit(tx, access.organizationId, 'api_key.revoked', { apiKeyId: keyId, name });
      }),
  };
}

/** The roles that a key with these scopes may give as roles are now. */
function coveredBy({ permissions }: Access, scopes: readonly Permission[]): Role[] {
  const held = withIncluded(scopes).intersection(permissions);
  return roleNames.filter((role) => mayGrant(held, role));
}

/** The grants that a change of scopes leaves: those of roles from which no scope was taken. */
function grantsKept(before: Pick<ApiKey, 'scopes' | 'grants'>, scopes: readonly Permission[]): Role[] {
  const taken = withIncluded(before.scopes).difference(withIncluded(scopes));
  return before.grants.filter((role) => permissionsOf(role).isDisjointFrom(taken));
}
