import { defineMetrics, LONG_SECONDS, REQUEST_SECONDS } from '../../platform/telemetry/metrics.ts';

const metrics = defineMetrics({
  stripe_events_total: {
    type: 'counter',
    help: 'Events of Stripe by what became of them at intake.',
    labels: {
      type: 'the types that are acted on, other, thin (a thin event, signed), unusable (signed, not an event), unverified (not signed by Stripe)',
      outcome: 'stored, duplicate, ignored, recovered (found by polling), refused',
    },
    zero: [
      { type: 'unverified', outcome: 'refused' },
      { type: 'unusable', outcome: 'refused' },
    ],
  },
  stripe_event_lag_seconds: {
    type: 'histogram',
    help: 'Time from storing an event to what it changed being visible.',
    labels: {},
    buckets: LONG_SECONDS,
  },
  stripe_request_duration_seconds: {
    type: 'histogram',
    help: 'Time of a call to Stripe, its retries included.',
    labels: {
      operation: 'the declared operations, e.g. subscriptions.update',
      outcome: 'success, declined, invalid, rate_limited, unavailable',
    },
    buckets: REQUEST_SECONDS,
  },
  billing_subscriptions: {
    type: 'gauge',
    together: 'max',
    help: 'Subscriptions that are not over.',
    labels: { plan: 'the plans of the catalog, or unknown', status: 'the statuses of Stripe' },
  },
  billing_mrr_minor_units: {
    type: 'gauge',
    together: 'max',
    help: 'Monthly recurring revenue of active and overdue subscriptions, before discounts and tax, in minor units.',
    labels: { currency: 'the currencies of the catalog' },
  },
  billing_churned_mrr_minor_units_total: {
    type: 'counter',
    help: 'Monthly recurring revenue that ended, in minor units.',
    labels: { currency: 'the currencies of the catalog' },
  },
  billing_drift_total: {
    type: 'counter',
    help: 'Differences from Stripe that no event had told of, and seats that are not the members, found by polling or by the sweep.',
    labels: { kind: 'event, customer, subscription, invoice, payment_method, seats' },
    zero: [
      { kind: 'event' },
      { kind: 'customer' },
      { kind: 'subscription' },
      { kind: 'invoice' },
      { kind: 'payment_method' },
      { kind: 'seats' },
    ],
  },
  billing_open_disputes: { type: 'gauge', together: 'max', help: 'Disputes that wait for an answer.', labels: {} },
});
type Own = typeof metrics;

declare module '../../platform/telemetry/metrics.ts' {
  interface DeclaredMetrics extends Own {}
}
