/**
 * The guard of an organization's operations. It decides before the body is read, and before validation can tell a stranger anything.
 * One prepared query for a member as for an API key, so a change bites on the next request. What is granted is decided again in its
 * transaction, by the same function.
 */
import { and, eq, isNull, sql } from 'drizzle-orm';
import type { FastifyRequest } from 'fastify';
import { after, type Clock, MINUTE_MS } from '../../platform/clock.ts';
import type { Database, Executor } from '../../platform/database/database.ts';
import { transact } from '../../platform/database/retry.ts';
import { originOf, type RequestOrigin } from '../../platform/http/caller.ts';
import { httpErrors } from '../../platform/http/errors.ts';
import type { CallerGuard, SecurityScheme } from '../../platform/http/operations/guard.ts';
import { UUID } from '../../platform/http/uuids.ts';
import { equalSecrets } from '../../platform/security/random.ts';
import { type Accounts, accessTokenScheme, bearerToken, invalidToken, type UserCaller } from '../accounts/accounts.ts';
import { users } from '../accounts/schema.ts';
import { type Access, requirePermission } from './access.ts';
import { hashOfKey, looksLikeKey, parseKey } from './api-key-format.ts';
import { mayGrant, type Permission, permissions, permissionsOf, withIncluded } from './roles.ts';
import { apiKeys, memberships, organizations } from './schema.ts';

export interface Authorization {
  /**
   * A guard for operations below `/v1/organizations/:organizationId`. It throws `unauthenticated`, `not_found` (to those who may not know that
   * the organization exists) or `forbidden`, naming the permission.
   */
  needs(permission: Permission): CallerGuard<Access>;
}

const apiKeyScheme: SecurityScheme = {
  name: 'apiKey',
  definition: { type: 'http', scheme: 'bearer', description: 'An API key of an organization: `plk_…`.' },
};

export interface AuthorizationOptions {
  db: Database;
  clock: Clock;
  authentication: Accounts['authentication'];
  callers: Accounts['callers'];
  users: Pick<Accounts['users'], 'lock'>;
}

/** The last use of a key is written at most so often. */
const LAST_USE_RESOLUTION_MS = MINUTE_MS;

/** The columns of a key that decide about a request. */
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
  lastUsedAt: apiKeys.lastUsedAt,
  revokedAt: apiKeys.revokedAt,
};
type JudgedKey = Pick<typeof apiKeys.$inferSelect, keyof typeof judgedColumns>;

/** The proof that a caller has shown: a session, or the secret of a key. */
type Credential = UserCaller | KeyCredential;
interface KeyCredential {
  readonly kind: 'api_key';
  readonly organizationId: string;
  readonly id: string;
  readonly secretHash: Buffer;
}
type Judged = Pick<Access, 'userId' | 'permissions' | 'mayGrant' | 'expiresAt' | 'actor'>;

