/**
 * What becomes of an email's row while it is tried. The row decides, not the job: a job only wakes a worker.
 *
 * A worker takes a lease before it sends, so that two never send the same email at once; a lease that ran out belonged to a worker that
 * died. Times are the database's, because the leases of several machines meet here.
 */
import { and, eq, inArray, lt, lte, sql } from 'drizzle-orm';
import type { Database, Executor } from '../../platform/database/database.ts';
import type { Jobs } from '../../platform/jobs/jobs.ts';
import { deliverQueue } from './queues.ts';
import { emailMessages } from './schema.ts';

export type EmailMessage = typeof emailMessages.$inferSelect;

/** Longer than a try may take until all of the email is sent, with room to record it. A worker that died holds an email for so long. */
export const LEASE_SECONDS = 40;
/** From then on: longer than the last answer may take. */
const ANSWER_LEASE_SECONDS = 11 * 60;
/** After an email that was sent whole and not answered, which may have arrived: rarely, and three times at most. */
const UNANSWERED_DELAY_SECONDS = 6 * 60 * 60;
const UNANSWERED_COSTS = 3;

/** Pauses after a failed try, each varied by a fifth either way: 8 tries over about a day (23.6 h). */
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const RETRY_DELAYS_SECONDS = [10, MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 6 * HOUR, 15 * HOUR];
export const MAX_ATTEMPTS = RETRY_DELAYS_SECONDS.length + 1;

/** Milliseconds, as a JavaScript date has them: a job that starts at a rounded-down time would find its email not due. */
const inSeconds = (seconds: unknown) => sql`date_trunc('milliseconds', now() + make_interval(secs => ${seconds}))`;

/** Takes the lease of an email that is due, and counts the try. @returns undefined when it is not to be sent now */
export async function beginAttempt(db: Database, id: string): Promise<EmailMessage | undefined> {
  const [message] = await db
    .update(emailMessages)
    .set({ attempts: sql`${emailMessages.attempts} + 1`, nextAttemptAt: inSeconds(LEASE_SECONDS) })
    .where(
      and(
        eq(emailMessages.id, id),
        eq(emailMessages.status, 'queued'),
        lte(emailMessages.nextAttemptAt, sql`now()`),
        lt(emailMessages.attempts, MAX_ATTEMPTS),
      ),
    )
    .returning();
  return message;
}

/** Keeps the lease of an email whose last answer is awaited. */
export async function extendLease(db: Database, message: EmailMessage): Promise<void> {
  await db
    .update(emailMessages)
    .set({ nextAttemptAt: inSeconds(ANSWER_LEASE_SECONDS) })
    .where(stillOurs(message));
}

/** @returns seconds from queueing to now */
export async function recordSent(
  db: Database,
  id: string,
  sent: { messageId: string; response: string },
): Promise<number> {
  const [row] = await db
    .update(emailMessages)
    .set({
      status: 'sent',
      messageId: sent.messageId,
      providerResponse: sent.response,
      lastError: null,
      data: null,
      sentAt: sql`now()`,
      failedAt: null,
    })
    // `failed`: another worker gave the email up while this one, thought dead, was still sending it.
    .where(and(eq(emailMessages.id, id), inArray(emailMessages.status, ['queued', 'failed'])))
    .returning({ seconds: sql<number>`extract(epoch from now() - ${emailMessages.createdAt})::float8` });
  return row?.seconds ?? 0;
}

export async function recordSuppressed(db: Database, id: string, reason: string): Promise<void> {
  await db
    .update(emailMessages)
    .set({ status: 'suppressed', lastError: reason, data: null })
    .where(and(eq(emailMessages.id, id), eq(emailMessages.status, 'queued')));
}

/** A try failed, another one follows. @returns false when this was the last one */
export async function scheduleRetry(
  db: Database,
  jobs: Pick<Jobs, 'enqueue'>,
  message: EmailMessage,
  { kind, reason }: { kind: 'unavailable' | 'unanswered'; reason: string },
): Promise<boolean> {
  const attempts = kind === 'unanswered' ? message.attempts + UNANSWERED_COSTS - 1 : message.attempts;
  const usual = RETRY_DELAYS_SECONDS[attempts - 1];
  if (usual === undefined) return false;
  const delay = kind === 'unanswered' ? Math.max(usual, UNANSWERED_DELAY_SECONDS) : usual;
  await db.transaction(async (tx) => {
    const [next] = await tx
      .update(emailMessages)
      .set({ attempts, lastError: reason, nextAttemptAt: inSeconds(sql`${delay}::float8 * (0.8 + 0.4 * random())`) })
      .where(stillOurs(message))
      .returning({ at: emailMessages.nextAttemptAt });
    if (next) await jobs.enqueue(tx, deliverQueue, { messageId: message.id }, { startAfter: next.at });
  });
  return true;
}

/** Gives the email up. Its data stays for a while, so that it can be sent again by hand. */
export async function recordFailed(db: Executor, message: EmailMessage, error: string): Promise<void> {
  await db
    .update(emailMessages)
    .set({ status: 'failed', lastError: error, failedAt: sql`now()` })
    .where(stillOurs(message));
}

/** A worker that lost its lease must not overwrite what its successor found out. */
function stillOurs({ id, attempts }: EmailMessage) {
  return and(eq(emailMessages.id, id), eq(emailMessages.status, 'queued'), eq(emailMessages.attempts, attempts));
}
