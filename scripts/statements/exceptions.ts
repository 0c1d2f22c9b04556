/**
 * Statements that break a rule of `rules.ts`, with the reason. A sharded PostgreSQL runs those that only read, on all nodes; docs/scaling.md says
 * what it refuses, and what is not built.
 */
import type { Rule } from './rules.ts';

export interface Exception {
  readonly rules: readonly Rule[];
  /** The files that send the statements; one that ends with `/` stands for all files below. */
  readonly files: readonly string[];
  /** Only for these tables; for all if absent. */
  readonly tables?: readonly string[];
  readonly why: string;
}

export const EXCEPTIONS: readonly Exception[] = [
  {
    rules: ['volatile'],
    tables: ['rate_limits'],
    files: ['app/features/', 'app/platform/security/counting-in-postgres.ts'],
    why: 'one row by one key: the coordinator evaluates its clock, and the limits held on a cluster',
  },
  {
    rules: ['all-nodes', 'two-owners'],
    tables: ['users'],
    files: [
      'app/features/organizations/',
      'app/features/scim/',
      'app/features/billing/',
      'app/features/companies/',
      'app/features/webhooks/',
      'app/features/operator/',
      'app/platform/http/operations/operations.ts',
    ],
    why: 'names, addresses and states of the members of one organization: the members are on its node, and what is shown of them on theirs',
  },
  {
    rules: ['all-nodes', 'two-owners'],
    tables: ['memberships', 'organizations', 'api_keys', 'users'],
    files: [
      'app/features/organizations/',
      'app/features/accounts/',
      'app/features/operator/',
      'app/platform/http/operations/operations.ts',
    ],
    why: 'the organizations of a person: memberships are on the nodes of organizations',
  },
  {
    rules: ['all-nodes', 'two-owners'],
    tables: ['invitations', 'scim_users', 'users', 'organizations', 'memberships'],
    files: ['app/features/organizations/', 'app/features/scim/', 'app/platform/http/operations/operations.ts'],
    why: 'invitations and directory entries that name an address, at a purge, an export, or when somebody joins',
  },
  {
    rules: ['all-nodes'],
    tables: ['sessions'],
    files: [
      'app/features/services/revocations.ts',
      'app/features/accounts/revocations.ts',
      'app/features/accounts/acting.ts',
      'app/features/operator/',
    ],
    why: 'sessions that ended, read by every process once as it starts; and those of one operator',
  },
  {
    rules: ['all-nodes'],
    tables: ['audit_addresses', 'audit_chains', 'audit_events', 'email_addresses', 'users', 'organizations'],
    files: ['app/features/audit/', 'app/features/accounts/deletion.ts'],
    why: 'erasing an address, and the checks of all trails',
  },
  {
    rules: ['all-nodes'],
    files: ['app/features/companies/'],
    why: 'the company of an address is looked up by its domain, in a small table of the coordinator',
  },
  {
    rules: ['all-nodes'],
    tables: [
      'users',
      'organizations',
      'billing_customers',
      'billing_subscriptions',
      'billing_usage_events',
      'billing_invoices',
      'stripe_customers',
      'operators',
      'webhook_endpoints',
    ],
    files: [
      'app/features/accounts/',
      'app/features/organizations/',
      'app/features/billing/',
      'app/features/operator/',
      'app/features/webhooks/',
      'app/features/email/',
    ],
    why: 'what is due, read a page at a time by schedules; searches and metrics of operators',
  },
  {
    rules: ['all-nodes', 'locked-nodes', 'place'],
    files: [
      'app/features/accounts/jobs.ts',
      'app/features/accounts/sessions.ts',
      'app/features/accounts/abandonment.ts',
      'app/features/accounts/devices/devices.ts',
      'app/features/organizations/jobs.ts',
      'app/features/audit/heads.ts',
      'app/features/billing/jobs.ts',
      'app/features/events/retention.ts',
      'app/features/webhooks/retention.ts',
      'app/platform/http/idempotency.ts',
      'app/platform/security/rate-limits.ts',
      'app/housekeeping.ts',
    ],
    why: 'removing old rows of all owners: a sharded PostgreSQL refuses it with an error, which is not built (docs/scaling.md)',
  },
  {
    rules: ['all-nodes', 'locked-nodes', 'locked-join', 'volatile', 'order', 'place'],
    files: ['app/features/webhooks/'],
    why: 'workers take endpoints of all organizations: a sharded PostgreSQL refuses it with an error, which is not built (docs/scaling.md)',
  },
];
