/** Dashboard of log lines in Loki. Alloy sets the labels `service` and `level`. */
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import { LogsSortOrder, StackingConfigBuilder, StackingMode } from '@grafana/grafana-foundation-sdk/common';
import { CustomVariableBuilder, type Panel, TextBoxVariableBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as LogsPanel } from '@grafana/grafana-foundation-sdk/logs';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/loki';
import { PanelBuilder as GraphPanel } from '@grafana/grafana-foundation-sdk/timeseries';
import { dashboard } from './dashboard.ts';
import { LOKI } from './panels.ts';

const STREAM = '{service=~"$service"}';

function counts(title: string, about: string, expr: string, legend: string): Builder<Panel> {
  return new GraphPanel()
    .title(title)
    .description(about)
    .datasource(LOKI)
    .span(8)
    .height(7)
    .fillOpacity(40)
    .stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'))
    .targets([new DataqueryBuilder().refId('A').datasource(LOKI).queryType('range').expr(expr).legendFormat(legend)]);
}

function lines(title: string, about: string, expr: string, height: number): Builder<Panel> {
  return new LogsPanel()
    .title(title)
    .description(about)
    .datasource(LOKI)
    .span(24)
    .height(height)
    .showTime(true)
    .wrapLogMessage(true)
    .enableLogDetails(true)
    .sortOrder(LogsSortOrder.Descending)
    .targets([new DataqueryBuilder().refId('A').datasource(LOKI).queryType('range').maxLines(500).expr(expr)]);
}

export const logs = dashboard({
  name: 'logs',
  title: 'Logs',
  about: 'The output of the containers. A trace id links a line to its trace.',
  variables: [
    new CustomVariableBuilder('service')
      .label('Service')
      .values('web,web-2,worker,migrate,proxy,db,mailpit,stripe-sandbox')
      .multi(true)
      .includeAll(true)
      .allValue('.+')
      .current({ text: ['web', 'web-2', 'worker'], value: ['web', 'web-2', 'worker'] }),
    new TextBoxVariableBuilder('search').label('Contains').defaultValue(''),
  ],
  rows: [
    {
      title: 'How many',
      panels: [
        counts(
          'Lines by level',
          'Lines without a level come from containers that do not run the service.',
          `sum by (level) (count_over_time(${STREAM} [$__auto]))`,
          '{{level}}',
        ),
        counts(
          'Lines by container',
          'Named as in docker-compose.yml.',
          `sum by (service) (count_over_time(${STREAM} [$__auto]))`,
          '{{service}}',
        ),
        counts(
          'Warnings and errors by message',
          'The ten most frequent messages. Messages contain no values: those are in separate fields.',
          `topk(10, sum by (message) (count_over_time({service=~"$service", level=~"warn|error"} | json message="message" [$__auto])))`,
          '{{message}}',
        ),
      ],
    },
    {
      title: 'Lines',
      panels: [
        lines('Warnings and errors', 'Newest first.', `{service=~"$service", level=~"warn|error"} |= \`$search\``, 9),
        lines(
          'Slow requests and failures',
          'Requests that took more than a second, or were answered with 5xx.',
          `{service=~"$service"} | json | __error__="" | durationMs > 1000 or status >= 500`,
          9,
        ),
        lines(
          'Everything',
          'Filter with the fields above, e.g. by the request id of an answer.',
          `${STREAM} |= \`$search\``,
          14,
        ),
      ],
    },
  ],
});
