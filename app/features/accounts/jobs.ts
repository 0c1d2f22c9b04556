/** The background work of accounts. */
import { eq } from 'drizzle-orm';
import { attemptEach } from '../../platform/attempts.ts';
import type { Database } from '../../platform/database/database.ts';
import { transact } from '../../platform/database/retry.ts';
import type { JobHandler, JobSchedule } from '../../platform/jobs/jobs.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import type { Audit } from '../audit/audit.ts';
import type { Abandonment } from './abandonment.ts';
import type { Deletion } from './deletion.ts';
import type { EmailLinks } from './email-links/links.ts';
import type { Challenges } from './factors/challenges.ts';
import type { OneTimeTokens } from './one-time-tokens.ts';
import type { ChallengeTokens } from './passkeys/challenge-tokens.ts';
import type { Pending } from './providers/pending.ts';
import { failedSignIns, purge } from './queues.ts';
import { users } from './schema.ts';
import type { Sessions } from './sessions.ts';

export const purgeSchedule: JobSchedule = {
  queue: purge,
  cron: '17 * * * *',
  about:
    'Removes accounts that were deleted 14 days ago, registrations that nobody verified in 30 days, old sessions and devices, and expired links.',
};

export interface AccountHandlersOptions {
  db: Database;
  audit: Audit;
  sessions: Sessions;
  oneTimeTokens: OneTimeTokens;
  challenges: Challenges;
  passkeyChallenges: ChallengeTokens;
  pending: Pending;
  emailLinks: Pick<EmailLinks, 'purge'>;
  deletion: Deletion;
  abandonment: Abandonment;
  logger: Logger;
}

export function createAccountHandlers({
  db,
  audit,
  sessions,
  oneTimeTokens,
  challenges,
  passkeyChallenges,
  pending,
  emailLinks,
  deletion,
  abandonment,
  logger,
}: AccountHandlersOptions): JobHandler[] {
  const recordFailure: JobHandler<NonNullable<(typeof failedSignIns)['data']>> = {
    queue: failedSignIns,
    async handle({ userId, occurredAt, origin }) {
      if (userId === null) return;
      const actor = { type: 'anonymous' } as const;
      await transact(db, async (tx) => {
        // A purged user, or a registration that was replaced meanwhile, must not get a new trail.
        const [user] = await tx.select({ id: users.id }).from(users).where(eq(users.id, userId)).for('key share');
        if (!user) return;
        await audit.append(tx, {
          ownerId: userId,
          action: 'session.failed',
          actor,
          origin,
          occurredAt: new Date(occurredAt),
        });
      });
    },
  };
  const purgeExpired: JobHandler<Record<string, never>> = {
    queue: purge,
    async handle() {
      const steps = [
        deletion,
        abandonment,
        sessions,
        oneTimeTokens,
        challenges,
        passkeyChallenges,
        pending,
        emailLinks,
      ];
      await attemptEach(
        [steps],
        async (step) => (await step.purge()) > 0,
        (_step, err) => {
          logger.warn({ err }, 'a part of the purge failed');
        },
      );
    },
  };
  return [recordFailure, purgeExpired] as JobHandler[];
}
