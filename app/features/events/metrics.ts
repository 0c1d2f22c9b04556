import { defineMetrics } from '../../platform/telemetry/metrics.ts';

const metrics = defineMetrics({
  events_total: {
    type: 'counter',
    help: 'Events of organizations. Those of a transaction that was rolled back count too.',
    labels: { type: 'the declared types, e.g. member.joined' },
  },
});
type Own = typeof metrics;

declare module '../../platform/telemetry/metrics.ts' {
  interface DeclaredMetrics extends Own {}
}
