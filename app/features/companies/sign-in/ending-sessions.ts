/**
 * Ends the sessions of before, once the provider of an organization is the only way in: each member with an address of a verified domain signs in
 * with it from then on. A job does it, person by person, since an organization may have thousands of members.
 */
import { and, asc, eq, gt } from 'drizzle-orm';
import type { Clock } from '../../../platform/clock.ts';
import { readPages } from '../../../platform/database/batches.ts';
import type { Database, Transaction } from '../../../platform/database/database.ts';
import { transact } from '../../../platform/database/retry.ts';
import type { JobHandler, Jobs } from '../../../platform/jobs/jobs.ts';
import type { Accounts } from '../../accounts/accounts.ts';
import { users } from '../../accounts/schema.ts';
import type { OrganizationAccess } from '../../organizations/organizations.ts';
import { memberships } from '../../organizations/schema.ts';
import { endSessionsQueue } from '../queues.ts';
import { isGovernedBy } from './required.ts';

/** Those of the person who asks for it stay: they have proven a moment ago who they are, and must be able to undo it. */
export type EndSessions = (
  tx: Transaction,
  access: Pick<OrganizationAccess, 'organizationId' | 'userId'>,
) => Promise<void>;

export interface EndingSessionsOptions {
  db: Database;
  clock: Clock;
  jobs: Pick<Jobs, 'enqueue'>;
  accounts: Pick<Accounts, 'governing' | 'users'>;
}

export function createEndSessions({ clock, jobs }: Pick<EndingSessionsOptions, 'clock' | 'jobs'>): EndSessions {
  return async (tx, { organizationId, userId }) => {
    const data = { organizationId, exceptUserId: userId, begunBefore: clock.now().toISOString() };
    await jobs.enqueue(tx, endSessionsQueue, data);
  };
}

export function createEndingSessions({ db, accounts }: Omit<EndingSessionsOptions, 'jobs' | 'clock'>): JobHandler {
  async function* membersOf(organizationId: string): AsyncGenerator<{ userId: string; email: string }> {
    const { userId } = memberships;
    const pages = readPages((limit, last: { userId: string; email: string } | undefined) =>
      db
        .select({ userId, email: users.email })
        .from(memberships)
        .innerJoin(users, eq(users.id, userId))
        .where(and(eq(memberships.organizationId, organizationId), last && gt(userId, last.userId)))
        .orderBy(asc(userId))
        .limit(limit),
    );
    for await (const page of pages) yield* page;
  }

  const handler: JobHandler<{ organizationId: string; exceptUserId: string; begunBefore: string }> = {
    queue: endSessionsQueue,
    async handle({ organizationId, exceptUserId, begunBefore }) {
      for await (const { userId, email } of membersOf(organizationId)) {
        if (userId === exceptUserId || !(await isGovernedBy(db, organizationId, email))) continue;
        await transact(db, async (tx) => {
          const user = await accounts.users.lock(tx, userId);
          // The address or the provider may have changed since.
          if (!user || !(await isGovernedBy(tx, organizationId, user.email))) return;
          await accounts.governing.signOut(tx, userId, { organizationId, begunBefore: new Date(begunBefore) });
        });
      }
    },
  };
  return handler as JobHandler;
}
