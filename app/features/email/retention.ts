/** How long mails are kept, what a user's export holds of them, and what is forgotten with the user. */
import { and, asc, eq, inArray, isNotNull, lt, ne, sql } from 'drizzle-orm';
import { after, type Clock, DAY_MS } from '../../platform/clock.ts';
import type { Database, Executor } from '../../platform/database/database.ts';
import type { JobHandler, Jobs } from '../../platform/jobs/jobs.ts';
import { parseAddress } from './addresses.ts';
import { deliverQueue, tidyQueue } from './jobs.ts';
import { emailMessages, emailSuppressions } from './schema.ts';

/** A failed mail can be sent again this long; then its data, which holds tokens that expired anyway, is wiped. */
const REDRIVE_MS = 14 * DAY_MS;
/** Rows are kept this long after the mail was queued. With the row goes its key. */
const KEEP_MS = 90 * DAY_MS;
/** A mail that is due this long and was not taken has lost its job (or no worker runs, and the spare job does no harm). */
const LOST_AFTER = sql`interval '1 hour'`;
const BATCH = 1_000;

export interface TidyOptions {
  db: Database;
  jobs: Pick<Jobs, 'enqueue'>;
  clock: Clock;
}

export interface Tidied {
  wiped: number;
  deleted: number;
  woken: number;
}

/** The job behind `email.tidy`. */
export function createTidying(options: TidyOptions): JobHandler<Record<string, never>> {
  return { queue: tidyQueue, handle: async () => void (await tidy(options)) };
}

/** Wipes, deletes and wakes. Repeatable. */
export async function tidy({ db, jobs, clock }: TidyOptions): Promise<Tidied> {
  const now = clock.now();
  const wiped = await db
    .update(emailMessages)
    .set({ data: null })
    .where(
      and(
        eq(emailMessages.status, 'failed'),
        isNotNull(emailMessages.data),
        lt(emailMessages.failedAt, after(now, -REDRIVE_MS)),
      ),
    );
  const deleted = await db
    .delete(emailMessages)
    .where(and(ne(emailMessages.status, 'queued'), lt(emailMessages.createdAt, after(now, -KEEP_MS))));
  return { wiped: wiped.rowCount ?? 0, deleted: deleted.rowCount ?? 0, woken: await wakeLost({ db, jobs }) };
}

/** Gives queued mails without a job a new one. At worst a mail has two: its row lets only one of them send. */
function wakeLost({ db, jobs }: Pick<TidyOptions, 'db' | 'jobs'>): Promise<number> {
  return db.transaction(async (tx) => {
    const lost = await tx
      .select({ id: emailMessages.id })
      .from(emailMessages)
      .where(and(eq(emailMessages.status, 'queued'), sql`${emailMessages.nextAttemptAt} < now() - ${LOST_AFTER}`))
      .orderBy(asc(emailMessages.createdAt))
      .limit(BATCH)
      .for('update', { skipLocked: true });
    for (const { id } of lost) {
      // Due now, so that the next round does not find it lost again at once.
      await tx.update(emailMessages).set({ nextAttemptAt: sql`now()` }).where(eq(emailMessages.id, id));
      await jobs.enqueue(tx, deliverQueue, { messageId: id });
    }
    return lost.length;
  });
}

/** Deletes every mail about a user, those not yet sent too. Suppressions stay: they keep the address from being mailed again. */
export async function forget(tx: Executor, userId: string): Promise<void> {
  await tx.delete(emailMessages).where(eq(emailMessages.userId, userId));
}

/** What is stored about a user here, for the export: JSON values, without the contents of mails. */
export async function exportFor(db: Executor, userId: string) {
  const messages = await db
    .select({
      id: emailMessages.id,
      template: emailMessages.template,
      to: emailMessages.toAddress,
      status: emailMessages.status,
      createdAt: emailMessages.createdAt,
      sentAt: emailMessages.sentAt,
    })
    .from(emailMessages)
    .where(eq(emailMessages.userId, userId))
    .orderBy(asc(emailMessages.id));
  const addresses = [...new Set(messages.map(({ to }) => parseAddress(to) ?? to))];
  const suppressions = await db
    .select({
      address: emailSuppressions.address,
      reason: emailSuppressions.reason,
      createdAt: emailSuppressions.createdAt,
    })
    .from(emailSuppressions)
    .where(inArray(emailSuppressions.address, addresses));
  return { messages, suppressions };
}
