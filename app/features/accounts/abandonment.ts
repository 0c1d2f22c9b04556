/** Removing what nobody came back to: registrations that were never verified, and devices that nobody signs in from any more. */
import { and, asc, eq, isNull, lt, sql } from 'drizzle-orm';
import { attemptEach } from '../../platform/attempts.ts';
import { after, type Clock, DAY_MS } from '../../platform/clock.ts';
import { readPages, removeRows } from '../../platform/database/batches.ts';
import type { Database } from '../../platform/database/database.ts';
import { transact } from '../../platform/database/retry.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import type { Audit } from '../audit/audit.ts';
import type { Email } from '../email/email.ts';
import type { Devices } from './devices/devices.ts';
import { knownDevices, users } from './schema.ts';

/** The last link of a registration has long expired by then. The next registration for the address would replace it anyway. */
const UNVERIFIED_DAYS = 30;
/** Beyond the longest time between two sign-ins of somebody who uses the product, `SESSION_ABSOLUTE_DAYS`. */
const UNSEEN_DAYS = 365;

import { deleteUsers } from './users.ts';

export interface Abandonment {
  /** @returns how many registrations and devices. @throws Error at the end where some failed; they are still due */
  purge(): Promise<number>;
}

export interface AbandonmentOptions {
  db: Database;
  clock: Clock;
  audit: Audit;
  email: Pick<Email, 'forget'>;
  logger: Logger;
  devices: Pick<Devices, 'purge'>;
  /** The longest time for which a session lives, in milliseconds. */
  lifetimes: { absoluteMs: number };
}

type Abandoned = Pick<typeof users.$inferSelect, 'id' | 'email' | 'createdAt'>;

export function createAbandonment(options: AbandonmentOptions): Abandonment {
  const { db, clock, audit, email, devices, logger, lifetimes } = options;
  // A suspended one stays: it keeps the address closed.
  const unverified = and(isNull(users.emailVerifiedAt), isNull(users.suspendedAt));

  const registrations = () =>
    readPages((limit, last: Abandoned | undefined) =>
      db
        .select({ id: users.id, email: users.email, createdAt: users.createdAt })
        .from(users)
        .where(
          and(
            unverified,
            lt(users.createdAt, after(clock.now(), -UNVERIFIED_DAYS * DAY_MS)),
            last && sql`(${users.createdAt}, ${users.id}) > (${last.createdAt}, ${last.id})`,
          ),
        )
        .orderBy(asc(users.createdAt), asc(users.id))
        .limit(limit),
    );

  async function remove({ id, email: address }: Abandoned): Promise<boolean> {
    await email.forget(id, [address]);
    return transact(db, async (tx) => {
      // Again, and so under the row's lock: the address may be verified at this moment.
      const gone = await deleteUsers(tx, and(eq(users.id, id), unverified));
      if (gone.length > 0) await audit.forget(tx, id);
      return gone.length > 0;
    });
  }

  return {
    async purge() {
      const { lastSeenAt } = knownDevices;
      const unseen = after(clock.now(), -Math.max(UNSEEN_DAYS * DAY_MS, lifetimes.absoluteMs));
      const former = await removeRows(db, { from: knownDevices, where: lt(lastSeenAt, unseen), by: lastSeenAt });
      const seen = await devices.purge(unseen);
      const removed = await attemptEach(registrations(), remove, ({ id }, err) =>
        logger.warn({ err, userId: id }, 'an abandoned registration was not removed'),
      );
      return former + seen + removed;
    },
  };
}
