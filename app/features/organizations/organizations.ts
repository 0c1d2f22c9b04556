/**
 * Organizations: members, invitations, roles, API keys, and who may do what. This file is the feature's public surface.
 * Not here: who a person is (accounts), and what an organization has paid for.
 */
import './emails.ts';
import './audit-actions.ts';
import './events.ts';
import './settings.ts';
import { isNull } from 'drizzle-orm';
import type { Clock } from '../../platform/clock.ts';
import { readPages } from '../../platform/database/batches.ts';
import type { ChangeFeed } from '../../platform/database/changes/feed.ts';
import type { Database } from '../../platform/database/database.ts';
import type { ProblemFactory } from '../../platform/errors.ts';
import { defineFeature } from '../../platform/feature.ts';
import type { Operations } from '../../platform/http/operations/operations.ts';
import type { JobHandler, JobSchedule } from '../../platform/jobs/jobs.ts';
import type { RateLimits } from '../../platform/security/rate-limits.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import type { Accounts } from '../accounts/accounts.ts';
import { type Audit, trailRoutes } from '../audit/audit.ts';
import type { Email } from '../email/email.ts';
import type { Events } from '../events/events.ts';
import type { Operator } from '../operator/operator.ts';
import { createAccountStates } from './account-state.ts';
import { createApiKeys } from './api-keys.ts';
import { type Authorization, createAuthorization } from './authorization.ts';
import { createDirectory, type Directory } from './directory.ts';
import { createDissolution } from './dissolution.ts';
import { createOrganizationFollowers, type OrganizationFollower } from './followers.ts';
import { createFounding } from './founding.ts';
import { createInvitations } from './invitations.ts';
import { createPurgeHandler, purgeSchedule } from './jobs.ts';
import { createJoining, type Joining } from './joining.ts';
import { createOrganizationLimits } from './limits.ts';
import { createMemberMail, type SendToMembers } from './member-mail.ts';
import { createMemberships } from './memberships.ts';
import { createOrganizationsForOperators, type OrganizationsForOperators } from './operating.ts';
import { createOwnerNotices } from './owner-notices.ts';
import { createPersonalData } from './personal-data.ts';
import { createProvisioning, type Provisioning } from './provisioning.ts';
import { apiKeyRoutes } from './routes/api-keys.ts';
import { invitationRoutes } from './routes/invitations.ts';
import { joiningRoutes } from './routes/joining.ts';
import { memberRoutes } from './routes/members.ts';
import { operatingRoutes } from './routes/operating.ts';
import { organizationRoutes } from './routes/organizations.ts';
import { ORGANIZATION_PATH, organizationParams, tags } from './routes/representations.ts';
import { organizations as table } from './schema.ts';
import { createSuccession } from './succession.ts';
import { createWithdrawal } from './withdrawal.ts';

export type { Access as OrganizationAccess } from './access.ts';
export { hashOfKey, hintOfKey, makeKey, parseKey } from './api-key-format.ts';
export type { Authorization, Standing } from './authorization.ts';
export { organizationErrors } from './errors.ts';
export type { OrganizationFollower } from './followers.ts';
export { createLastUses } from './last-uses.ts';
export type { MemberMail } from './member-mail.ts';
export type { Provisioning } from './provisioning.ts';
export {
  definePermissionIncludes,
  definePermissions,
  defineRoles,
  permissions,
  permissionsOf,
  type Role,
  roleNames,
} from './roles.ts';
export { ORGANIZATION_PATH, organizationParams, Role as RoleField } from './routes/representations.ts';

export interface OrganizationsOptions {
  db: Database;
  feed: ChangeFeed;
  clock: Clock;
  rateLimits: RateLimits;
  accounts: Pick<Accounts, 'authentication' | 'callers' | 'follow' | 'registration' | 'users'>;
  audit: Audit;
  email: Pick<Email, 'sendEmail' | 'statusOf'>;
  events: Pick<Events, 'emit' | 'forget' | 'forgetAddresses' | 'list'>;
  operator: Pick<Operator, 'guard' | 'looks' | 'follow' | 'isOn'>;
  logger: Logger;
  config: { appUrl: string; recentSignInForKeysAndOwnership: boolean };
}

export interface Organizations {
  readonly authorization: Authorization;
  /** For the operator operations of later features. */
  readonly forOperators: Pick<OrganizationsForOperators, 'require'>;
  /** Makes a person a member without an invitation. */
  readonly admit: Joining['admit'];
  /** What `admit` throws. */
  readonly seatErrors: readonly ProblemFactory[];
  /** Emails the members who hold a permission. */
  readonly sendToMembers: SendToMembers;
  /** For directories of companies. */
  readonly provisioning: Provisioning;
  readonly handlers: readonly JobHandler[];
  readonly schedules: readonly JobSchedule[];
  routes(operations: Operations): void;
  /** Adds a later feature that acts when an organization changes. */
  follow(follower: Partial<OrganizationFollower>): void;
}

