/** Dashboard of email: from the outbox to the mail server. */
import { dashboard as build, quantile, rate } from '../../../../monitoring/grafana/source/dashboard.ts';
import type { FeaturePromise } from '../../../../monitoring/grafana/source/overview.ts';
import { graph, stat } from '../../../../monitoring/grafana/source/panels.ts';

export const promises: readonly FeaturePromise[] = [
  {
    title: 'Emails within 60 s',
    slo: 'email',
    promised: 0.99,
    about: 'Promised: the mail server accepts 99 % within 60 s.',
  },
];

export const dashboard = build({
  name: 'email',
  title: 'Email',
  about: 'Emails from the outbox to the mail server.',
  rows: [
    {
      title: 'Now',
      panels: [
        stat({
          title: 'Oldest unsent email',
          about: 'Emails that are retried count too. Above 15 minutes an alert is raised.',
          unit: 's',
          queries: [{ expr: 'max(email_oldest_unsent_seconds)' }],
          trend: true,
          thresholds: { yellow: 60, red: 900 },
          runbook: 'email-stuck',
          width: 6,
        }),
        stat({
          title: 'Sent',
          about: 'Count over the selected time range.',
          decimals: 0,
          queries: [{ expr: 'sum(increase(email_messages_total{outcome="sent"}[$__range]))' }],
          width: 6,
        }),
        stat({
          title: 'Given up',
          about:
            'Count over the selected time range: refused, or failed on every attempt. `npm run plinth -- email list --status failed`.',
          decimals: 0,
          queries: [{ expr: 'sum(increase(email_messages_total{outcome="failed"}[$__range])) or vector(0)' }],
          thresholds: { red: 1 },
          runbook: 'dead-letters',
          width: 6,
        }),
        stat({
          title: 'Suppressed',
          about: 'Emails that were not sent, because the address had bounced, complained or unsubscribed.',
          decimals: 0,
          queries: [{ expr: 'sum(increase(email_messages_total{outcome="suppressed"}[$__range])) or vector(0)' }],
          width: 6,
        }),
      ],
    },
    {
      title: 'Mails',
      panels: [
        graph({
          title: 'By outcome',
          about: 'The lines of `queued` and `sent` should overlap.',
          unit: 'ops',
          width: 12,
          queries: [{ expr: rate('email_messages_total', 'outcome'), legend: '{{outcome}}' }],
        }),
        graph({
          title: 'By template',
          about: 'Queued ones.',
          unit: 'ops',
          width: 12,
          stacked: true,
          queries: [{ expr: rate('email_messages_total{outcome="queued"}', 'template'), legend: '{{template}}' }],
        }),
        graph({
          title: 'From queueing to acceptance',
          about: 'Promised: 99 % within 60 s.',
          unit: 's',
          width: 12,
          lines: true,
          thresholds: { red: 60 },
          queries: [0.5, 0.99].map((q) => ({
            expr: quantile(q, 'email_delivery_seconds_bucket'),
            legend: `${q * 100} %`,
          })),
          runbook: 'error-budget-burn-fast',
        }),
        graph({
          title: 'Delivery jobs',
          about: 'Waiting jobs, and the age of the oldest.',
          width: 12,
          queries: [
            { expr: 'max(jobs_queued{queue="email.deliver"})', legend: 'waiting' },
            { expr: 'max(jobs_oldest_age_seconds{queue="email.deliver"})', legend: 'age of the oldest, s' },
          ],
          runbook: 'queue-stuck',
        }),
      ],
    },
  ],
});
