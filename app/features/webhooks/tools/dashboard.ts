/** Dashboard of webhooks: from an event to the answers of receivers. */
import { dashboard as build, quantile, rate } from '../../../../monitoring/grafana/source/dashboard.ts';
import { graph, stat } from '../../../../monitoring/grafana/source/panels.ts';

export const dashboard = build({
  name: 'webhooks',
  title: 'Webhooks',
  about: 'Events of organizations, and their delivery to endpoints.',
  rows: [
    {
      title: 'Now',
      panels: [
        stat({
          title: 'Oldest due delivery',
          about: 'Of endpoints that work. Above 5 minutes an alert is raised.',
          unit: 's',
          queries: [{ expr: 'max(webhook_oldest_due_seconds)' }],
          trend: true,
          thresholds: { yellow: 60, red: 300 },
          runbook: 'webhooks-late',
          width: 6,
        }),
        stat({
          title: 'Working endpoints',
          about: 'The last attempt succeeded, or there was none yet.',
          decimals: 0,
          queries: [{ expr: 'max(webhook_endpoints{state="working"})' }],
          width: 6,
        }),
        stat({
          title: 'Failing endpoints',
          about: 'The last attempt failed. After five days without a success they are disabled.',
          decimals: 0,
          queries: [{ expr: 'max(webhook_endpoints{state="failing"})' }],
          width: 6,
        }),
        stat({
          title: 'Given up',
          about: 'Deliveries whose last attempt failed, over the selected time range.',
          decimals: 0,
          queries: [{ expr: 'sum(increase(webhook_deliveries_failed_total[$__range])) or vector(0)' }],
          width: 6,
        }),
      ],
    },
    {
      title: 'Events and attempts',
      panels: [
        graph({
          title: 'Events by type',
          about: 'The ten most frequent types.',
          unit: 'ops',
          stacked: true,
          width: 12,
          queries: [{ expr: `topk(10, ${rate('events_total', 'type')})`, legend: '{{type}}' }],
        }),
        graph({
          title: 'Attempts by outcome',
          about: '`refused`: an answer that is no success. The alert looks at `timeout`, `unreachable` and `blocked`.',
          unit: 'ops',
          stacked: true,
          width: 12,
          queries: [{ expr: rate('webhook_attempts_total', 'outcome'), legend: '{{outcome}}' }],
          runbook: 'webhooks-failing-everywhere',
        }),
        graph({
          title: 'From the event to the first attempt',
          about: 'Of endpoints that did not fail before.',
          unit: 's',
          lines: true,
          width: 12,
          queries: [0.5, 0.99].map((q) => ({
            expr: quantile(q, 'webhook_delay_seconds_bucket'),
            legend: `${q * 100} %`,
          })),
          runbook: 'webhooks-late',
        }),
        graph({
          title: 'How long attempts take',
          about: 'Until the answer, or until the attempt failed.',
          unit: 's',
          lines: true,
          width: 12,
          queries: [0.5, 0.99].map((q) => ({
            expr: quantile(q, 'webhook_attempt_duration_seconds_bucket'),
            legend: `${q * 100} %`,
          })),
        }),
      ],
    },
  ],
});
