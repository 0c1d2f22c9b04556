/**
 * Mails that anyone can ask for by naming an address. The request only enqueues a job, whether or not the address has an account, so
 * neither the answer nor its time tells.
 */
import type { Database } from '../../platform/database/database.ts';
import type { RequestOrigin } from '../../platform/http/caller.ts';
import type { JobHandler, Jobs } from '../../platform/jobs/jobs.ts';
import type { QueueDefinition } from '../../platform/jobs/queues.ts';
import { addressBlock } from '../../platform/security/rate-limits.ts';
import type { Sealer } from '../../platform/security/sealing.ts';
import { parseAddress } from '../email/email.ts';
import { accountErrors } from './errors.ts';
import type { AccountLimits } from './limits.ts';
import type { Passwords } from './passwords.ts';
import { passwordResets, type SealedAddress, verificationResends } from './queues.ts';
import type { Registration } from './registration.ts';

export interface MailRequests {
  /** @throws `invalid_email`, `rate_limited` */
  resetPassword(email: string, origin: RequestOrigin): Promise<void>;
  /** @throws `invalid_email`, `rate_limited` */
  resendVerification(email: string, origin: RequestOrigin): Promise<void>;
  readonly handlers: readonly JobHandler[];
}

export interface MailRequestsOptions {
  db: Database;
  jobs: Jobs;
  sealer: Sealer;
  limits: AccountLimits;
  passwords: Pick<Passwords, 'requestReset'>;
  registration: Pick<Registration, 'resend'>;
}

const PURPOSE = 'accounts.job_address';

export function createMailRequests(options: MailRequestsOptions): MailRequests {
  const { db, jobs, sealer, limits, passwords, registration } = options;

  async function request(queue: QueueDefinition<SealedAddress>, email: string, origin: RequestOrigin): Promise<void> {
    const address = parseAddress(email);
    if (!address) throw accountErrors.invalid_email();
    await limits.mailsFrom.consume(addressBlock(origin.ipAddress ?? ''));
    await limits.mailsToAddress.consume(address);
    await jobs.enqueue(db, queue, { sealedAddress: sealer.seal(PURPOSE, address).toString('base64url'), origin });
  }

  const handler = (
    queue: QueueDefinition<SealedAddress>,
    run: (address: string, origin: RequestOrigin) => Promise<void>,
  ) => ({
    queue,
    handle: ({ sealedAddress, origin }: SealedAddress) =>
      run(sealer.open(PURPOSE, Buffer.from(sealedAddress, 'base64url')).toString(), origin),
  });

  return {
    resetPassword: (email, origin) => request(passwordResets, email, origin),
    resendVerification: (email, origin) => request(verificationResends, email, origin),
    handlers: [
      handler(passwordResets, (address, origin) => passwords.requestReset(address, origin)),
      handler(verificationResends, (address) => registration.resend(address)),
    ] as JobHandler[],
  };
}
