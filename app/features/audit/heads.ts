/**
 * Signed heads of chains, as lines of the log: the evidence outside of the database. A chain that was cut and continued, or written anew, no
 * longer has the event that such a line names.
 */
import { and, asc, gt, inArray, ne, sql } from 'drizzle-orm';
import type { Database, Transaction } from '../../platform/database/database.ts';
import { transact } from '../../platform/database/retry.ts';
import type { JobHandler, JobSchedule } from '../../platform/jobs/jobs.ts';
import { defineQueue } from '../../platform/jobs/queues.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import type { AuditKeys, Head } from './keys.ts';
import { auditChains } from './schema.ts';

const headsQueue = defineQueue<Record<string, never>>('audit.log-heads', { concurrency: 1, expireSeconds: 1_800 });

export const headsSchedule: JobSchedule = {
  queue: headsQueue,
  cron: '*/15 * * * *',
  about: 'Logs the signed head of each audit chain that has grown since the last time.',
};

const NOBODY = '00000000-0000-0000-0000-000000000000';
/** Chains per transaction: some milliseconds, for which events of these owners wait. */
const BATCH = 100;

export interface HeadsOptions {
  db: Database;
  keys: AuditKeys;
  logger: Logger;
}

export function createHeadsLog({ db, keys, logger }: HeadsOptions): JobHandler {
  const log = ({ ownerId, sequence, hash }: Head) => {
    const mac = keys.macOfHead({ ownerId, sequence, hash }).toString('hex');
    logger.info({ auditHead: { ownerId, sequence, hash: hash.toString('hex'), mac } }, 'audit head');
  };
  return {
    queue: headsQueue,
    async handle() {
      for (let last = NOBODY; ; ) {
        // Logged before the commit: a line that comes twice is better than one that is lost.
        const heads = await transact(db, async (tx) => {
          const moved = await takeMoved(tx, last);
          for (const head of moved) log(head);
          return moved;
        });
        if (heads.length < BATCH) return;
        last = heads.at(-1)!.ownerId;
      }
    },
  };
}

/** Marks chains as logged. Those to which somebody appends right now are left for the next run, so nothing here waits under a lock. */
async function takeMoved(tx: Transaction, last: string): Promise<Head[]> {
  const { ownerId, sequence, hash, loggedSequence } = auditChains;
  const moved = await tx
    .select({ ownerId, sequence, hash })
    .from(auditChains)
    .where(and(gt(ownerId, last), gt(sequence, 0), ne(sequence, loggedSequence)))
    .orderBy(asc(ownerId))
    .limit(BATCH)
    .for('update', { skipLocked: true });
  const owners = moved.map((head) => head.ownerId);
  if (owners.length > 0)
    await tx
      .update(auditChains)
      .set({ loggedSequence: sql`${sequence}` })
      .where(inArray(ownerId, owners));
  return moved;
}