export function createAuthorization(options: AuthorizationOptions): Authorization {
  const { db, clock, authentication, callers, users: accounts } = options;
  const queries = queriesOn(db);

  /** @throws `not_found` to those who do not belong to the organization */
  async function judgeMember({ roleOf }: Queries, organizationId: string, { userId }: UserCaller): Promise<Judged> {
    const [membership] = await roleOf.execute({ organizationId, userId });
    if (!membership) throw httpErrors.not_found();
    const permissions = permissionsOf(membership.role);
    return {
      userId,
      permissions,
      mayGrant: (role) => mayGrant(permissions, role),
      expiresAt: null,
      actor: { type: 'user', id: userId },
    };
  }

  /** @throws `unauthenticated` for a key that is not live, `not_found` for one of another organization */
  async function judgeKey({ keyWithRole }: Queries, organizationId: string, credential: KeyCredential) {
    const [found] = await keyWithRole.execute({ organizationId: credential.organizationId, id: credential.id });
    if (!found || !isLive(found.key, credential.secretHash, clock.now()))
      throw invalidToken('The API key is not valid, or not any more.');
    if (credential.organizationId !== organizationId) throw httpErrors.not_found();
    const { key, role } = found;
    return { key, judged: judgedOf(key, role ? permissionsOf(role) : new Set()) };
  }

  function accessOf(request: FastifyRequest, organizationId: string, credential: Credential, judged: Judged): Access {
    const again: Access['again'] = async (tx, permission) => {
      // Before the account. Whatever ends a membership, a role or a key locks the organization for update.
      await tx
        .select({ id: organizations.id })
        .from(organizations)
        .where(eq(organizations.id, organizationId))
        .for('share');
      if (credential.kind === 'user') await callers.lock(tx, credential, 'share');
      else await accounts.lock(tx, judged.userId, 'share');
      // A separate statement after the lock, so that it sees what was committed during the wait for the lock.
      const now =
        credential.kind === 'user'
          ? await judgeMember(queriesOn(tx), organizationId, credential)
          : (await judgeKey(queriesOn(tx), organizationId, credential)).judged;
      requirePermission(now.permissions, permission);
      return accessOf(request, organizationId, credential, now);
    };
    const confirm: Access['confirm'] = async (permission) => {
      await transact(db, (tx) => again(tx, permission));
    };
    return { organizationId, ...judged, origin: originOf(request), again, confirm };
  }

  async function accessOfMember(request: FastifyRequest, organizationId: string): Promise<Access> {
    const caller = await authentication.signedIn.enter(request);
    // Known from here on, so that a refusal is logged with the person.
    request.caller = caller;
    return accessOf(request, organizationId, caller, await judgeMember(queries, organizationId, caller));
  }

  async function accessOfKey(request: FastifyRequest, text: string, organizationId: string): Promise<Access> {
    const parsed = parseKey(text);
    if (!parsed) throw invalidToken('The API key is damaged: its checksum does not fit.');
    const { organizationId: owner, keyId: id } = parsed;
    const credential: KeyCredential = { kind: 'api_key', organizationId: owner, id, secretHash: hashOfKey(text) };
    const { key, judged } = await judgeKey(queries, organizationId, credential);
    const now = clock.now();
    if (!key.lastUsedAt || after(key.lastUsedAt, LAST_USE_RESOLUTION_MS) <= now)
      await recordUse(key, now, originOf(request));
    return accessOf(request, organizationId, credential, judged);
  }

  /** The condition is repeated in the statement: of many requests at once one writes. */
  async function recordUse(key: JudgedKey, now: Date, { ipAddress, userAgent }: RequestOrigin): Promise<void> {
    const unchanged = key.lastUsedAt ? eq(apiKeys.lastUsedAt, key.lastUsedAt) : isNull(apiKeys.lastUsedAt);
    await db
      .update(apiKeys)
      .set({ lastUsedAt: now, lastIpAddress: ipAddress, lastUserAgent: userAgent })
      .where(and(eq(apiKeys.organizationId, key.organizationId), eq(apiKeys.id, key.id), unchanged));
  }

  async function enter(request: FastifyRequest, permission: Permission): Promise<Access> {
    const { organizationId = '' } = request.params as { organizationId?: string };
    const token = bearerToken(request);
    const access =
      token !== undefined && looksLikeKey(token)
        ? await accessOfKey(request, token, organizationId)
        : await accessOfMember(request, UUID.test(organizationId) ? organizationId : NO_ORGANIZATION);
    request.caller = access;
    requirePermission(access.permissions, permission);
    return access;
  }

  return {
    needs: (permission) => ({
      permission,
      errors: [...authentication.signedIn.errors, httpErrors.forbidden, httpErrors.not_found],
      security: [accessTokenScheme, apiKeyScheme],
      fault: permissions.includes(permission)
        ? undefined
        : `needs the permission ${permission}, which does not exist. Declare it with \`definePermissions\`.`,
      callerId: ({ actor }) => actor.id,
      ownerId: ({ organizationId }) => organizationId,
      enter: (request) => enter(request, permission),
    }),
  };
}

type Queries = ReturnType<typeof queriesOn>;

/** The queries of a decision, prepared on the pool or on the connection of a transaction. */
function queriesOn(executor: Executor) {
  const { placeholder } = sql;
  return {
    roleOf: executor
      .select({ role: memberships.role })
      .from(memberships)
      .innerJoin(organizations, and(eq(organizations.id, memberships.organizationId), isNull(organizations.purgeAt)))
      .where(
        and(
          eq(memberships.organizationId, placeholder('organizationId')),
          eq(memberships.userId, placeholder('userId')),
        ),
      )
      .prepare('membership_role'),
    keyWithRole: executor
      .select({ key: judgedColumns, role: memberships.role })
      .from(apiKeys)
      .innerJoin(organizations, and(eq(organizations.id, apiKeys.organizationId), isNull(organizations.purgeAt)))
      .leftJoin(
        memberships,
        and(eq(memberships.organizationId, apiKeys.organizationId), eq(memberships.userId, apiKeys.createdBy)),
      )
      .innerJoin(users, and(eq(users.id, apiKeys.createdBy), isNull(users.suspendedAt), isNull(users.purgeAt)))
      .where(and(eq(apiKeys.organizationId, placeholder('organizationId')), eq(apiKeys.id, placeholder('id'))))
      .prepare('api_key_with_role'),
  };
}

/** Stands for text that is not an id. It is looked up like an id, so that strangers are asked for a token first. */
const NO_ORGANIZATION = '00000000-0000-0000-0000-000000000000';

/** @param creator what the role of the key's creator allows now: neither the scopes nor the grants of a key reach beyond it */
function judgedOf(key: JudgedKey, creator: ReadonlySet<Permission>): Judged {
  const held = withIncluded(key.scopes).intersection(creator);
  return {
    userId: key.createdBy,
    permissions: held,
    mayGrant: (role) => mayGrant(creator, role) && (key.grants.includes(role) || mayGrant(held, role)),
    expiresAt: key.expiresAt,
    actor: { type: 'api_key', id: key.id },
  };
}

function isLive(key: JudgedKey, hash: Buffer, now: Date): boolean {
  if (key.revokedAt || (key.expiresAt && key.expiresAt <= now)) return false;
  if (equalSecrets(key.hash, hash)) return true;
  return key.previousHash !== null && key.previousExpiresAt! > now && equalSecrets(key.previousHash, hash);
}
