import { defineMetrics } from '../platform/telemetry/metrics.ts';

const metrics = defineMetrics({
  process_restarts_total: {
    type: 'counter',
    help: 'Processes that ended by themselves, and in whose place the supervisor started another (`PROCESSES`).',
    labels: {},
  },
});
type Own = typeof metrics;

declare module '../platform/telemetry/metrics.ts' {
  interface DeclaredMetrics extends Own {}
}
