/**
 * What an organization requires of its members: a second factor, a recent enough sign-in, and who may invite. It is decided for each request from
 * memory, and again in the transaction that grants something. API keys are not asked: a program has no second factor, and its scopes limit it.
 */
import { isDeepStrictEqual } from 'node:util';
import { eq } from 'drizzle-orm';
import { after, type Clock, MINUTE_MS } from '../../../platform/clock.ts';
import { announce } from '../../../platform/database/changes/announcing.ts';
import type { ChangeFeed } from '../../../platform/database/changes/feed.ts';
import { createMemory } from '../../../platform/database/changes/memory.ts';
import type { Database, Executor } from '../../../platform/database/database.ts';
import { transact } from '../../../platform/database/retry.ts';
import { httpErrors } from '../../../platform/http/errors.ts';
import { provenBy, type UserCaller } from '../../accounts/accounts.ts';
import type { Audit } from '../../audit/audit.ts';
import type { OrganizationAccess, OrganizationFollower } from '../../organizations/organizations.ts';
import { organizations } from '../../organizations/schema.ts';
import { companyErrors } from '../errors.ts';
import { organizationPolicies } from '../schema.ts';
import type { PolicyNotices } from './notices.ts';

export type Policy = Omit<typeof organizationPolicies.$inferSelect, 'organizationId' | 'updatedAt'>;

export interface Policies {
  get(organizationId: string): Promise<Policy>;
  /**
   * Replaces the policy. Its author must satisfy it, so that nobody locks themselves out.
   * @throws `recent_sign_in_required`, `organization_second_factor_required`
   */
  put(access: OrganizationAccess, policy: Policy): Promise<Policy>;
  /** For `organizations.follow`. */
  readonly follower: Pick<OrganizationFollower, 'admit' | 'admissionErrors' | 'inviting'>;
}

export interface PoliciesOptions {
  db: Database;
  feed: ChangeFeed;
  clock: Clock;
  audit: Audit;
  notices: PolicyNotices;
}

const KIND = 'organization_policy';
const MAX_KNOWN = 50_000;
const NOTHING: Policy = { requireSecondFactor: false, sessionMinutes: null, inviters: 'permitted' };

export function createPolicies({ db, feed, clock, audit, notices }: PoliciesOptions): Policies {
  async function read(executor: Executor, organizationId: string): Promise<Policy> {
    const { requireSecondFactor, sessionMinutes, inviters } = organizationPolicies;
    const [found] = await executor
      .select({ requireSecondFactor, sessionMinutes, inviters })
      .from(organizationPolicies)
      .where(eq(organizationPolicies.organizationId, organizationId));
    return found ?? NOTHING;
  }

  const known = createMemory<Policy>({ feed, kind: KIND, max: MAX_KNOWN, read: (id) => read(db, id) });

  /** @throws `organization_second_factor_required`, `organization_sign_in_required` */
  function judge({ requireSecondFactor, sessionMinutes }: Policy, caller: UserCaller): void {
    const { amr = [], authTime } = provenBy(caller);
    if (requireSecondFactor && !amr.includes('mfa')) throw companyErrors.organization_second_factor_required();
    if (sessionMinutes === null) return;
    if (authTime && after(authTime, sessionMinutes * MINUTE_MS) > clock.now()) return;
    throw companyErrors.organization_sign_in_required({
      detail: `Members sign in anew, or prove again who they are, every ${sessionMinutes} minutes.`,
    });
  }

  return {
    get: (organizationId) => read(db, organizationId),

    put(given, policy) {
      return transact(db, async (tx) => {
        const { organizationId } = given;
        await tx.select().from(organizations).where(eq(organizations.id, organizationId)).for('update');
        const access = await given.again(tx, 'policy:manage');
        await access.stepUp(tx);
        const before = await read(tx, organizationId);
        if (isDeepStrictEqual(before, policy)) return policy;
        const set = { ...policy, updatedAt: clock.now() };
        await tx
          .insert(organizationPolicies)
          .values({ organizationId, ...set })
          .onConflictDoUpdate({ target: organizationPolicies.organizationId, set });
        announce(tx, KIND, organizationId);
        // By the new policy.
        await given.again(tx, 'policy:manage');
        const { actor, origin } = access;
        const details = { before, after: policy };
        await audit.append(tx, { ownerId: organizationId, action: 'policy.updated', actor, origin, details });
        await notices.changed(tx, organizationId);
        return policy;
      });
    },

    follower: {
      admissionErrors: [companyErrors.organization_second_factor_required, companyErrors.organization_sign_in_required],

      admit(organizationId, caller, executor) {
        const policy = executor ? read(executor, organizationId) : known.get(organizationId);
        if (policy instanceof Promise) return policy.then((found) => judge(found ?? NOTHING, caller));
        if (policy) judge(policy, caller);
      },

      async inviting(tx, { organizationId, permissions }) {
        const { inviters } = await read(tx, organizationId);
        if (inviters === 'owners' && !permissions.has('owners:manage'))
          throw httpErrors.forbidden({ detail: 'Only owners invite people to this organization.' });
      },
    },
  };
}
