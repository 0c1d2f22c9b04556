/** Keeps emails for a limited time, reads those about a user for the export, and deletes them with the user. */
import { and, asc, eq, exists, gt, isNotNull, isNull, lt, or, type SQL, sql } from 'drizzle-orm';
import { after, type Clock, DAY_MS } from '../../platform/clock.ts';
import { changeRows, readPages, removeRows } from '../../platform/database/batches.ts';
import type { Database } from '../../platform/database/database.ts';
import type { JobHandler, Jobs } from '../../platform/jobs/jobs.ts';
import { deliverQueue, tidyQueue } from './queues.ts';
import { emailMessages, emailSuppressions } from './schema.ts';

/** A failed email can be sent again this long; then its data, which holds tokens that expired anyway, is wiped. */
const REDRIVE_MS = 14 * DAY_MS;
/** Rows are kept this long after the email was queued. With the row goes its key. */
const KEEP_MS = 90 * DAY_MS;
/** An email that is due this long and was not taken has lost its job (or no worker runs, and the spare job does no harm). */
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
  const { status, data, failedAt, createdAt } = emailMessages;
  const dead = and(eq(status, 'failed'), isNotNull(data), lt(failedAt, after(now, -REDRIVE_MS)))!;
  const rows = { from: emailMessages, where: dead, by: createdAt };
  const wiped = await changeRows(db, rows, sql`update ${emailMessages} set data = null`);
  let deleted = 0;
  for (const done of ['sent', 'failed', 'suppressed'] as const) {
    const where = and(eq(status, done), lt(createdAt, after(now, -KEEP_MS)))!;
    deleted += await removeRows(db, { from: emailMessages, where, by: createdAt });
  }
  return { wiped, deleted, woken: await wakeLost({ db, jobs }) };
}

/** Gives queued emails without a job a new one. At worst an email has two: its row lets only one of them send. */
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

/**
 * Deletes every email about a user, and those to the addresses that are about nobody, such as invitations; those not yet sent too.
 * Suppressions stay: they keep the address from being emailed again.
 */
export async function forget(db: Database, userId: string, addresses: readonly string[]): Promise<void> {
  const { id } = emailMessages;
  await removeRows(db, { from: emailMessages, where: eq(emailMessages.userId, userId), by: id });
  for (const address of addresses) await removeRows(db, { from: emailMessages, where: toStranger(address), by: id });
}

const toStranger = (address: string): SQL => and(isNull(emailMessages.userId), eq(emailMessages.toAddress, address))!;

/** Reads the data of a user in this feature for the export: in batches, without the contents of emails. */
export function exportFor(db: Database, userId: string, address: string) {
  const { id, template, toAddress, status, createdAt, sentAt } = emailMessages;
  const messages = readPages((limit, last: { id: string } | undefined) =>
    db
      .select({ id, template, to: toAddress, status, createdAt, sentAt })
      .from(emailMessages)
      .where(and(or(eq(emailMessages.userId, userId), toStranger(address)), last && gt(id, last.id)))
      .orderBy(asc(id))
      .limit(limit),
  );
  return { messages, suppressions: suppressionsOf(db, userId) };
}

/** Reads the suppressions of the addresses at which the user got emails. */
async function* suppressionsOf(db: Database, userId: string) {
  const { address, scope, reason, createdAt } = emailSuppressions;
  const mailed = exists(
    db
      .select({ id: emailMessages.id })
      .from(emailMessages)
      .where(and(eq(emailMessages.userId, userId), sql`lower(${emailMessages.toAddress}) = ${address}`)),
  );
  const pages = readPages((limit, last: { address: string; scope: string } | undefined) =>
    db
      .select({ address, scope, reason, createdAt })
      .from(emailSuppressions)
      .where(and(mailed, last && sql`(${address}, ${scope}) > (${last.address}, ${last.scope})`))
      .orderBy(asc(address), asc(scope))
      .limit(limit),
  );
  for await (const page of pages) yield page.map(({ scope: _scope, ...suppression }) => suppression);
}
