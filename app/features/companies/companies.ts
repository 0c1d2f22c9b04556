/**
 * What companies ask for beside organizations: domains that are theirs, and what they require of their members. This file is the public surface of the feature.
 * Not here: members, roles and keys (`organizations`), and how a person signs in (`accounts`).
 */
import './emails.ts';
import './settings.ts';
import './permissions.ts';
import './audit-actions.ts';
import './metrics.ts';
import type { Clock } from '../../platform/clock.ts';
import type { ChangeFeed } from '../../platform/database/changes/feed.ts';
import type { Database } from '../../platform/database/database.ts';
import { defineFeature, type Replacements } from '../../platform/feature.ts';
import type { Operations } from '../../platform/http/operations/operations.ts';
import type { JobHandler, JobSchedule, Jobs } from '../../platform/jobs/jobs.ts';
import type { RateLimits } from '../../platform/security/rate-limits.ts';
import type { Sealer } from '../../platform/security/sealing.ts';
import type { Metrics } from '../../platform/telemetry/metrics.ts';
import { type Accounts, callbackPath } from '../accounts/accounts.ts';
import type { Audit } from '../audit/audit.ts';
import type { Organizations } from '../organizations/organizations.ts';
import { createCheckDomain } from './domains/checking.ts';
import { createDomains, type Domains } from './domains/domains.ts';
import { createDomainNotices } from './domains/notices.ts';
import { createRechecking, recheckSchedule } from './domains/rechecking.ts';
import { createTxtLookup } from './domains/records.ts';
import { createExamination, type Examination } from './examining.ts';
import { createPolicyNotices } from './policy/notices.ts';
import { createPolicies } from './policy/policy.ts';
import { domainRoutes } from './routes/domains.ts';
import { identityProviderRoutes } from './routes/identity-provider.ts';
import { policyRoutes } from './routes/policy.ts';
import { type CompanyProviders, createCompanySignIn } from './sign-in/company-sign-in.ts';
import { createConnections } from './sign-in/connections.ts';
import { createEndingSessions, createEndSessions } from './sign-in/ending-sessions.ts';
import { createConnectionNotices } from './sign-in/notices.ts';
import { followRemovals } from './sign-in/removals.ts';

export type { Domains } from './domains/domains.ts';

export interface CompaniesOptions {
  db: Database;
  clock: Clock;
  rateLimits: RateLimits;
  audit: Audit;
  feed: ChangeFeed;
  sealer: Sealer;
  jobs: Jobs;
  accounts: Pick<Accounts, 'companies' | 'follow' | 'governing' | 'providerSignIn' | 'users'>;
  organizations: Pick<Organizations, 'admit' | 'authorization' | 'follow' | 'seatErrors' | 'sendToMembers'>;
  metrics: Metrics;
  replacements: Pick<Replacements, 'companyProviders'>;
  config: { appEnv: string; apiUrl: string; appUrl: string; productName: string; domainNameservers: readonly string[] };
}

declare module '../../platform/feature.ts' {
  interface Replacements {
    /** How the providers of organizations are reached. */
    companyProviders?: CompanyProviders;
  }
}

export interface Companies {
  /** Which organization an address belongs to by its domain, among others. */
  readonly domains: Domains;
  /** For `doctor`. */
  readonly examination: Examination;
  readonly handlers: readonly JobHandler[];
  readonly schedules: readonly JobSchedule[];
  routes(operations: Operations): void;
  close(): Promise<void>;
}

/** Per organization. */
const VERIFICATIONS = { name: 'domain_verification', limit: 60, windowSeconds: 3_600 };

export function createCompanies(options: CompaniesOptions): Companies {
  const { db, clock, audit, metrics, config } = options;
  const { authorization, follow, sendToMembers } = options.organizations;
  const check = createCheckDomain({ lookUp: createTxtLookup(config.domainNameservers), metrics });
  const notices = createDomainNotices({ send: sendToMembers, appUrl: config.appUrl });
  const endSessions = createEndSessions({ clock, jobs: options.jobs });
  const recordLabel = recordLabelOf(config.productName);
  const domains = createDomains({ db, clock, audit, notices, check, endSessions, recordLabel });
  const policies = createPolicies({
    ...{ db, clock, audit, feed: options.feed },
    notices: createPolicyNotices({ send: sendToMembers, appUrl: config.appUrl }),
  });
  follow(policies.follower);
  followRemovals({ db, clock, accounts: options.accounts, organizations: options.organizations });
  follow({ emptying: domains.forget });
  const rules = { ports: [443], loopback: ['development', 'test'].includes(config.appEnv) };
  const connections = createConnections({
    ...{ db, clock, sealer: options.sealer, audit, rules, endSessions },
    notices: createConnectionNotices({ send: sendToMembers, appUrl: config.appUrl }),
  });
  const source = createCompanySignIn({
    ...{ clock, connections, domains, rules, apiUrl: config.apiUrl, organizations: options.organizations },
    replacement: options.replacements.companyProviders,
  });
  options.accounts.companies.use(source);

  return {
    examination: createExamination({ db, source, check }),
    domains,
    handlers: [
      createRechecking({ db, clock, audit, notices, check, domains }),
      createEndingSessions({ db, accounts: options.accounts }),
    ],
    schedules: [recheckSchedule],
    routes(operations) {
      domainRoutes(operations, { authorization, domains, verifications: options.rateLimits(VERIFICATIONS) });
      policyRoutes(operations, { authorization, policies });
      const signIn = options.accounts.providerSignIn;
      const { apiUrl } = config;
      identityProviderRoutes(operations, { authorization, connections, signIn, apiUrl, callbackPath });
    },
    close: () => source.close(),
  };
}

/** A name of its own below the domain, as draft-ietf-dnsop-domain-verification-techniques recommends. */
function recordLabelOf(productName: string): string {
  const slug = productName
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40);
  return `_${slug || 'domain'}-challenge`;
}

export const companies = defineFeature({
  needs: ['audit', 'email', 'accounts', 'organizations'],
  folders: ['domains', 'policy', 'sign-in', 'routes'],
  create: createCompanies,
  commands: () => import('./commands.ts'),
  checks: () => import('./checks.ts'),
  development: () => import('./development.ts'),
});
