/** The setup for tests of jobs: a database, queues in it, and processes that enqueue and run jobs. */
import { once } from 'node:events';
import { after, before, type TestContext } from 'node:test';
import { sql } from 'drizzle-orm';
import { eventually } from '../../../../test/conditions.ts';
import { createTestDatabase, type TestDatabase } from '../../../../test/database.ts';
import { type Database, openDatabase } from '../../database/database.ts';
import { createLogger } from '../../telemetry/logger.ts';
import { createMetrics } from '../../telemetry/metrics.ts';
import { createJobs, installJobs, type JobContext, type JobHandler, type Jobs } from '../jobs.ts';
import { describeQueue, type QueueDefinition } from '../queues.ts';

export type Note = { text: string };

/** Creates a database before the tests of a suite, and deletes it after them. */
export function useJobs() {
  let database: TestDatabase;
  let db: Database;
  before(async () => {
    database = await createTestDatabase();
    db = openDatabase({
      url: database.url,
      poolSize: 5,
      lanes: 1,
      preparedStatements: true,
      statementTimeoutMs: 10_000,
      applicationName: 'jobs test',
    });
  });
  after(async () => {
    await db.$client.end();
    await database.close();
  });

  /** Starts the jobs of one process, which enqueues jobs and runs the given handlers. */
  async function startJobs(t: TestContext, handlers: JobHandler[] = []) {
    const metrics = createMetrics({ release: 'test' }, { runtime: false });
    const logs: string[] = [];
    const destination = { write: (line: string) => void logs.push(line) };
    const logger = createLogger({ level: 'info', release: 'test', destination });
    const jobs = createJobs({ url: database.url, db, worker: handlers.length > 0, logger, metrics });
    await jobs.start();
    t.after(() => jobs.close(0));
    if (handlers.length > 0) await jobs.work(handlers, []);
    return { jobs, metrics, logs };
  }

  /** Installs a queue for one test, so that all tests can share a database. */
  async function install(
    name: string,
    settings: Parameters<typeof describeQueue>[1] = {},
  ): Promise<QueueDefinition<Note>> {
    const queue = describeQueue<Note>(`test.${name}`, settings);
    await installJobs(database.url, [queue]);
    return queue;
  }

  /** Creates a handler that records its runs and behaves as the test specifies. */
  function createHandler(
    queue: QueueDefinition<Note>,
    work: (data: Note, context: JobContext) => Promise<void> = async () => {},
  ) {
    const ran = new EventTarget();
    const runs: (Note & { attempt: number; lastAttempt: boolean })[] = [];
    const handler: JobHandler<Note> = {
      queue,
      async handle(data, context) {
        runs.push({ ...data, attempt: context.attempt, lastAttempt: context.lastAttempt });
        ran.dispatchEvent(new Event('ran'));
        await work(data, context);
      },
    };
    return {
      handler: handler as JobHandler,
      runs,
      async until(count: number) {
        while (runs.length < count) await once(ran, 'ran', { signal: AbortSignal.timeout(30_000) });
      },
    };
  }

  const enqueue = (jobs: Jobs, queue: QueueDefinition<Note>, text: string) =>
    db.transaction((tx) => jobs.enqueue(tx, queue, { text }));
  const rowsOf = async (queue: string) =>
    (
      await db.execute<{ state: string; text: string; delay: number; output: unknown }>(
        sql`select state, data->>'text' as text, extract(epoch from start_after - coalesce(completed_on, now()))::float8 as delay, output
            from pgboss.job where name = ${queue}`,
      )
    ).rows;
  const until = (condition: () => Promise<boolean>) => eventually('what the jobs do', condition, 30_000);
  /** Ends the delay before the next run. */
  const makeDue = (queue: QueueDefinition<Note>) =>
    db.execute(sql`update pgboss.job set start_after = now() where name = ${queue.name} and state = 'retry'`);

  return { install, startJobs, createHandler, enqueue, rowsOf, until, makeDue, db: () => db, url: () => database.url };
}
