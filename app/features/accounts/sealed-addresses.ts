/** Jobs about an email address that somebody named. The address travels sealed: the job tables hold no personal data in the clear. */
import type { Executor } from '../../platform/database/database.ts';
import type { RequestOrigin } from '../../platform/http/caller.ts';
import type { JobHandler, Jobs } from '../../platform/jobs/jobs.ts';
import type { QueueDefinition } from '../../platform/jobs/queues.ts';
import type { Sealer } from '../../platform/security/sealing.ts';
import type { SealedAddress } from './queues.ts';

export interface SealedAddresses {
  /** Enqueues a job about a canonical address, in the transaction of `executor` if it is one. */
  enqueue(
    executor: Executor,
    queue: QueueDefinition<SealedAddress>,
    address: string,
    origin: RequestOrigin,
  ): Promise<void>;
  /** The handler of such jobs. */
  handler(
    queue: QueueDefinition<SealedAddress>,
    run: (address: string, origin: RequestOrigin) => Promise<void>,
  ): JobHandler;
}

const PURPOSE = 'accounts.job_address';

export function createSealedAddresses({ jobs, sealer }: { jobs: Jobs; sealer: Sealer }): SealedAddresses {
  return {
    async enqueue(executor, queue, address, origin) {
      await jobs.enqueue(executor, queue, {
        sealedAddress: sealer.seal(PURPOSE, address).toString('base64url'),
        origin,
      });
    },
    handler: (queue, run) =>
      ({
        queue,
        handle: ({ sealedAddress, origin }: SealedAddress) =>
          run(sealer.open(PURPOSE, Buffer.from(sealedAddress, 'base64url')).toString(), origin),
      }) as JobHandler,
  };
}
