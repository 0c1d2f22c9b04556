/**
 * Emails that anyone can ask for by naming an address. The request only enqueues a job, whether or not the address has an account, so
 * neither the answer nor its time tells.
 */
import type { Database } from '../../platform/database/database.ts';
import type { RequestOrigin } from '../../platform/http/caller.ts';
import type { JobHandler } from '../../platform/jobs/jobs.ts';
import type { QueueDefinition } from '../../platform/jobs/queues.ts';
import { addressBlock } from '../../platform/security/rate-limits.ts';
import { parseAddress } from '../email/email.ts';
import { accountErrors } from './errors.ts';
import type { AccountLimits } from './limits.ts';
import type { Passwords } from './passwords.ts';
import { passwordResets, type SealedAddress, verificationResends } from './queues.ts';
import type { Registration } from './registration.ts';
import type { SealedAddresses } from './sealed-addresses.ts';

export interface MailRequests {
  /** @throws `invalid_email`, `rate_limited` */
  resetPassword(email: string, origin: RequestOrigin): Promise<void>;
  /** @throws `invalid_email`, `rate_limited` */
  resendVerification(email: string, origin: RequestOrigin): Promise<void>;
  readonly handlers: readonly JobHandler[];
}

export interface MailRequestsOptions {
  db: Database;
  sealedAddresses: SealedAddresses;
  limits: AccountLimits;
  passwords: Pick<Passwords, 'requestReset'>;
  registration: Pick<Registration, 'resend'>;
}

export function createMailRequests(options: MailRequestsOptions): MailRequests {
  const { db, sealedAddresses, limits, passwords, registration } = options;

  async function request(queue: QueueDefinition<SealedAddress>, email: string, origin: RequestOrigin): Promise<void> {
    const address = parseAddress(email);
    if (!address) throw accountErrors.invalid_email();
    await limits.mailsFrom.consume(addressBlock(origin.ipAddress ?? ''));
    await limits.mailsToAddress.consume(address);
    await sealedAddresses.enqueue(db, queue, address, origin);
  }

  return {
    resetPassword: (email, origin) => request(passwordResets, email, origin),
    resendVerification: (email, origin) => request(verificationResends, email, origin),
    handlers: [
      sealedAddresses.handler(passwordResets, (address, origin) => passwords.requestReset(address, origin)),
      sealedAddresses.handler(verificationResends, (address) => registration.resend(address)),
    ],
  };
}
