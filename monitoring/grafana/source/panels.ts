/** The kinds of panels that the dashboards use, each with its common settings. */
import { PanelBuilder as BarGaugePanel } from '@grafana/grafana-foundation-sdk/bargauge';
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  BigValueColorMode,
  BigValueGraphMode,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizOrientation,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  DashboardLinkBuilder,
  DashboardLinkType,
  type Panel,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { HeatmapColorOptionsBuilder, PanelBuilder as HeatmapPanel } from '@grafana/grafana-foundation-sdk/heatmap';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatPanel } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as GraphPanel } from '@grafana/grafana-foundation-sdk/timeseries';

/** The names in provisioning/datasources. */
export const PROMETHEUS = { type: 'prometheus', uid: 'prometheus' };
export const LOKI = { type: 'loki', uid: 'loki' };

export interface Query {
  readonly expr: string;
  /** The name of a series, with its labels in `{{}}`. */
  readonly legend?: string;
  /** Shows single requests as points that link to their traces. Only for metrics with exemplars. */
  readonly exemplars?: true;
}

export interface PanelOptions {
  readonly title: string;
  /** The description: what the panel shows, and which values are good. */
  readonly about: string;
  /** A unit of Grafana: s, bytes, reqps, percentunit … */
  readonly unit?: string;
  readonly queries: readonly Query[];
  /** The values from which the panel is yellow or red; with `below`, low values are bad. */
  readonly thresholds?: { readonly yellow?: number; readonly red: number; readonly below?: true };
  readonly decimals?: number;
  readonly min?: number;
  readonly max?: number;
  /** The width of 24 columns. */
  readonly width?: number;
  readonly height?: number;
  /** The name of the file in docs/runbooks. */
  readonly runbook?: string;
}

type Common = StatPanel | GraphPanel | BarGaugePanel | HeatmapPanel;

function common<P extends Common>(panel: P, options: PanelOptions, defaults: { width: number; height: number }): P {
  panel.title(options.title).description(options.about).datasource(PROMETHEUS);
  panel.span(options.width ?? defaults.width).height(options.height ?? defaults.height);
  if (options.unit !== undefined) panel.unit(options.unit);
  if (options.decimals !== undefined) panel.decimals(options.decimals);
  if (options.min !== undefined) panel.min(options.min);
  if (options.max !== undefined) panel.max(options.max);
  if (options.runbook) panel.links([runbookLink(options.runbook)]);
  panel.thresholds(steps(options.thresholds));
  return panel;
}

/** docker-compose.yml mounts the runbooks where Grafana serves files. */
export function runbookLink(name: string): Builder<ReturnType<DashboardLinkBuilder['build']>> {
  return new DashboardLinkBuilder(`Runbook: ${name}`)
    .type(DashboardLinkType.Link)
    .url(`/public/runbooks/${name}.md`)
    .targetBlank(true);
}

function steps(thresholds: PanelOptions['thresholds']): ThresholdsConfigBuilder {
  const builder = new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute);
  if (!thresholds) return builder.steps([{ value: null, color: 'blue' }]);
  const { yellow, red, below } = thresholds;
  const rising = [
    { value: null, color: below ? 'red' : 'green' },
    ...(yellow === undefined ? [] : [{ value: below ? red : yellow, color: 'yellow' }]),
    { value: below ? (yellow ?? red) : red, color: below ? 'green' : 'red' },
  ];
  return builder.steps(rising);
}

function targets(queries: readonly Query[], shape: (query: DataqueryBuilder) => DataqueryBuilder): DataqueryBuilder[] {
  return queries.map(({ expr, legend, exemplars }, position) => {
    const target = new DataqueryBuilder()
      .refId(String.fromCharCode(65 + position))
      .expr(expr)
      .datasource(PROMETHEUS);
    if (legend !== undefined) target.legendFormat(legend);
    if (exemplars) target.exemplar(true);
    return shape(target);
  });
}

const latest = () => new ReduceDataOptionsBuilder().calcs(['lastNotNull']).fields('').values(false);

/** Single current numbers; with `trend`, with a graph behind them. */
export function stat(options: PanelOptions & { trend?: boolean; solid?: boolean }): Builder<Panel> {
  return common(new StatPanel(), options, { width: 4, height: 4 })
    .targets(targets(options.queries, (query) => (options.trend ? query.range() : query.instant())))
    .reduceOptions(latest())
    .graphMode(options.trend ? BigValueGraphMode.Area : BigValueGraphMode.None)
    .colorMode(options.solid ? BigValueColorMode.Background : BigValueColorMode.Value);
}

/** A graph over time; with `lines`, the thresholds are drawn. */
export function graph(
  options: PanelOptions & { stacked?: boolean; lines?: boolean; legend?: 'table' | 'hidden' },
): Builder<Panel> {
  const panel = common(new GraphPanel(), options, { width: 8, height: 8 })
    .targets(targets(options.queries, (query) => query.range()))
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(options.legend !== 'hidden')
        .displayMode(options.legend === 'table' ? LegendDisplayMode.Table : LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .calcs(options.legend === 'table' ? ['lastNotNull', 'max'] : []),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
    .lineWidth(1)
    .fillOpacity(options.stacked ? 40 : 8)
    .showPoints(VisibilityMode.Never)
    .axisSoftMin(0);
  if (options.stacked) panel.stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'));
  if (options.lines)
    panel.thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed));
  return panel;
}

/** Several current numbers side by side. */
export function bars(options: PanelOptions): Builder<Panel> {
  return common(new BarGaugePanel(), options, { width: 8, height: 8 })
    .targets(targets(options.queries, (query) => query.instant()))
    .reduceOptions(latest())
    .orientation(VizOrientation.Horizontal);
}

/** The distribution of values over time, from the buckets of a histogram. */
export function heatmap(options: PanelOptions): Builder<Panel> {
  return common(new HeatmapPanel(), options, { width: 12, height: 8 })
    .targets(targets(options.queries, (query) => query.range().format(PromQueryFormat.Heatmap)))
    .calculate(false)
    .color(new HeatmapColorOptionsBuilder().scheme('Oranges').steps(64));
}
