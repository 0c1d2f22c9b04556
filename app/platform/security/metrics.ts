import { defineMetrics } from '../telemetry/metrics.ts';

const metrics = defineMetrics({
  password_hash_queue_depth: {
    type: 'gauge',
    together: 'sum',
    help: 'Password hashes that are running or waiting.',
    labels: {},
  },
});
type Own = typeof metrics;

declare module '../telemetry/metrics.ts' {
  interface DeclaredMetrics extends Own {}
}
