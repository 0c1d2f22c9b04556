/**
 * Every metric of the service, in one typed table. Documentation, dashboards and rules are checked against it.
 * A label holds only bounded values: never a user, tenant, id, address or raw path.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from '@prometheus-io/client';

export interface MetricDefinition {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  /** Label -> what its values are bounded by. */
  readonly labels: Readonly<Record<string, string>>;
  /** Upper bounds, in the unit that the name ends with. */
  readonly buckets?: readonly number[];
  /** Whether observations carry the trace id of their request (OpenMetrics exemplars). Then call `observe({ labels, value, exemplarLabels })`. */
  readonly exemplars?: true;
  /** Series that exist from the start. An alert on an increase would miss the first event of a series that begins with it. */
  readonly zero?: readonly Readonly<Record<string, string>>[];
}

const REQUEST_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const QUERY_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];
const SHORT_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];
const LONG_SECONDS = [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 7_200, 86_400];

export const metricDefinitions = {
  http_request_duration_seconds: {
    type: 'histogram',
    help: 'Time from a request to the end of its response.',
    labels: {
      method: 'the methods of the declared routes, or OTHER',
      route: 'the pattern of a declared route, or none',
      status_code: 'HTTP status codes that the service answers',
    },
    buckets: REQUEST_SECONDS,
    exemplars: true,
  },
  http_requests_in_flight: { type: 'gauge', help: 'Requests being handled now.', labels: {} },
  db_up: { type: 'gauge', help: '1 if this process reaches the database, else 0.', labels: {} },
  db_pool_connections: {
    type: 'gauge',
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
  jobs_queued: { type: 'gauge', help: 'Jobs that wait to run.', labels: { queue: 'the declared queues' } },
  jobs_oldest_age_seconds: {
    type: 'gauge',
    help: 'Age of the oldest job that could run now.',
    labels: { queue: 'the declared queues' },
  },
  job_duration_seconds: {
    type: 'histogram',
    help: 'Time a job ran.',
    labels: { queue: 'the declared queues', outcome: 'completed, failed' },
    buckets: [...SHORT_SECONDS, 10, 60, 300],
  },
  jobs_dead_total: {
    type: 'counter',
    help: 'Jobs that failed for the last time.',
    labels: { queue: 'the declared queues' },
  },
  auth_events_total: {
    type: 'counter',
    help: 'Security events of accounts.',
    labels: {
      event:
        'registration, verification, sign_in, refresh, sign_out, password_reset, password_change, email_change, deletion, key_rotation, breach_check',
      outcome: 'success, failure, limited, reused, replayed, unavailable',
    },
    zero: [
      { event: 'refresh', outcome: 'reused' },
      { event: 'sign_in', outcome: 'failure' },
      { event: 'sign_in', outcome: 'limited' },
    ],
  },
  auth_signing_key_age_seconds: {
    type: 'gauge',
    help: 'How long the current key has signed access tokens.',
    labels: {},
  },
  password_hash_queue_depth: { type: 'gauge', help: 'Password hashes that run or wait.', labels: {} },
  session_revocation_seconds: {
    type: 'histogram',
    help: 'Time from the commit that ends a session to its refusal by this process.',
    labels: {},
    buckets: SHORT_SECONDS,
  },
  email_messages_total: {
    type: 'counter',
    help: 'Mails by what became of them.',
    labels: { template: 'the declared templates', outcome: 'queued, sent, failed, suppressed' },
  },
  email_oldest_unsent_seconds: { type: 'gauge', help: 'Age of the oldest mail that is still to be sent.', labels: {} },
  email_delivery_seconds: {
    type: 'histogram',
    help: 'Time from queueing a mail to its acceptance by the mail server.',
    labels: {},
    buckets: LONG_SECONDS,
  },
  stripe_events_total: {
    type: 'counter',
    help: 'Events of Stripe by what became of them at intake.',
    labels: {
      type: 'the types that are acted on, other, or unverified',
      outcome: 'stored, duplicate, ignored, recovered (found by polling), refused',
    },
    zero: [{ type: 'unverified', outcome: 'refused' }],
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
    help: 'Subscriptions that are not over.',
    labels: { plan: 'the plans of the catalog, or unknown', status: 'the statuses of Stripe' },
  },
  billing_mrr_minor_units: {
    type: 'gauge',
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
    help: 'Differences from Stripe that no event had told of, found by polling or by the sweep.',
    labels: { kind: 'event, customer, subscription, invoice, payment_method' },
    zero: [
      { kind: 'event' },
      { kind: 'customer' },
      { kind: 'subscription' },
      { kind: 'invoice' },
      { kind: 'payment_method' },
    ],
  },
  billing_open_disputes: { type: 'gauge', help: 'Disputes that wait for an answer.', labels: {} },
  tls_certificate_expiry_timestamp_seconds: {
    type: 'gauge',
    help: 'When the certificate ends that callers of a public URL see, in seconds since 1970.',
    labels: { endpoint: 'api, app' },
  },
  filesystem_free_ratio: {
    type: 'gauge',
    help: 'Free share of the disk that this process runs on, 0 to 1.',
    labels: {},
  },
  build_info: {
    type: 'gauge',
    help: 'Always 1; what is running.',
    labels: { release: 'one value a process', node: 'one value a process' },
  },
} as const satisfies Record<string, MetricDefinition>;

type Definitions = typeof metricDefinitions;
type MetricName = keyof Definitions;
type LabelOf<N extends MetricName> = Extract<keyof Definitions[N]['labels'], string>;
type Instrument<N extends MetricName> = Definitions[N]['type'] extends 'counter'
  ? Counter<LabelOf<N>>
  : Definitions[N]['type'] extends 'gauge'
    ? Gauge<LabelOf<N>>
    : Histogram<LabelOf<N> | (Definitions[N] extends { exemplars: true } ? 'trace_id' : never)>;

export type Metrics = { readonly [N in MetricName]: Instrument<N> } & { readonly registry: Registry };
export type { Counter, Gauge, Histogram };

/**
 * The instruments of one process, in a registry of their own.
 * @param labels.release what is deployed (`RELEASE`)
 * @param options.runtime also collect the runtime's metrics (event loop, GC, heap, handles); off in tests
 */
export function createMetrics(labels: { release: string }, options: { runtime: boolean }): Metrics {
  const registry = new Registry();
  const instruments: Record<string, Counter<string> | Gauge | Histogram> = {};
  for (const [name, definition] of Object.entries<MetricDefinition>(metricDefinitions)) {
    const common = { name, help: definition.help, labelNames: Object.keys(definition.labels), registers: [] };
    instruments[name] =
      definition.type === 'counter'
        ? new Counter(common)
        : definition.type === 'gauge'
          ? new Gauge(common)
          : new Histogram({
              ...common,
              buckets: [...(definition.buckets ?? [])],
              enableExemplars: definition.exemplars ?? false,
            });
    // By hand: with `registers`, the library refuses exemplars in a registry whose own format has none (`openmetrics.ts` shows them).
    registry.registerMetric(instruments[name] as Counter);
    for (const labels of definition.zero ?? []) (instruments[name] as Counter<string>).inc(labels, 0);
  }
  if (options.runtime) collectDefaultMetrics({ register: registry, eventLoopUtilizationTimeout: 1_000 });
  const metrics = { ...instruments, registry } as unknown as Metrics;
  metrics.build_info.set({ release: labels.release, node: process.version }, 1);
  return metrics;
}

/** Has a gauge set anew at each scrape. `collect` must not throw: one failing gauge would fail the scrape. */
export function atScrape<L extends string>(gauge: Gauge<L>, collect: () => void | Promise<void>): void {
  // The library takes this as an option of the constructor only, but reads the property.
  Object.assign(gauge, { collect });
}
