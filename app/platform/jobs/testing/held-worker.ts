/** A worker process whose job never ends, for a test that kills it. Arguments: the database's URL, a queue's name. */

import { openDatabase } from '../../database/database.ts';
import { createLogger } from '../../telemetry/logger.ts';
import { createMetrics } from '../../telemetry/metrics.ts';
import { createJobs } from '../jobs.ts';
import { defineQueue } from '../queues.ts';

const [url = '', name = ''] = process.argv.slice(2);
const logger = createLogger({ level: 'warn', release: 'test', destination: process.stderr });
const metrics = createMetrics({ release: 'test' }, { runtime: false });
const db = openDatabase({
  url,
  poolSize: 1,
  lanes: 1,
  preparedStatements: true,
  statementTimeoutMs: 10_000,
  applicationName: 'held worker',
});
const jobs = createJobs({ url, db, worker: true, logger, metrics });
await jobs.start();
const handle = async (data: object) => {
  process.stdout.write(`${JSON.stringify(data)}\n`);
  await new Promise(() => {});
};
await jobs.work([{ queue: defineQueue(name), handle }], []);
