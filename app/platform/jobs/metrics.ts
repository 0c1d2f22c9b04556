import { defineMetrics, SHORT_SECONDS } from '../telemetry/metrics.ts';

const metrics = defineMetrics({
  jobs_queued: {
    type: 'gauge',
    together: 'max',
    help: 'Jobs that are waiting to run.',
    labels: { queue: 'the declared queues' },
  },
  jobs_oldest_age_seconds: {
    type: 'gauge',
    together: 'max',
    help: 'Age of the oldest job that could run now.',
    labels: { queue: 'the declared queues' },
  },
  job_duration_seconds: {
    type: 'histogram',
    help: 'Duration of a job.',
    labels: { queue: 'the declared queues', outcome: 'completed, failed' },
    buckets: [...SHORT_SECONDS, 10, 60, 300],
  },
  jobs_dead_total: {
    type: 'counter',
    help: 'Jobs that failed for the last time.',
    labels: { queue: 'the declared queues' },
  },
});
type Own = typeof metrics;

declare module '../telemetry/metrics.ts' {
  interface DeclaredMetrics extends Own {}
}
