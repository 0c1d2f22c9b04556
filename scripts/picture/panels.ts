/** Panels of a dashboard as HTML, with what Prometheus answers. */
import { type Dashboard, interpolate, type Panel } from '../monitoring/dashboards.ts';
import type { Exemplar, PrometheusClient, Series } from '../monitoring/prometheus.ts';
import { chart, type Line } from './chart.ts';
import { format } from './units.ts';

/** Grafana's classic palette. */
const PALETTE = [
  '#73bf69',
  '#f2cc0c',
  '#8ab8ff',
  '#ff780a',
  '#f2495c',
  '#5794f2',
  '#b877d9',
  '#705da0',
  '#37872d',
  '#fade2a',
];
const NAMED: Record<string, string> = { green: '#73bf69', yellow: '#f2cc0c', red: '#f2495c', blue: '#5794f2' };

export interface Drawing {
  readonly client: PrometheusClient;
  readonly dashboard: Dashboard;
  readonly from: number;
  readonly to: number;
  readonly stepSeconds: number;
}

interface Named extends Series {
  readonly name: string;
}

/** The inside of a panel of that size, in pixels. */
export async function drawPanel(
  panel: Panel,
  size: { width: number; height: number },
  drawing: Drawing,
): Promise<string> {
  const { series, exemplars } = await answersFor(panel, drawing);
  if (panel.type === 'timeseries') return drawGraph(panel, size, drawing, series, exemplars);
  if (panel.type === 'stat') return drawStat(panel, series);
  if (panel.type === 'bargauge') return drawBars(panel, series);
  return `<div class="missing">A ${panel.type} is not drawn in this picture.</div>`;
}

async function answersFor(panel: Panel, { client, dashboard, from, to, stepSeconds }: Drawing) {
  const series: Named[] = [];
  const exemplars: Exemplar[] = [];
  for (const { expr: written, instant, legendFormat, exemplar } of panel.targets ?? []) {
    const expr = interpolate(written, dashboard, { rangeSeconds: Math.round(to - from), rateSeconds: 60 });
    const found = instant ? await client.query(expr) : await client.queryRange(expr, { from, to, stepSeconds });
    series.push(...found.map((one) => ({ ...one, name: legend(legendFormat, one.metric) })));
    if (exemplar) exemplars.push(...(await client.exemplars(expr, { from, to })));
  }
  series.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { series, exemplars };
}

function legend(text: string | undefined, metric: Readonly<Record<string, string>>): string {
  if (text) return text.replaceAll(/{{(\w+)}}/g, (_, label: string) => metric[label] ?? '');
  return Object.entries(metric)
    .map(([label, value]) => `${label}="${value}"`)
    .join(', ');
}

function drawGraph(
  panel: Panel,
  { width, height }: { width: number; height: number },
  { from, to, stepSeconds }: Drawing,
  series: Named[],
  exemplars: Exemplar[],
): string {
  const { custom = {}, unit, thresholds } = panel.fieldConfig.defaults;
  const lines: Line[] = series.map(({ name, values }, position) => ({
    name,
    color: PALETTE[position % PALETTE.length]!,
    points: values,
  }));
  const svg = chart({
    width,
    height: height - 24,
    from,
    to,
    stepSeconds,
    lines,
    exemplars,
    unit,
    stacked: custom.stacking?.mode === 'normal',
    fillOpacity: custom.fillOpacity ?? 0,
    thresholds: custom.thresholdsStyle ? stepsOf(thresholds).filter(({ value }) => value > -Infinity) : [],
  });
  const names = lines.map(({ name, color }) => `<span><i style="background:${color}"></i>${escapeHtml(name)}</span>`);
  return `${svg}<div class="legend">${names.join('')}</div>`;
}

function drawStat(panel: Panel, series: Named[]): string {
  const { unit, decimals, thresholds } = panel.fieldConfig.defaults;
  if (series.length === 0) return '<div class="stat">No data</div>';
  const solid = panel.options.colorMode === 'background';
  const values = series.map(({ name, values: points }) => {
    const value = points.at(-1)![1];
    const color = colorOf(thresholds, value);
    const style = solid ? `background:${color};color:#fff` : `color:${color}`;
    const label = series.length > 1 ? `<small>${escapeHtml(name)}</small>` : '';
    return `<div style="${style}">${label}${format(value, unit, decimals)}</div>`;
  });
  return `<div class="stat">${values.join('')}</div>`;
}

function drawBars(panel: Panel, series: Named[]): string {
  const { unit, decimals, thresholds, min = 0, max = 1 } = panel.fieldConfig.defaults;
  const bars = series.map(({ name, values }) => {
    const value = values.at(-1)![1];
    const share = Math.max(0, Math.min(1, (value - min) / (max - min)));
    const color = colorOf(thresholds, value);
    return `<div class="name">${escapeHtml(name)}</div><div class="bar"><b style="width:${share * 100}%;background:${color}"></b></div><div class="value" style="color:${color}">${format(value, unit, decimals)}</div>`;
  });
  return `<div class="bars">${bars.join('')}</div>`;
}

function stepsOf(thresholds: { steps: { value: number | null; color: string }[] }) {
  return thresholds.steps.map(({ value, color }) => ({ value: value ?? -Infinity, color: NAMED[color] ?? color }));
}

function colorOf(thresholds: { steps: { value: number | null; color: string }[] }, value: number): string {
  return stepsOf(thresholds).findLast((step) => value >= step.value)!.color;
}

export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