export function createOrganizations(options: OrganizationsOptions): Organizations {
  const { db, clock, audit, email, events, logger, accounts } = options;
  const { appUrl } = options.config;
  const { authentication, callers, users } = accounts;
  const followers = createOrganizationFollowers();
  audit.expect({ from: table, id: table.id, living: isNull(table.purgeAt) });

  const limits = createOrganizationLimits(options.rateLimits);
  const founding = createFounding({ clock, audit, callers });
  const sendToMembers = createMemberMail(email);
  const notices = createOwnerNotices({ send: sendToMembers, appUrl });
  const withdrawal = createWithdrawal({ clock, audit, events, notices, followers });
  const memberships = createMemberships({ db, clock, audit, email, events, appUrl, notices, followers, withdrawal });
  const directory = createDirectory({ db, clock, audit, events, founding, memberships });
  const inviting = { db, clock, audit, email, events, accounts: users, memberships, limits, appUrl, followers };
  const invitations = createInvitations(inviting);
  const joining = createJoining({ db, clock, audit, events, accounts, memberships, followers });
  const apiKeys = createApiKeys({ db, clock, audit, events, memberships, notices });
  const dissolution = createDissolution({ db, clock, audit, events, callers, memberships, followers, logger });
  const personalData = createPersonalData({ db, clock, audit, users });
  const accountStates = createAccountStates({ audit, notices });
  const succession = createSuccession({ db, audit, events, memberships, notices, dissolution, followers, withdrawal });
  const authorization = createAuthorization({
    ...{ db, feed: options.feed, clock, authentication, callers, users, followers },
    needsRecentSignIn: options.config.recentSignInForKeysAndOwnership,
  });

  accounts.follow({
    async verified(tx, user) {
      await founding.foundPersonal(tx, user);
    },
    deletionRequested: (tx, userId) => succession.requireSuccessors(tx, userId),
    closed: accountStates.closed,
    reopened: accountStates.reopened,
    async purging(userId, addresses) {
      await succession.forgetUser(userId);
      await personalData.forgetAddresses(addresses);
      await events.forgetAddresses(addresses);
    },
    exportFor: (userId) => ({
      organizations: organizationsOf(directory, userId),
      invitations: personalData.received(userId),
      sentInvitations: personalData.sent(userId),
      apiKeys: personalData.keys(userId),
      organizationAuditEvents: personalData.events(userId),
    }),
  });

  const forOperators = createOrganizationsForOperators(db);
  options.operator.follow(forOperators.follower);

  return {
    follow: followers.add,
    forOperators,
    authorization,
    admit: joining.admit,
    get seatErrors() {
      return followers.seatErrors;
    },
    sendToMembers,
    provisioning: createProvisioning({ clock, audit, events, memberships, invitations, followers }),
    handlers: [createPurgeHandler(dissolution, personalData)],
    schedules: [purgeSchedule],
    routes(operations) {
      organizationRoutes(operations, { authentication, authorization, founding, directory, dissolution });
      memberRoutes(operations, { authorization, memberships });
      const { seatErrors } = followers;
      invitationRoutes(operations, { authorization, invitations, seatErrors });
      joiningRoutes(operations, { authentication, joining, seatErrors });
      apiKeyRoutes(operations, { authorization, apiKeys });
      const guard = authorization.needs('audit:read');
      trailRoutes(operations, audit.reading, {
        name: 'Organization',
        path: ORGANIZATION_PATH,
        params: organizationParams,
        tag: tags.audit,
        guard,
        exportGuard: followers.guardTrailExport(guard),
        exports: limits.trailExports,
      });
      if (options.operator.isOn)
        operatingRoutes(operations, { ...options, organizations: forOperators, exports: limits.trailExports });
    },
  };
}

/** For the export of a person. */
async function* organizationsOf(directory: Directory, userId: string) {
  type Own = Awaited<ReturnType<Directory['listOf']>>[number];
  const pages = readPages((limit, last: Own | undefined) => directory.listOf(userId, limit, last?.organization.id));
  for await (const page of pages)
    yield page.map(({ organization: { id, name, slug }, role }) => ({ id, name, slug, role }));
}

export const organizations = defineFeature({
  needs: ['audit', 'email', 'events', 'accounts', 'operator'],
  create: createOrganizations,
  development: () => import('./development.ts'),
});
