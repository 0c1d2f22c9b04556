/** Everything a test of this feature needs: a database with queues, the feature over it, and its HTTP server. */
import { isDeepStrictEqual } from 'node:util';
import { eq, sql } from 'drizzle-orm';
import { createTestDatabase } from '../../../../test/database.ts';
import type { Clock } from '../../../platform/clock.ts';
import { deafFeed } from '../../../platform/database/changes/testing/deaf-feed.ts';
import { type Database, openDatabase } from '../../../platform/database/database.ts';
import type { HttpServer } from '../../../platform/http/fastify.ts';
import { createOperations } from '../../../platform/http/operations/operations.ts';
import { createHttpServer } from '../../../platform/http/server.ts';
import { createJobs, installJobs, type Jobs } from '../../../platform/jobs/jobs.ts';
import { allQueues } from '../../../platform/jobs/queues.ts';
import { createSealer } from '../../../platform/security/sealing.ts';
import { createLogger } from '../../../platform/telemetry/logger.ts';
import { createMetrics, type Metrics } from '../../../platform/telemetry/metrics.ts';
import { createEmail, type Email, type EmailOptions } from '../email.ts';
import type { NewEmail } from '../outbox.ts';
import { deliverQueue } from '../queues.ts';
import { emailMessages } from '../schema.ts';
import { createCapturingTransport } from '../transport.ts';
import type { Lifetime } from './lifetime.ts';
import { sampleOf } from './samples.ts';

export const FROM = 'Plinth <no-reply@plinth.test>';
export const APP_SECRET = 'an-app-secret-for-tests-only-0123456789';

export interface Harness {
  email: Email;
  db: Database;
  url: string;
  jobs: Jobs;
  metrics: Metrics;
  app: HttpServer;
  /** The lines that the feature logged. */
  logs: () => string;
  /** Queues an email in a transaction of its own. @returns its id */
  queue(mail?: Partial<NewEmail<'password-changed'>>): Promise<string>;
  /** Runs the delivery job of an email once, as a worker would. */
  deliver(id: string, email?: Email): Promise<void>;
  row(id: string): Promise<typeof emailMessages.$inferSelect>;
  /** Lets the time pass until the next try of an email, or until its lease ends. */
  makeDue(id: string): Promise<void>;
  /** Jobs that wait for an email. */
  jobsOf(id: string): Promise<{ startAfter: Date }[]>;
  /** A second feature over the same database, as another process has it. */
  another(overrides?: Partial<EmailOptions>): Email;
}

let counter = 0;

export async function startHarness(t: Lifetime, overrides: Partial<EmailOptions> = {}): Promise<Harness> {
  const database = await createTestDatabase();
  await installJobs(database.url, allQueues());
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const logger = createLogger({ level: 'info', release: 'test', destination });
  const metrics = createMetrics({ release: 'test' }, { runtime: false });
  const db = openDatabase({
    url: database.url,
    poolSize: 8,
    lanes: 2,
    preparedStatements: true,
    statementTimeoutMs: 10_000,
    applicationName: 'email test',
  });
  const jobs = createJobs({ url: database.url, db, worker: false, logger, metrics });
  await jobs.start();
  const clock: Clock = { now: () => new Date() };
  const options: EmailOptions = {
    db,
    feed: deafFeed,
    jobs,
    sealer: createSealer([APP_SECRET]),
    clock,
    metrics,
    logger,
    transport: createCapturingTransport(),
    productName: 'Plinth',
    from: FROM,
    appUrl: 'https://app.plinth.test',
    apiUrl: 'https://api.plinth.test',
    ...overrides,
  };
  const another = (more: Partial<EmailOptions> = {}) => createEmail({ ...options, ...more });
  const email = another();
  const app = await createHttpServer({
    logger,
    metrics,
    corsOrigins: [],
    trustProxy: false,
    problemBaseUrl: 'https://api.plinth.test/docs/errors',
  });
  // No operation of email lists or takes an Idempotency-Key.
  email.routes(createOperations(app, { cursors: undefined as never, idempotency: undefined as never }));
  await app.ready();

  t.after(async () => {
    await app.close();
    await options.transport.close();
    await jobs.close(0);
    await db.$client.end();
    await database.close();
  });

  return {
    email,
    db,
    url: database.url,
    jobs,
    metrics,
    app,
    logs: () => lines.join(''),
    another,

    async queue(mail = {}) {
      const key = mail.key ?? `test:${++counter}`;
      await db.transaction((tx) =>
        email.sendEmail(tx, {
          template: 'password-changed',
          to: 'ada@example.test',
          locale: 'en',
          data: sampleOf('password-changed'),
          key,
          ...mail,
        }),
      );
      const [found] = await db.select({ id: emailMessages.id }).from(emailMessages).where(eq(emailMessages.key, key));
      return found!.id;
    },

    async deliver(id, by = email) {
      const handler = by.handlers.find(({ queue }) => queue.name === deliverQueue.name)!;
      const context = { id: 'job', attempt: 1, lastAttempt: false, signal: new AbortController().signal };
      await handler.handle({ messageId: id }, context);
    },

    async row(id) {
      const [found] = await db.select().from(emailMessages).where(eq(emailMessages.id, id));
      return found!;
    },

    async makeDue(id) {
      await db.update(emailMessages).set({ nextAttemptAt: sql`now()` }).where(eq(emailMessages.id, id));
    },

    async jobsOf(id) {
      const { rows } = await db.execute<{ startAfter: Date }>(
        sql`select start_after as "startAfter" from pgboss.job where name = ${deliverQueue.name} and data->>'messageId' = ${id} order by start_after`,
      );
      return rows.map(({ startAfter }) => ({ startAfter: new Date(startAfter) }));
    },
  };
}

/** The value of a counter, 0 where it was never counted. */
export async function counted(metrics: Metrics, labels: { template: string; outcome: string }): Promise<number> {
  const { values } = await metrics.email_messages_total.get();
  const matching = values.filter((value) => isDeepStrictEqual({ ...value.labels }, labels));
  return matching[0]?.value ?? 0;
}
