/**
 * SCIM 2.0 (RFC 7643, 7644), the public surface: the directory of a company manages the members of its organization.
 * Not here: which addresses an organization governs (companies), and what a member or an account is.
 */
import './emails.ts';
import './permissions.ts';
import './audit-actions.ts';
import './metrics.ts';
import type { Clock } from '../../platform/clock.ts';
import type { ChangeFeed } from '../../platform/database/changes/feed.ts';
import type { Database } from '../../platform/database/database.ts';
import { defineFeature, type Replacements } from '../../platform/feature.ts';
import type { HttpServer } from '../../platform/http/fastify.ts';
import type { Operations } from '../../platform/http/operations/operations.ts';
import type { RateLimits } from '../../platform/security/rate-limits.ts';
import type { Metrics } from '../../platform/telemetry/metrics.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { Audit } from '../audit/audit.ts';
import type { Companies } from '../companies/companies.ts';
import type { Email } from '../email/email.ts';
import type { Organizations } from '../organizations/organizations.ts';
import { createDirectoryReport } from './directory-report.ts';
import { followMembers } from './following.ts';
import { createScimGroups } from './groups.ts';
import { createScimGuard } from './guard.ts';
import { createScimLimits } from './limits.ts';
import { createPeople } from './people.ts';
import { scimErrorFormat } from './protocol/errors.ts';
import { discoveryRoutes } from './routes/discovery.ts';
import { managementRoutes } from './routes/management.ts';
import { SCIM_PATH, serveScim } from './routes/protocol.ts';
import { groupRoutes, userRoutes } from './routes/resources.ts';
import { createScimTokens } from './tokens.ts';
import { createScimUsers } from './users.ts';

export interface ScimOptions {
  db: Database;
  feed: ChangeFeed;
  clock: Clock;
  rateLimits: RateLimits;
  audit: Audit;
  email: Pick<Email, 'sendEmail'>;
  accounts: Pick<Accounts, 'users' | 'governing' | 'follow'>;
  companies: Pick<Companies, 'domains'>;
  organizations: Pick<Organizations, 'authorization' | 'follow' | 'provisioning' | 'sendToMembers'>;
  metrics: Metrics;
  replacements: Replacements;
  config: { apiUrl: string; appUrl: string };
}

export function createScim(options: ScimOptions) {
  const { db, feed, clock, audit, email, accounts, organizations, metrics, config } = options;
  const { provisioning } = organizations;
  const { appUrl } = config;
  const base = `${config.apiUrl}${SCIM_PATH}`;
  const governance = options.replacements.scimGovernance ?? options.companies.domains;
  const limits = createScimLimits(options.rateLimits);
  const guard = createScimGuard({ db, feed, clock, provisioning });
  const tokens = createScimTokens({ db, clock, audit, organizations, appUrl });
  const people = createPeople({ accounts, provisioning, governance, email, metrics, appUrl });
  const common = { db, clock, audit, provisioning, limits };
  const users = createScimUsers({ ...common, people });
  const groups = createScimGroups(common);
  followMembers({ db, clock, accounts, organizations });

  return {
    /** For operators. */
    operations: { report: createDirectoryReport(db), revoke: tokens.revoke },
    routes(operations: Operations) {
      managementRoutes(operations, { authorization: organizations.authorization, tokens, groups });
    },
    serve(app: HttpServer) {
      const errorFormat = scimErrorFormat((code) => metrics.scim_refusals_total.inc({ code }));
      const routes = { ...discoveryRoutes(base), ...userRoutes(base, users), ...groupRoutes(base, groups) };
      serveScim(app, guard, errorFormat, routes);
    },
  };
}

export const scim = defineFeature({
  needs: ['audit', 'email', 'events', 'accounts', 'organizations', 'companies'],
  folders: ['protocol', 'routes'],
  create: createScim,
  commands: () => import('./commands.ts'),
});
