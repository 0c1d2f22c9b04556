import { defineMetrics, LONG_SECONDS, REQUEST_SECONDS } from '../../platform/telemetry/metrics.ts';

const metrics = defineMetrics({
  webhook_attempts_total: {
    type: 'counter',
    help: 'Attempts to deliver a webhook, by what became of them.',
    labels: {
      outcome: 'succeeded, refused (an answer that is no success), timeout, unreachable, blocked (its address)',
    },
    zero: [
      { outcome: 'succeeded' },
      { outcome: 'refused' },
      { outcome: 'timeout' },
      { outcome: 'unreachable' },
      { outcome: 'blocked' },
    ],
  },
  webhook_attempt_duration_seconds: {
    type: 'histogram',
    help: 'Time of an attempt, whether it got an answer or not.',
    labels: {},
    buckets: REQUEST_SECONDS,
  },
  webhook_delay_seconds: {
    type: 'histogram',
    help: 'Time from when an event was stored to its first attempt, for endpoints that did not fail before.',
    labels: {},
    buckets: LONG_SECONDS,
  },
  webhook_deliveries_failed_total: {
    type: 'counter',
    help: 'Deliveries whose last attempt failed.',
    labels: {},
    zero: [{}],
  },
  webhook_oldest_due_seconds: {
    type: 'gauge',
    together: 'max',
    help: 'How long the oldest delivery has been due, of those that nothing but a worker keeps waiting.',
    labels: {},
  },
  webhook_endpoints: {
    type: 'gauge',
    together: 'max',
    help: 'Endpoints by state.',
    labels: { state: 'working, failing (the last attempt failed), disabled' },
  },
});
type Own = typeof metrics;

declare module '../../platform/telemetry/metrics.ts' {
  interface DeclaredMetrics extends Own {}
}
