/** Reads the dashboards of `monitoring/grafana/dashboards/` as Grafana would. */
import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';

export interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly datasource: { readonly type: string; readonly uid: string };
  readonly legendFormat?: string;
  readonly instant?: boolean;
  readonly exemplar?: boolean;
}

export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly targets?: readonly Target[];
  readonly links?: readonly { readonly url: string }[];
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  // biome-ignore lint/suspicious/noExplicitAny: as Grafana's schema has it
  readonly fieldConfig?: any;
  // biome-ignore lint/suspicious/noExplicitAny: as Grafana's schema has it
  readonly options?: any;
}

export interface Variable {
  readonly name: string;
  readonly type: string;
  readonly allValue?: string;
  readonly query: string | { readonly query: string };
}

export interface Dashboard {
  /** The file's name without its extension. */
  readonly name: string;
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly Variable[] };
  readonly annotations: { readonly list: readonly { readonly name: string; readonly expr: string }[] };
}

export function readDashboards(): Dashboard[] {
  return globSync('monitoring/grafana/dashboards/*.json')
    .sort()
    .map((file) => ({ ...JSON.parse(readFileSync(file, 'utf8')), name: basename(file, '.json') }));
}

export interface Span {
  /** The value of `$__range`, in seconds. */
  readonly rangeSeconds: number;
  /** The value of `$__rate_interval`, `$__interval` and `$__auto`, in seconds. */
  readonly rateSeconds: number;
}

/** The expression as Grafana sends it, with every variable set to "All". @throws Error for a variable that the dashboard does not declare */
export function interpolate(expr: string, { templating }: Dashboard, { rangeSeconds, rateSeconds }: Span): string {
  return expr.replaceAll(/\$(\w+)/g, (_whole, name: string) => {
    if (name === '__range') return `${rangeSeconds}s`;
    if (['__rate_interval', '__interval', '__auto'].includes(name)) return `${rateSeconds}s`;
    const variable = templating.list.find((one) => one.name === name);
    if (!variable) throw new Error(`unknown variable ${name}: ${expr}`);
    return variable.allValue ?? '';
  });
}
