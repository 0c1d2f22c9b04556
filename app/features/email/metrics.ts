import { defineMetrics, LONG_SECONDS } from '../../platform/telemetry/metrics.ts';

const metrics = defineMetrics({
  email_messages_total: {
    type: 'counter',
    help: 'Mails by what became of them.',
    labels: { template: 'the declared templates', outcome: 'queued, sent, failed, suppressed' },
  },
  email_oldest_unsent_seconds: {
    type: 'gauge',
    together: 'max',
    help: 'Age of the oldest mail that is still to be sent.',
    labels: {},
  },
  email_delivery_seconds: {
    type: 'histogram',
    help: 'Time from queueing a mail to its acceptance by the mail server.',
    labels: {},
    buckets: LONG_SECONDS,
  },
});
type Own = typeof metrics;

declare module '../../platform/telemetry/metrics.ts' {
  interface DeclaredMetrics extends Own {}
}
