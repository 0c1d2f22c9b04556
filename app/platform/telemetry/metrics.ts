/**
 * Each mechanism and feature declares its own metrics with `defineMetrics`, in its `metrics.ts`. Documentation, dashboards and rules are
 * checked against all of them. A label has only a bounded set of values: never a user, tenant, id, address or raw path.
 */
import { type Aggregator, Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from '@prometheus-io/client';

export type MetricDefinition = Common &
  (
    | { readonly type: 'counter' | 'histogram' }
    | {
        readonly type: 'gauge';
        /** How the values of several processes make one (`app/processes`). What each reads from the database is not to be added. */
        readonly together: 'sum' | 'max' | 'min' | 'first';
      }
  );

interface Common {
  readonly help: string;
  /** Label -> description of its possible values. */
  readonly labels: Readonly<Record<string, string>>;
  /** Upper bounds, in the unit at the end of the metric's name. */
  readonly buckets?: readonly number[];
  /** True if observations carry the trace id of their request (OpenMetrics exemplars). Then call `observe({ labels, value, exemplarLabels })`. */
  readonly exemplars?: true;
  /** Series that exist from the start with the value 0. Otherwise, an alert on an increase would miss the first event of a series. */
  readonly zero?: readonly Readonly<Record<string, string>>[];
}

export const REQUEST_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
export const SHORT_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];
export const LONG_SECONDS = [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 7_200, 86_400];

type Definitions = DeclaredMetrics;
type MetricName = keyof Definitions;
const declared = new Map<string, MetricDefinition>();

/**
 * Declares metrics. Every process has all declared metrics from its start.
 * @throws Error if a name is declared twice
 */
export function defineMetrics<const D extends Record<string, MetricDefinition>>(definitions: D): D {
  for (const [name, definition] of Object.entries(definitions)) {
    if (declared.has(name)) throw new Error(`metric declared twice: ${name}`);
    declared.set(name, definition);
  }
  return definitions;
}

const own = defineMetrics({
  build_info: {
    type: 'gauge',
    together: 'first',
    help: 'Always 1. The labels say which release is running.',
    labels: { release: 'one value per process', node: 'one value per process' },
  },
});
type Own = typeof own;

/** Every declared metric by its name. A declaration adds its names here by merging (`declare module`), as Fastify's plugins do. */
export interface DeclaredMetrics extends Own {}

/** Returns every declared metric, sorted by name. */
export function allMetrics(): [name: string, definition: MetricDefinition][] {
  return [...declared].sort(([a], [b]) => (a < b ? -1 : 1));
}

type LabelOf<N extends MetricName> = Extract<keyof Definitions[N]['labels'], string>;
type Instrument<N extends MetricName> = Definitions[N]['type'] extends 'counter'
  ? Counter<LabelOf<N>>
  : Definitions[N]['type'] extends 'gauge'
    ? Gauge<LabelOf<N>>
    : Histogram<LabelOf<N> | (Definitions[N] extends { exemplars: true } ? 'trace_id' : never)>;

export type Metrics = { readonly [N in MetricName]: Instrument<N> } & { readonly registry: Registry };
export type { Counter, Gauge, Histogram };

/**
 * Creates the instruments of one process, in their own registry.
 * @param labels.release the deployed release (`RELEASE`)
 * @param options.runtime also collect the runtime's metrics (event loop, GC, heap, handles); off in tests
 */
export function createMetrics(labels: { release: string }, options: { runtime: boolean }): Metrics {
  const registry = new Registry();
  const instruments: Record<string, Counter<string> | Gauge | Histogram> = {};
  for (const [name, definition] of allMetrics()) {
    const aggregator: Aggregator = definition.type === 'gauge' ? definition.together : 'sum';
    const common = {
      name,
      help: definition.help,
      labelNames: Object.keys(definition.labels),
      registers: [],
      aggregator,
    };
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
    // Registered here, because with `registers` the library refuses exemplars in a registry whose format has none (`openmetrics.ts` shows them).
    registry.registerMetric(instruments[name] as Counter);
    for (const labels of definition.zero ?? []) (instruments[name] as Counter<string>).inc(labels, 0);
  }
  if (options.runtime) collectDefaultMetrics({ register: registry, eventLoopUtilizationTimeout: 1_000 });
  // Of several processes, the library would leave it out.
  const startedAt = registry.getSingleMetric('process_start_time_seconds') as { aggregator?: Aggregator } | undefined;
  if (startedAt) startedAt.aggregator = 'max';
  (instruments.build_info as Gauge<string>).set({ release: labels.release, node: process.version }, 1);
  return { ...instruments, registry } as unknown as Metrics;
}

/** Sets a gauge, or adds to a counter, at each scrape with `collect`, which must not throw: one failing gauge would fail the scrape. */
export function atScrape<L extends string>(gauge: Gauge<L> | Counter<L>, collect: () => void | Promise<void>): void {
  // The library takes this as an option of the constructor only, but reads the property.
  Object.assign(gauge, { collect });
}
