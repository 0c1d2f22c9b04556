/**
 * The same metrics in the OpenMetrics format, the only one with exemplars. The library has one format per registry, and OpenMetrics
 * permanently removes `_total` from the names of counters. So this registry gets views of the instruments.
 */
import { type Metric, type MetricObjectWithValues, type MetricValue, Registry } from '@prometheus-io/client';

type Values = MetricObjectWithValues<MetricValue<string>>;
/** The methods of an instrument that a registry calls. */
interface Source {
  readonly name: string;
  readonly type: string;
  get(): Promise<Values>;
  /** Like `get`, but with the exemplars of histograms. */
  getForPromString?(): Promise<Values>;
}

/** @returns a view of `registry` as OpenMetrics 1.0, without instruments that are added later */
export function openMetricsOf(registry: Registry): Registry {
  const view = new Registry(Registry.OPENMETRICS_CONTENT_TYPE);
  for (const source of registry.getMetricsAsArray() as unknown as Source[]) {
    view.registerMetric({ name: source.name, type: source.type, get: () => read(source) } as unknown as Metric<string>);
  }
  return view;
}

async function read(source: Source): Promise<Values> {
  const values = await (source.getForPromString?.() ?? source.get());
  return source.type === 'counter' ? { ...values, name: source.name.replace(/_total$/, '') } : values;
}

/** Returns true if a scrape accepts OpenMetrics (its media type is in `Accept`, as Prometheus sends it). */
export function acceptsOpenMetrics(accept: string | undefined): boolean {
  return accept?.includes('application/openmetrics-text') ?? false;
}
