/**
 * Telling the owner of an address that somebody named it: to register, or as the new address of another account. A job does it, so that
 * the answer takes the same time whatever the state of the owner's account.
 */
import type { Clock } from '../../platform/clock.ts';
import type { Database, Transaction } from '../../platform/database/database.ts';
import { transact } from '../../platform/database/retry.ts';
import type { RequestOrigin } from '../../platform/http/caller.ts';
import type { JobHandler } from '../../platform/jobs/jobs.ts';
import type { Email } from '../email/email.ts';
import type { InactiveAccounts } from './inactive-accounts.ts';
import { takenAddresses } from './queues.ts';
import type { SealedAddresses } from './sealed-addresses.ts';
import type { Users } from './users.ts';

export interface AlreadyRegistered {
  /** Tells the owner of a canonical address, if it still has a verified one when the job runs. */
  tellOwner(tx: Transaction, address: string, origin: RequestOrigin): Promise<void>;
  readonly handlers: readonly JobHandler[];
}

export interface AlreadyRegisteredOptions {
  db: Database;
  clock: Clock;
  users: Pick<Users, 'findByAddress'>;
  sealedAddresses: SealedAddresses;
  inactiveAccounts: InactiveAccounts;
  email: Pick<Email, 'sendEmail'>;
  appUrl: string;
}

export function createAlreadyRegistered(options: AlreadyRegisteredOptions): AlreadyRegistered {
  const { db, clock, users, sealedAddresses, inactiveAccounts, email, appUrl } = options;

  const mailOwner = (address: string) =>
    transact(db, async (tx) => {
      const owner = await users.findByAddress(tx, address);
      if (!owner?.emailVerifiedAt || (await inactiveAccounts.mailOwner(tx, owner))) return;
      await email.sendEmail(tx, {
        template: 'already-registered',
        to: owner.email,
        locale: owner.locale,
        userId: owner.id,
        // A form that is sent twice gets one email.
        key: `already-registered:${owner.id}:${clock.now().toISOString().slice(0, 16)}`,
        data: { name: owner.name, url: `${appUrl}/sign-in` },
      });
    });

  return {
    tellOwner: (tx, address, origin) => sealedAddresses.enqueue(tx, takenAddresses, address, origin),
    handlers: [sealedAddresses.handler(takenAddresses, mailOwner)],
  };
}
