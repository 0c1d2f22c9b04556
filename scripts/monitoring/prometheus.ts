/** Queries a running Prometheus (https://prometheus.io/docs/prometheus/latest/querying/api/). */
export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  /** Pairs of Unix seconds and a value. */
  readonly values: readonly (readonly [number, number])[];
}

export interface Exemplar {
  readonly traceId: string;
  /** Unix seconds. */
  readonly at: number;
  readonly value: number;
}

export interface PrometheusClient {
  /** The current values. Empty if nothing matches, or all values are NaN. */
  query(expr: string): Promise<Series[]>;
  /** The values over time. */
  queryRange(expr: string, span: { from: number; to: number; stepSeconds: number }): Promise<Series[]>;
  /** The exemplars of the metrics in an expression: single observations, with the ids of their traces. */
  exemplars(expr: string, span: { from: number; to: number }): Promise<Exemplar[]>;
  labelValues(label: string, selector: string): Promise<string[]>;
}

interface Answer {
  status: string;
  error?: string;
  // biome-ignore lint/suspicious/noExplicitAny: each endpoint answers with its own type
  data: any;
}

export function prometheusClient(url: string): PrometheusClient {
  async function ask(path: string, form: Record<string, string | number>): Promise<Answer['data']> {
    const body = new URLSearchParams(Object.entries(form).map(([name, value]) => [name, String(value)]));
    const response = await fetch(`${url}/api/v1/${path}`, { method: 'POST', body });
    const { status, error, data } = (await response.json()) as Answer;
    if (status !== 'success') throw new Error(`${form.query}: ${error}`);
    return data;
  }

  return {
    async query(expr) {
      const { result, resultType } = await ask('query', { query: expr });
      if (resultType !== 'vector') throw new Error(`${expr} gives a ${resultType}, not a vector`);
      return numbers(result.map(({ metric, value }: RawInstant) => ({ metric, values: [value] })));
    },
    async queryRange(expr, { from, to, stepSeconds }) {
      return numbers((await ask('query_range', { query: expr, start: from, end: to, step: stepSeconds })).result);
    },
    async exemplars(expr, { from, to }) {
      const found = (await ask('query_exemplars', { query: expr, start: from, end: to })) as RawExemplars[];
      return found.flatMap(({ exemplars }) =>
        exemplars.map(({ labels, timestamp, value }) => ({
          traceId: labels.trace_id ?? '',
          at: timestamp,
          value: Number(value),
        })),
      );
    },
    async labelValues(label, selector) {
      const response = await fetch(
        `${url}/api/v1/label/${label}/values?${new URLSearchParams({ 'match[]': selector })}`,
      );
      return ((await response.json()) as Answer).data;
    },
  };
}

type RawInstant = { metric: Record<string, string>; value: [number, string] };
type RawRange = { metric: Record<string, string>; values: [number, string][] };
type RawExemplars = { exemplars: { labels: Record<string, string>; timestamp: number; value: string }[] };

/** Drops NaN and infinite values: a panel shows nothing for them. */
function numbers(result: RawRange[]): Series[] {
  return result
    .map(({ metric, values }) => ({
      metric,
      values: values.map(([at, text]) => [at, Number(text)] as const).filter(([, value]) => !Number.isNaN(value)),
    }))
    .filter(({ values }) => values.length > 0);
}
