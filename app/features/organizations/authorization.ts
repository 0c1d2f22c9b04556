/**
 * The guard of an organization's operations. It decides before the body is read, and before validation can tell a stranger anything.
 * It answers from memory, which follows every change within milliseconds. What is granted is decided again in its transaction, by the
 * same function.
 */
import { eq } from 'drizzle-orm';
import type { FastifyRequest } from 'fastify';
import type { Clock } from '../../platform/clock.ts';
import type { ChangeFeed } from '../../platform/database/changes/feed.ts';
import type { Database, Transaction } from '../../platform/database/database.ts';
import { transact } from '../../platform/database/retry.ts';
import { Problem, type ProblemFactory } from '../../platform/errors.ts';
import { originOf } from '../../platform/http/caller.ts';
import { httpErrors } from '../../platform/http/errors.ts';
import type { CallerGuard, SecurityScheme } from '../../platform/http/operations/guard.ts';
import { UUID } from '../../platform/http/uuids.ts';
import { equalSecrets } from '../../platform/security/random.ts';
import {
  type Accounts,
  accessTokenScheme,
  bearerToken,
  hasEnded,
  invalidToken,
  type UserCaller,
} from '../accounts/accounts.ts';
import { type Access, requirePermission } from './access.ts';
import { hashOfKey, looksLikeKey, parseKey } from './api-key-format.ts';
import type { OrganizationFollowers } from './followers.ts';
import { createKnown, type JudgedKey, type Known, knownIn } from './known.ts';
import { createLastUses } from './last-uses.ts';
import { mayGrant, type Permission, permissions, permissionsOf, type Role, withIncluded } from './roles.ts';
import { apiKeys, organizations } from './schema.ts';

export interface Authorization {
  /**
   * A guard for operations below `/v1/organizations/:organizationId`. It throws `unauthenticated`, `not_found` (to those who may not know that
   * the organization exists) or `forbidden`, naming the permission.
   */
  needs(permission: Permission): CallerGuard<Access>;
  /**
   * The standing of a member, for something that is granted to others. Locks the organization and the account for share, as `Access.again` does.
   * @throws `session_revoked`, `not_found`, the errors of `OrganizationFollower.admit`
   */
  grant(tx: Transaction, organizationId: string, caller: UserCaller): Promise<Standing>;
  /** What `grant` throws beside `session_revoked` and `not_found`. */
  readonly admissionErrors: readonly ProblemFactory[];
  /**
   * The same at this moment, without a lock.
   * @param caller with how and when the session was proven
   * @returns undefined if the session or the membership has ended, the account or organization is closed, or a follower does not admit the caller
   */
  standing(organizationId: string, caller: UserCaller): Promise<Standing | undefined>;
}

