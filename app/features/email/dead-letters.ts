/** For operators: what is in the outbox, and sending again what was given up. */
import { and, desc, eq, isNotNull, lt, sql } from 'drizzle-orm';
import type { Database, Executor, Transaction } from '../../platform/database/database.ts';
import type { Jobs } from '../../platform/jobs/jobs.ts';
import { deliverQueue } from './queues.ts';
import { emailMessages } from './schema.ts';

export type EmailStatus = (typeof emailMessages.$inferSelect)['status'];

/** An email without its content. */
const summary = {
  id: emailMessages.id,
  userId: emailMessages.userId,
  template: emailMessages.template,
  locale: emailMessages.locale,
  to: emailMessages.toAddress,
  status: emailMessages.status,
  attempts: emailMessages.attempts,
  nextAttemptAt:
    sql<Date | null>`case when ${emailMessages.status} = 'queued' then ${emailMessages.nextAttemptAt} end`.mapWith(
      emailMessages.nextAttemptAt,
    ),
  lastError: emailMessages.lastError,
  providerResponse: emailMessages.providerResponse,
  createdAt: emailMessages.createdAt,
  sentAt: emailMessages.sentAt,
  failedAt: emailMessages.failedAt,
} as const;

export interface EmailSummary {
  id: string;
  /** The user whom the email is about. */
  userId: string | null;
  template: string;
  locale: string;
  to: string;
  status: EmailStatus;
  attempts: number;
  /** Null unless queued. */
  nextAttemptAt: Date | null;
  lastError: string | null;
  providerResponse: string | null;
  createdAt: Date;
  sentAt: Date | null;
  failedAt: Date | null;
}

export interface ListOptions {
  status?: EmailStatus | undefined;
  /** Default 20. */
  limit?: number | undefined;
  /** Only what was queued before this email: the last id of the page before. */
  before?: string | undefined;
  /** Only those about this user. */
  userId?: string | undefined;
  /** Only those to this address. */
  to?: string | undefined;
}

/** Emails, the newest first. */
export async function listMessages(
  db: Database,
  { status, limit = 20, before, userId, to }: ListOptions = {},
): Promise<EmailSummary[]> {
  return db
    .select(summary)
    .from(emailMessages)
    .where(
      and(
        status && eq(emailMessages.status, status),
        before ? lt(emailMessages.id, before) : undefined,
        userId === undefined ? undefined : eq(emailMessages.userId, userId),
        to === undefined ? undefined : sql`lower(${emailMessages.toAddress}) = ${to}`,
      ),
    )
    .orderBy(desc(emailMessages.id))
    .limit(limit);
}

/** An email by its id. */
export async function findMessage(executor: Executor, id: string): Promise<EmailSummary | undefined> {
  const [found] = await executor.select(summary).from(emailMessages).where(eq(emailMessages.id, id));
  return found;
}

const BATCH = 100;

export interface RetryOptions {
  /** Only this one. */
  id?: string | undefined;
  /** Runs in the transaction, if there is an email to queue. Throwing refuses. */
  alongside?: (tx: Transaction) => Promise<unknown>;
}

/**
 * Queues failed emails again, with all their tries: one by its id, or all. What was wiped meanwhile can't be sent again.
 * @returns how many were queued
 */
export async function retryFailed(
  db: Database,
  jobs: Pick<Jobs, 'enqueue'>,
  { id, alongside }: RetryOptions = {},
): Promise<number> {
  let total = 0;
  for (;;) {
    const count = await retryBatch(db, jobs, id, alongside);
    total += count;
    if (count < BATCH) return total;
  }
}

function retryBatch(
  db: Database,
  jobs: Pick<Jobs, 'enqueue'>,
  id: string | undefined,
  alongside: RetryOptions['alongside'],
): Promise<number> {
  return db.transaction(async (tx) => {
    const failed = await tx
      .select({ id: emailMessages.id })
      .from(emailMessages)
      .where(
        and(
          eq(emailMessages.status, 'failed'),
          isNotNull(emailMessages.data),
          id ? eq(emailMessages.id, id) : undefined,
        ),
      )
      .limit(BATCH)
      .for('update', { skipLocked: true });
    if (failed.length > 0) await alongside?.(tx);
    for (const message of failed) {
      await tx
        .update(emailMessages)
        .set({ status: 'queued', attempts: 0, failedAt: null, nextAttemptAt: sql`now()` })
        .where(eq(emailMessages.id, message.id));
      await jobs.enqueue(tx, deliverQueue, { messageId: message.id });
    }
    return failed.length;
  });
}
