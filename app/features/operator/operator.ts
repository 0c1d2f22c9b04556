/**
 * The operator console: who is an operator, finding people and what belongs to them, changing what support has to change, and acting in the
 * name of a user. This file is the feature's public surface. Later features add their own operations, findings and emails with `follow` and
 * `guard`.
 * Not here: the sessions in which somebody acts (accounts), and which operations refuse them (each operation says so).
 */
import './emails.ts';
import './audit-actions.ts';
import './settings.ts';
import { eq } from 'drizzle-orm';
import type { Clock } from '../../platform/clock.ts';
import type { ChangeFeed } from '../../platform/database/changes/feed.ts';
import type { Database } from '../../platform/database/database.ts';
import { defineFeature } from '../../platform/feature.ts';
import type { Operations } from '../../platform/http/operations/operations.ts';
import type { Jobs } from '../../platform/jobs/jobs.ts';
import type { RateLimits } from '../../platform/security/rate-limits.ts';
import { type Accounts, isActive } from '../accounts/accounts.ts';
import type { Audit } from '../audit/audit.ts';
import type { Email } from '../email/email.ts';
import { createOperatorFollowers, type OperatorFollower } from './followers.ts';
import { createOperatorGuard, type OperatorGuard } from './guard.ts';
import { createImpersonations } from './impersonations.ts';
import { createLooks, type Looks } from './looks.ts';
import { createOperators, type Operators } from './operators.ts';
import { createPeople } from './people.ts';
import { operatorEmailRoutes } from './routes/emails.ts';
import { impersonationRoutes } from './routes/impersonations.ts';
import { operatorJobRoutes } from './routes/jobs.ts';
import { searchRoutes } from './routes/search.ts';
import { userRoutes } from './routes/users.ts';
import { operators as table } from './schema.ts';
import { createSearch } from './searching.ts';

export type { Found, OperatorFollower } from './followers.ts';
export type { OperatorAccess, OperatorGuard } from './guard.ts';
export type { Looks } from './looks.ts';
export { exampleReason, FoundItem, OPERATOR_PATH, operatorTag, Reason } from './routes/representations.ts';

export interface OperatorOptions {
  db: Database;
  clock: Clock;
  feed: ChangeFeed;
  jobs: Pick<Jobs, 'runAgain'>;
  rateLimits: RateLimits;
  accounts: Accounts;
  audit: Audit;
  email: Email;
  config: { appUrl: string; operatorConsole: boolean };
}

export interface Operator {
  /** False if a setting turns the console and its API off. */
  readonly isOn: boolean;
  /** For operations of operators. */
  readonly guard: OperatorGuard;
  readonly looks: Looks;
  readonly operators: Operators;
  /** True for a person who has a second factor. */
  hasFactor(userId: string): Promise<boolean>;
  /** Adds what a later feature knows. */
  follow(follower: Partial<OperatorFollower>): void;
  routes(operations: Operations): void;
}

const HOUR_SECONDS = 3_600;

export function createOperator(options: OperatorOptions): Operator {
  const { db, clock, jobs, accounts, audit, email, config } = options;
  const followers = createOperatorFollowers();
  const operators = createOperators({ ...options, appUrl: config.appUrl });
  const guard = createOperatorGuard({ accounts, operators });
  const looks = createLooks({ db, audit });
  const people = createPeople({ db, accounts, email, operators, followers });
  const exports = options.rateLimits({ name: 'operator-trail-exports', limit: 60, windowSeconds: HOUR_SECONDS });

  accounts.follow({
    // A suspended or deleted operator acts in nobody's name.
    closed: (tx, { userId }) => operators.endActing(tx, userId),
    exportFor: (userId) => ({ operator: rowsOf(db, userId) }),
  });
  followers.add({
    async resender({ template, userId }, { origin }) {
      const user = userId === null ? undefined : await accounts.users.find(userId);
      if (!user || !isActive(user)) return undefined;
      if (template === 'verify-email' && user.emailVerifiedAt === null)
        return () => accounts.again['verify-email'](user, origin);
      if (template === 'password-reset') return () => accounts.again['password-reset'](user, origin);
      return undefined;
    },
  });

  return {
    isOn: config.operatorConsole,
    guard,
    looks,
    operators,
    hasFactor: async (userId) => (await accounts.factors.overview(db, userId)).required,
    follow: followers.add,
    routes(operations) {
      if (!config.operatorConsole) return;
      const search = createSearch({ db, accounts, email, followers });
      searchRoutes(operations, { guard, looks, db, operators, search });
      userRoutes(operations, { guard, people, looks, accounts, email, audit, exports });
      const impersonations = createImpersonations({ db, clock, accounts, operators, audit });
      impersonationRoutes(operations, { guard, impersonations });
      operatorEmailRoutes(operations, { guard, looks, email, followers, db, accounts });
      operatorJobRoutes(operations, { guard, looks, db, jobs });
    },
  };
}

async function* rowsOf(db: Database, userId: string) {
  const rows = await db.select({ createdAt: table.createdAt }).from(table).where(eq(table.userId, userId));
  if (rows.length > 0) yield rows;
}

export const operator = defineFeature({
  needs: ['audit', 'email', 'accounts'],
  create: createOperator,
  commands: () => import('./commands.ts'),
});
