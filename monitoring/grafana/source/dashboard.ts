/** What all dashboards have in common: the way between them, what happened meanwhile, and how panels are put in rows. */
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  AnnotationQueryBuilder,
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  type Panel,
  QueryVariableBuilder,
  RowBuilder,
  type VariableModel,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { PROMETHEUS } from './panels.ts';

export interface DashboardOptions {
  /** Also the name of its file. */
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly variables?: readonly Builder<VariableModel>[];
  readonly rows: readonly { readonly title: string; readonly panels: readonly Builder<Panel>[] }[];
}

export function dashboard({ name, title, about, variables = [], rows }: DashboardOptions): Dashboard {
  const builder = new DashboardBuilder(`Plinth / ${title}`)
    .uid(`plinth-${name}`)
    .description(`${about} Made by scripts/dashboards.ts from monitoring/grafana/source/${name}.ts.`)
    .tags(['plinth'])
    .timezone('browser')
    .time({ from: 'now-1h', to: 'now' })
    .refresh('30s')
    .readonly()
    .tooltip(DashboardCursorSync.Crosshair)
    .link(
      new DashboardLinkBuilder('Plinth')
        .type(DashboardLinkType.Dashboards)
        .tags(['plinth'])
        .asDropdown(true)
        .keepTime(true)
        .includeVars(false),
    )
    .annotations([
      happened('Alerts', 'red', ALERTS, '{{alertname}}'),
      happened('Releases', 'blue', RELEASES, '{{release}}'),
    ])
    .variables([...variables]);
  for (const row of rows) {
    builder.withRow(new RowBuilder(row.title));
    for (const panel of row.panels) builder.withPanel(panel);
  }
  const built = builder.build();
  // Grafana would number them anew at each load, and links to a panel would not last.
  for (const [position, panel] of built.panels!.entries()) panel.id = position + 1;
  return built;
}

const ALERTS = 'ALERTS{alertstate="firing"}';
/** For five minutes after a release runs for the first time. */
const RELEASES = 'count by (release) (build_info) unless count by (release) (build_info offset 5m)';

function happened(name: string, color: string, expr: string, title: string) {
  return new AnnotationQueryBuilder()
    .name(name)
    .datasource(PROMETHEUS)
    .enable(true)
    .iconColor(color)
    .expr(expr)
    .step('60s')
    .titleFormat(title);
}

/** A choice among the values of a label, all of them at first. Used as `label=~"$label"`. */
export function choiceOf(label: string, metric: string): QueryVariableBuilder {
  const query = `label_values(${metric}, ${label})`;
  return new QueryVariableBuilder(label)
    .datasource(PROMETHEUS)
    .query({ query, refId: 'variable' })
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current({ text: 'All', value: '$__all' });
}

/** A quantile of a histogram; `by`: one for each value of these labels. */
export function quantile(q: number, selector: string, ...by: string[]): string {
  return `histogram_quantile(${q}, sum by (${['le', ...by].join(', ')}) (rate(${selector}[$__rate_interval])))`;
}

/** How often a second, summed by labels. */
export function rate(selector: string, ...by: string[]): string {
  return `sum by (${by.join(', ')}) (rate(${selector}[$__rate_interval]))`;
}
