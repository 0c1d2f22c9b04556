/** Dashboard of billing: sales, events from Stripe, and agreement with Stripe. */
import { dashboard as build, quantile, rate } from '../../../../monitoring/grafana/source/dashboard.ts';
import type { FeaturePromise } from '../../../../monitoring/grafana/source/overview.ts';
import { graph, stat } from '../../../../monitoring/grafana/source/panels.ts';
import { IN_THOUSANDTHS, WITHOUT_MINOR_UNITS } from '../../../platform/currencies.ts';

/**
 * A query of amounts in units of their currencies, of which not all have hundredths.
 * @param query gives the query of the series that a selector matches
 */
export function inUnits(query: (selector: string) => string): string {
  const [whole, thousandths] = [WITHOUT_MINOR_UNITS.join('|'), IN_THOUSANDTHS.join('|')];
  return [
    `${query(`{currency!~"${whole}|${thousandths}"}`)} / 100`,
    query(`{currency=~"${whole}"}`),
    `${query(`{currency=~"${thousandths}"}`)} / 1000`,
  ].join(' or ');
}

const revenue = inUnits((selector) => `max by (currency) (billing_mrr_minor_units${selector})`);
const endedRevenue = inUnits(
  (selector) => `sum by (currency) (increase(billing_churned_mrr_minor_units_total${selector}[$__range]))`,
);

export const promises: readonly FeaturePromise[] = [
  {
    title: "Stripe's events within 30 s",
    slo: 'stripe_events',
    promised: 0.99,
    about: 'Promised: 99 % are applied within 30 s.',
  },
];

export const dashboard = build({
  name: 'billing',
  title: 'Billing',
  about: 'Sales, events from Stripe, and agreement with Stripe.',
  rows: [
    {
      title: 'Business',
      panels: [
        stat({
          title: 'Monthly recurring revenue',
          about: 'Sum over active and overdue subscriptions, before discounts and tax, per currency.',
          queries: [{ expr: revenue, legend: '{{currency}}' }],
          width: 6,
          decimals: 2,
        }),
        stat({
          title: 'Revenue that ended',
          about: 'Monthly recurring revenue of subscriptions that ended in the selected time range.',
          queries: [{ expr: endedRevenue, legend: '{{currency}}' }],
          width: 6,
          decimals: 2,
        }),
        stat({
          title: 'Subscriptions',
          about: 'Subscriptions that have not ended.',
          queries: [{ expr: 'sum(max by (plan, status) (billing_subscriptions)) or vector(0)' }],
          width: 6,
        }),
        stat({
          title: 'Open disputes',
          about: 'Disputes that wait for an answer at Stripe. Disputes without an answer are lost.',
          runbook: 'dispute-open',
          queries: [{ expr: 'max(billing_open_disputes)' }],
          thresholds: { red: 1 },
          width: 6,
        }),
        graph({
          title: 'Subscriptions by plan and status',
          about: '`past_due`: a payment failed, and the plan continues for BILLING_GRACE_DAYS.',
          stacked: true,
          width: 12,
          queries: [{ expr: 'max by (plan, status) (billing_subscriptions)', legend: '{{plan}} {{status}}' }],
        }),
        graph({
          title: 'Monthly recurring revenue',
          about: 'By currency.',
          width: 12,
          queries: [{ expr: revenue, legend: '{{currency}}' }],
        }),
      ],
    },
    {
      title: "Stripe's events",
      panels: [
        graph({
          title: 'By outcome',
          about: '`recovered`: found by polling, because it was not delivered. `refused`: a wrong signature.',
          unit: 'ops',
          stacked: true,
          queries: [{ expr: rate('stripe_events_total', 'outcome'), legend: '{{outcome}}' }],
          runbook: 'webhook-signature-failures',
        }),
        graph({
          title: 'By type',
          about: 'The ten most frequent types.',
          unit: 'ops',
          queries: [{ expr: `topk(10, ${rate('stripe_events_total', 'type')})`, legend: '{{type}}' }],
        }),
        graph({
          title: 'From storing to being visible',
          about: 'Promised: 99 % within 30 s.',
          unit: 's',
          lines: true,
          thresholds: { red: 30 },
          queries: [0.5, 0.99].map((q) => ({
            expr: quantile(q, 'stripe_event_lag_seconds_bucket'),
            legend: `${q * 100} %`,
          })),
          runbook: 'error-budget-burn-fast',
        }),
      ],
    },
    {
      title: 'Calls to Stripe, and agreement with it',
      panels: [
        graph({
          title: 'Calls',
          about: 'By operation.',
          unit: 'ops',
          queries: [
            {
              expr: `topk(10, ${rate('stripe_request_duration_seconds_count', 'operation')})`,
              legend: '{{operation}}',
            },
          ],
        }),
        graph({
          title: 'Calls that did not succeed',
          about: '`declined`: a card. `unavailable`, `rate_limited`: Stripe. `invalid`: ours.',
          unit: 'ops',
          stacked: true,
          queries: [
            {
              expr: rate('stripe_request_duration_seconds_count{outcome!="success"}', 'operation', 'outcome'),
              legend: '{{operation}} {{outcome}}',
            },
          ],
        }),
        graph({
          title: 'How long calls take',
          about: 'Duration of calls to Stripe, retries included.',
          unit: 's',
          queries: [0.5, 0.99].map((q) => ({
            expr: quantile(q, 'stripe_request_duration_seconds_bucket'),
            legend: `${q * 100} %`,
          })),
        }),
        graph({
          title: 'Differences from Stripe',
          about: 'Changes without an event. Polling or the nightly sweep found and repaired them.',
          width: 12,
          queries: [{ expr: 'sum by (kind) (increase(billing_drift_total[1d]))', legend: '{{kind}}' }],
          runbook: 'billing-drift',
        }),
        graph({
          title: 'Webhooks with a wrong signature',
          about: 'Count over ten minutes. More than three raise an alert.',
          width: 12,
          lines: true,
          thresholds: { red: 3 },
          queries: [
            {
              expr: 'sum(increase(stripe_events_total{type="unverified", outcome="refused"}[10m]))',
              legend: 'refused',
            },
          ],
          runbook: 'webhook-signature-failures',
        }),
      ],
    },
  ],
});
