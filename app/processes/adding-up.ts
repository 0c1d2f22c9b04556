/** One metrics endpoint for several processes: their values, added up. */
import { type MetricValue, Registry } from '@prometheus-io/client';
import type { MetricValues } from './protocol.ts';

type Exemplar = { labelSet: Record<string, string>; value: number; timestamp: number };
type Value = MetricValue<string> & { metricName?: string; exemplar?: Exemplar | null };
type Source = { get(): { type: string; values: Value[] } };

/**
 * Adds up the metrics of several processes: counters and histograms as sums, a gauge as its declaration says (`together`). An exemplar is the latest of
 * its bucket; the library drops them when it adds up.
 * @returns a registry with the values of this moment
 */
export function addUp(processes: readonly MetricValues[]): Registry {
  const sum = Registry.aggregate([...processes]);
  const exemplars = latestExemplars(processes);
  for (const source of sum.getMetricsAsArray() as unknown as Source[]) {
    for (const value of source.get().values) {
      const exemplar = exemplars.get(keyOf(value));
      if (exemplar) value.exemplar = exemplar;
    }
  }
  return sum;
}

function latestExemplars(processes: readonly MetricValues[]): Map<string, Exemplar> {
  const latest = new Map<string, Exemplar>();
  for (const value of processes.flat().flatMap(({ values }) => values as Value[])) {
    const { exemplar } = value;
    if (!exemplar) continue;
    const known = latest.get(keyOf(value));
    if (!known || known.timestamp < exemplar.timestamp) latest.set(keyOf(value), exemplar);
  }
  return latest;
}

const keyOf = ({ metricName, labels = {} }: Value) => JSON.stringify([metricName, Object.entries(labels).sort()]);

/** What must not fall when a process ends: its counters and histograms. */
export const lasting = (values: MetricValues): MetricValues =>
  values.filter(({ type }) => String(type) === 'counter' || String(type) === 'histogram');

/** The values of a registry that was added up, as processes send them. */
export const valuesOf = (sum: Registry): MetricValues =>
  (sum.getMetricsAsArray() as unknown as { get(): MetricValues[number] }[]).map((source) => source.get());