/** The role of a member, and the permissions that it holds, sorted. */
export interface Standing {
  readonly role: Role;
  readonly permissions: readonly Permission[];
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
  feed: ChangeFeed;
  users: Pick<Accounts['users'], 'lock' | 'known'>;
  followers: Pick<OrganizationFollowers, 'admit' | 'admissionErrors'>;
  /** True if `Access.recent` checks. */
  needsRecentSignIn: boolean;
}

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
  const { db, clock, authentication, callers, users: accounts, followers } = options;
  const known = createKnown(options);
  const stored = knownIn(db);
  const recordUse = createLastUses({ db, clock }, apiKeys);

  /** @throws `not_found` to those who do not belong to the organization */
  async function judgeMember(known: Known, organizationId: string, { userId }: UserCaller): Promise<Judged> {
    const [isOpen, role] = await both(known.isOpen(organizationId), known.roleOf(organizationId, userId));
    if (!isOpen || !role) throw httpErrors.not_found();
    const permissions = permissionsOf(role);
    return {
      userId,
      permissions,
      mayGrant: (role) => mayGrant(permissions, role),
      expiresAt: null,
      actor: { type: 'user', id: userId },
    };
  }

  /** @throws `unauthenticated` for a key that is not live, `not_found` for one of another organization */
  async function judgeKey(known: Known, organizationId: string, credential: KeyCredential) {
    const { organizationId: owner, id, secretHash } = credential;
    const [isOpen, key] = await both(known.isOpen(owner), known.keyOf(owner, id));
    const invalid = () => invalidToken('The API key is not valid, or not any more.');
    if (!isOpen || !key || !isLive(key, secretHash, clock.now())) throw invalid();
    const [isActive, role] = await both(known.isActive(key.createdBy), known.roleOf(owner, key.createdBy));
    if (!isActive) throw invalid();
    if (owner !== organizationId) throw httpErrors.not_found();
    return { key, judged: judgedOf(key, role ? permissionsOf(role) : new Set()) };
  }

  async function isAdmittedTo(organizationId: string, caller: UserCaller): Promise<boolean> {
    try {
      await followers.admit(organizationId, caller, db);
      return true;
    } catch (error) {
      if (error instanceof Problem && error.status < 500) return false;
      throw error;
    }
  }

  function accessOf(request: FastifyRequest, organizationId: string, credential: Credential, judged: Judged): Access {
    const again: Access['again'] = async (tx, permission) => {
      // Before the account. Whatever ends a membership, a role or a key locks the organization for update.
      await lockForShare(tx, organizationId);
      if (credential.kind === 'user') await callers.lock(tx, credential, 'share');
      else await accounts.lock(tx, judged.userId, 'share');
      // A separate statement after the lock, so that it sees what was committed during the wait for the lock.
      const now =
        credential.kind === 'user'
          ? await judgeMember(knownIn(tx), organizationId, credential)
          : (await judgeKey(knownIn(tx), organizationId, credential)).judged;
      if (credential.kind === 'user') await followers.admit(organizationId, credential, tx);
      requirePermission(now.permissions, permission);
      return accessOf(request, organizationId, credential, now);
    };
    const confirm: Access['confirm'] = async (permission) => {
      await transact(db, (tx) => again(tx, permission));
    };
    const stepUp: Access['stepUp'] = async (tx) => {
      if (credential.kind === 'user') await callers.requireRecent(tx, credential);
    };
    const recent: Access['recent'] = async (tx) => {
      if (options.needsRecentSignIn) await stepUp(tx);
    };
    const acting = credential.kind === 'user' ? credential.acting : undefined;
    return {
      organizationId,
      ...judged,
      ...(acting && { acting }),
      origin: originOf(request),
      again,
      confirm,
      recent,
      stepUp,
    };
  }

  async function accessOfMember(request: FastifyRequest, organizationId: string): Promise<Access> {
    const caller = await authentication.signedIn.enter(request);
    // Known from here on, so that a refusal is logged with the person.
    request.caller = caller;
    const judged = await judgeMember(known, organizationId, caller);
    const admission = followers.admit(organizationId, caller);
    if (admission) await admission;
    return accessOf(request, organizationId, caller, judged);
  }

  async function accessOfKey(request: FastifyRequest, text: string, organizationId: string): Promise<Access> {
    const parsed = parseKey(text);
    if (!parsed) throw invalidToken('The API key is damaged: its checksum does not fit.');
    const { organizationId: owner, keyId: id } = parsed;
    const credential: KeyCredential = { kind: 'api_key', organizationId: owner, id, secretHash: hashOfKey(text) };
    const { key, judged } = await judgeKey(known, organizationId, credential);
    await recordUse(key, originOf(request));
    return accessOf(request, organizationId, credential, judged);
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
    async grant(tx, organizationId, caller) {
      await lockForShare(tx, organizationId);
      await callers.lock(tx, caller, 'share');
      // A separate statement after the locks, as above.
      const stored = knownIn(tx);
      const [isOpen, role] = await both(stored.isOpen(organizationId), stored.roleOf(organizationId, caller.userId));
      if (!isOpen || !role) throw httpErrors.not_found();
      await followers.admit(organizationId, caller, tx);
      return standingOf(role);
    },

    get admissionErrors() {
      return followers.admissionErrors;
    },

    async standing(organizationId, caller) {
      const { userId, sessionId } = caller;
      const [isAdmitted, isOpen, role, isActive, isOver] = await Promise.all([
        isAdmittedTo(organizationId, caller),
        stored.isOpen(organizationId),
        stored.roleOf(organizationId, userId),
        stored.isActive(userId),
        hasEnded(db, userId, sessionId),
      ]);
      return isAdmitted && isOpen && role && isActive && !isOver ? standingOf(role) : undefined;
    },

    needs: (permission) => ({
      permission,
      errors: [
        ...[...authentication.signedIn.errors, httpErrors.forbidden, httpErrors.not_found],
        ...followers.admissionErrors,
      ],
      security: [accessTokenScheme, apiKeyScheme],
      admitsActing: true,
      fault: permissions.includes(permission)
        ? undefined
        : `needs the permission ${permission}, which does not exist. Declare it with \`definePermissions\`.`,
      callerId: ({ actor }) => actor.id,
      ownerId: ({ organizationId }) => organizationId,
      enter: (request) => enter(request, permission),
    }),
  };
}

const standingOf = (role: Role): Standing => ({ role, permissions: [...permissionsOf(role)].sort() });

const lockForShare = (tx: Transaction, organizationId: string) =>
  tx.select({ id: organizations.id }).from(organizations).where(eq(organizations.id, organizationId)).for('share');

/** Two that are looked up at the same time; at once where memory knows both. */
const both = <A, B>(a: A | Promise<A>, b: B | Promise<B>): Promise<[A, B]> | [A, B] =>
  a instanceof Promise || b instanceof Promise ? Promise.all([a, b]) : [a, b];

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
