/**
 * The same metrics in the OpenMetrics format, which alone carries exemplars. The library has one format a registry, and in this one takes
 * `_total` off the names of counters for good, so the instruments are shown to a registry of their own.
 */
import { type Metric, type MetricObjectWithValues, type MetricValue, Registry } from '@prometheus-io/client';

type Values = MetricObjectWithValues<MetricValue<string>>;
/** What a registry asks of an instrument. */
interface Source {
  readonly name: string;
  readonly type: string;
  get(): Promise<Values>;
  /** As `get`, but histograms keep the exemplars. */
  getForPromString?(): Promise<Values>;
}

/** @returns a view of `registry` as OpenMetrics 1.0; instruments that are added later are not in it */
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

/** Whether a scrape asks for OpenMetrics (its media type in `Accept`, as Prometheus sends it). */
export function acceptsOpenMetrics(accept: string | undefined): boolean {
  return accept?.includes('application/openmetrics-text') ?? false;
}
