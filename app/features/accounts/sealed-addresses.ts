/** Jobs about an email address that somebody named. The address travels sealed: the job tables hold no personal data in the clear. */
import type { Executor } from '../../platform/database/database.ts';
import type { RequestOrigin } from '../../platform/http/caller.ts';
import type { JobHandler, Jobs } from '../../platform/jobs/jobs.ts';
import type { QueueDefinition } from '../../platform/jobs/queues.ts';
import type { Sealer } from '../../platform/security/sealing.ts';
import type { SealedAddress } from './queues.ts';

export interface SealedAddresses {
  /** Enqueues a job about a canonical address, in the transaction of `executor` if it is one. */
  enqueue<More extends object>(
    executor: Executor,
    queue: QueueDefinition<SealedAddress & More>,
    address: string,
    origin: RequestOrigin,
    more?: More,
  ): Promise<void>;
  /** The handler of such jobs. */
  handler<More extends object>(
    queue: QueueDefinition<SealedAddress & More>,
    run: (address: string, origin: RequestOrigin, more: More) => Promise<void>,
  ): JobHandler;
}

const PURPOSE = 'accounts.job_address';

export function createSealedAddresses({ jobs, sealer }: { jobs: Jobs; sealer: Sealer }): SealedAddresses {
  return {
    async enqueue<More extends object>(
      executor: Executor,
      queue: QueueDefinition<SealedAddress & More>,
      address: string,
      origin: RequestOrigin,
      more?: More,
    ) {
      const sealedAddress = sealer.seal(PURPOSE, address).toString('base64url');
      await jobs.enqueue(executor, queue, { ...more!, sealedAddress, origin });
    },
    handler: <More extends object>(
      queue: QueueDefinition<SealedAddress & More>,
      run: (address: string, origin: RequestOrigin, more: More) => Promise<void>,
    ) =>
      ({
        queue,
        handle: (data: SealedAddress & More) =>
          run(sealer.open(PURPOSE, Buffer.from(data.sealedAddress, 'base64url')).toString(), data.origin, data),
      }) as JobHandler,
  };
}
