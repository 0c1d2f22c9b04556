/** A worker of this feature alone, in a process of its own, for tests that kill it. Started with DATABASE_URL and SMTP_URL. */
import '../../accounts/emails.ts';
import { deafFeed } from '../../../platform/database/changes/testing/deaf-feed.ts';
import { openDatabase } from '../../../platform/database/database.ts';
import { createJobs } from '../../../platform/jobs/jobs.ts';
import { createSealer } from '../../../platform/security/sealing.ts';
import { createLogger } from '../../../platform/telemetry/logger.ts';
import { createMetrics } from '../../../platform/telemetry/metrics.ts';
import { createEmail, createSmtpTransport } from '../email.ts';

const [url = '', smtpUrl = '', secret = '', from = ''] = process.argv.slice(2);
const logger = createLogger({ level: 'warn', release: 'test' });
const metrics = createMetrics({ release: 'test' }, { runtime: false });
const db = openDatabase({
  url,
  poolSize: 4,
  lanes: 1,
  preparedStatements: true,
  statementTimeoutMs: 10_000,
  applicationName: 'email worker',
});
const jobs = createJobs({ url, db, worker: true, logger, metrics });
await jobs.start();
const email = createEmail({
  db,
  feed: deafFeed,
  jobs,
  sealer: createSealer([secret]),
  clock: { now: () => new Date() },
  metrics,
  logger,
  transport: createSmtpTransport({ url: smtpUrl }),
  productName: 'Plinth',
  from,
  appUrl: 'https://app.plinth.test',
  apiUrl: 'https://api.plinth.test',
});
await jobs.work(email.handlers, []);
