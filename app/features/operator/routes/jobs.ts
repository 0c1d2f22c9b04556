import { Type } from 'typebox';
import type { Database } from '../../../platform/database/database.ts';
import { transact } from '../../../platform/database/retry.ts';
import { httpErrors } from '../../../platform/http/errors.ts';
import type { Operations } from '../../../platform/http/operations/operations.ts';
import { Id } from '../../../platform/http/schemas.ts';
import type { Jobs } from '../../../platform/jobs/jobs.ts';
import { type JobSummary, listJobs, queueStates } from '../../../platform/jobs/overview.ts';
import type { OperatorGuard } from '../guard.ts';
import type { Looks } from '../looks.ts';
import {
  exampleReason,
  JobStateSchema,
  OPERATOR_PATH,
  OperatorJob,
  operatorTag,
  QueueList,
  Reason,
} from './representations.ts';

export interface JobRoutesOptions {
  guard: OperatorGuard;
  looks: Looks;
  db: Database;
  jobs: Pick<Jobs, 'runAgain'>;
}

const QueueName = Type.String({ minLength: 1, maxLength: 100, pattern: '^[\\w.-]+$', description: 'A queue.' });

export function operatorJobRoutes(operations: Operations, { guard, looks, db, jobs }: JobRoutesOptions): void {
  const operator = operations.at(OPERATOR_PATH, { tag: operatorTag });

  operator.get('/queues', {
    guard,
    operationId: 'listQueues',
    summary: 'Look at the queues',
    description: 'What waits, fails and is dead, per queue.',
    answer: QueueList,
    async get({ access }) {
      await looks.around(access, 'queues');
      return { data: await queueStates(db) };
    },
  });

  operator.list('/jobs', {
    guard,
    operationId: 'listJobs',
    summary: 'Look at jobs',
    description: 'Those that are not done, the newest first. Of their data, only ids are shown.',
    query: { queue: Type.Optional(QueueName), state: Type.Optional(JobStateSchema) },
    item: OperatorJob,
    async rows({ access, query: { queue, state } }, limit, after): Promise<JobSummary[]> {
      await looks.around(access, 'jobs');
      return listJobs(db, { queue, state }, limit, after?.[0]);
    },
    keyOf: ({ id }) => [id],
    present: ({ createdAt, startAfter, ...job }) => ({
      ...job,
      createdAt: createdAt.toISOString(),
      startAfter: startAfter.toISOString(),
    }),
  });

  operator.operation('POST', '/jobs/:jobId/retry', {
    guard,
    operationId: 'retryJob',
    summary: 'Run a job again',
    description: 'A dead one goes back to its queue; one that waits for its next try runs at once.',
    params: { jobId: Id('Job') },
    body: { queue: QueueName, reason: Reason },
    example: { queue: 'email.deliver.dead', reason: exampleReason },
    answers: { 204: 'The job runs again.' },
    errors: [httpErrors.not_found],
    async handle({ access, params: { jobId }, body: { queue, reason } }) {
      await transact(db, async (tx) => {
        await access.again(tx);
        if (!(await jobs.runAgain(tx, { queue, id: jobId }))) throw httpErrors.not_found();
        const target = { type: 'job', id: jobId };
        const details = { queue, reason };
        await looks.changed(tx, access, { action: 'job.retried', userId: null, target, details });
      });
    },
  });
}
