import { defineMetrics, SHORT_SECONDS } from '../telemetry/metrics.ts';

const QUERY_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];

const metrics = defineMetrics({
  db_up: { type: 'gauge', together: 'min', help: '1 if this process reaches the database, else 0.', labels: {} },
  db_pool_connections: {
    type: 'gauge',
    together: 'sum',
    help: 'Connections to the database by state.',
    labels: { state: 'used, idle (transactions); pipelined (shared by single statements)' },
  },
  db_pool_wait_seconds: {
    type: 'histogram',
    help: "Wait for a transaction's connection.",
    labels: {},
    buckets: SHORT_SECONDS,
  },
  db_query_duration_seconds: {
    type: 'histogram',
    help: 'Time from sending a statement to its result, as the client sees it.',
    labels: { operation: 'select, insert, update, delete, with, begin, commit, rollback, other' },
    buckets: QUERY_SECONDS,
  },
});
type Own = typeof metrics;

declare module '../telemetry/metrics.ts' {
  interface DeclaredMetrics extends Own {}
}
