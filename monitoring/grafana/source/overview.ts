/** Dashboard of the overview: the promises, and where to look if one is not kept. */
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { dashboard, quantile, rate } from './dashboard.ts';
import { bars, graph, stat } from './panels.ts';

/** The share of good events over the selected time range. Without events, `zero` returns 1, because nothing failed. */
const kept = (slo: string) =>
  `1 - avg_over_time(slo:bad_events:rate5m{slo="${slo}"}[$__range]) / (avg_over_time(slo:events:rate5m{slo="${slo}"}[$__range]) > 0)`;

/** A service level objective of a feature, whose rules are in the feature's `tools/alerts.yml`. */
export interface FeaturePromise {
  title: string;
  /** The label `slo` of its rules. */
  slo: string;
  /** The share of events that must be good. */
  promised: number;
  about: string;
}

const GRID_WIDTH = 24;
const OWN: readonly FeaturePromise[] = [
  { title: 'Requests without 5xx', slo: 'availability', promised: 0.999, about: 'Promised: 99.9 % of requests.' },
  {
    title: 'Requests within 250 ms',
    slo: 'latency',
    promised: 0.99,
    about: 'Promised: 99 %, except for routes that hash passwords.',
  },
];

const promise = ({ title, slo, promised, about }: FeaturePromise, width: number) =>
  stat({
    title,
    about: `${about} Green: kept. Over the selected time range.`,
    unit: 'percentunit',
    decimals: 2,
    max: 1,
    queries: [{ expr: kept(slo) }],
    thresholds: { yellow: promised, red: 1 - 6 * (1 - promised), below: true },
    runbook: 'error-budget-burn-fast',
    width,
    solid: true,
  });

/** @param ofFeatures the service level objectives of features */
export function overview(ofFeatures: readonly FeaturePromise[]): Dashboard {
  const promises = [...OWN, ...ofFeatures];
  return dashboard({
    name: 'overview',
    title: 'Overview',
    about: 'The promises to users, and where to look if one is not kept.',
    rows: [
      {
        title: 'Promises (service level objectives)',
        panels: [
          ...promises.map((one) => promise(one, Math.floor(GRID_WIDTH / promises.length))),
          graph({
            title: 'Burn rate of error budgets',
            about:
              'Error rate of the last hour, as a multiple of the rate that uses up the budget in exactly 30 days. Above 14.4, and also above it in the last five minutes, the alert pages a person.',
            queries: [
              { expr: 'slo:errors:ratio_rate1h / on (slo) group_left slo:error_budget:ratio', legend: '{{slo}}' },
            ],
            thresholds: { yellow: 1, red: 14.4 },
            lines: true,
            unit: 'suffix:×',
            width: 16,
            runbook: 'error-budget-burn-fast',
          }),
          bars({
            title: 'Error budget left',
            about: 'Remaining budget of the last 30 days, or of the recorded days. At 0 the promise is broken.',
            queries: [
              {
                expr: '1 - (avg_over_time(slo:bad_events:rate5m[30d]) / (avg_over_time(slo:events:rate5m[30d]) > 0)) / on (slo) slo:error_budget:ratio',
                legend: '{{slo}}',
              },
            ],
            unit: 'percentunit',
            min: 0,
            max: 1,
            decimals: 0,
            thresholds: { yellow: 0.5, red: 0, below: true },
            runbook: 'error-budget-burn-slow',
          }),
        ],
      },
      {
        title: 'Now',
        panels: [
          stat({
            title: 'Alerts',
            about: 'That fire. Which: http://localhost:9090/alerts.',
            queries: [{ expr: 'count(ALERTS{alertstate="firing"}) or vector(0)' }],
            thresholds: { red: 1 },
          }),
          stat({
            title: 'Processes',
            about: 'Processes of the service that answer Prometheus.',
            queries: [{ expr: 'count(up{job=~"plinth.*"} == 1)' }],
            thresholds: { red: 1, below: true },
            runbook: 'target-down',
          }),
          stat({
            title: 'Database',
            about: '1 if every process reaches the database.',
            queries: [{ expr: 'min(db_up)' }],
            thresholds: { red: 1, below: true },
            runbook: 'database-down',
          }),
          stat({
            title: 'Oldest waiting job',
            about: 'Age of the oldest job that is ready to run.',
            unit: 's',
            queries: [{ expr: 'max(jobs_oldest_age_seconds{queue!~".+\\\\.dead"})' }],
            thresholds: { yellow: 60, red: 300 },
            runbook: 'queue-stuck',
          }),
          stat({
            title: 'Oldest unsent email',
            about: 'Emails that are retried count too.',
            unit: 's',
            queries: [{ expr: 'max(email_oldest_unsent_seconds)' }],
            thresholds: { yellow: 60, red: 900 },
            runbook: 'email-stuck',
          }),
          stat({
            title: 'Dead letters',
            about: 'Jobs that failed for the last time. A person has to decide about them.',
            queries: [{ expr: 'sum(max by (queue) (jobs_queued{queue=~".+\\\\.dead"}))' }],
            thresholds: { red: 1 },
            runbook: 'dead-letters',
          }),
        ],
      },
      {
        title: 'Work',
        panels: [
          graph({
            title: 'Requests',
            about: 'Requests by status, without probes.',
            unit: 'reqps',
            stacked: true,
            queries: [
              {
                expr: rate('http_request_duration_seconds_count{route!~"/livez|/readyz"}', 'status_code'),
                legend: '{{status_code}}',
              },
            ],
          }),
          graph({
            title: 'Duration of requests',
            about:
              'Half and 99 % of the requests are faster than this. Routes that hash passwords take longer by design. Points link to traces.',
            unit: 's',
            lines: true,
            thresholds: { red: 0.25 },
            queries: [
              {
                expr: quantile(0.99, 'http_request_duration_seconds_bucket{route!~"/livez|/readyz"}'),
                legend: '99 %',
                exemplars: true,
              },
              { expr: quantile(0.5, 'http_request_duration_seconds_bucket{route!~"/livez|/readyz"}'), legend: '50 %' },
            ],
          }),
          graph({
            title: 'Jobs',
            about: 'Ended runs, by outcome. A failed job is retried.',
            unit: 'ops',
            stacked: true,
            queries: [{ expr: rate('job_duration_seconds_count', 'outcome'), legend: '{{outcome}}' }],
          }),
          graph({
            title: 'Sign-ins',
            about: 'Sign-ins by outcome. Many failures mean that somebody is guessing passwords.',
            unit: 'ops',
            stacked: true,
            queries: [{ expr: rate('auth_events_total{event="sign_in"}', 'outcome'), legend: '{{outcome}}' }],
            runbook: 'login-failure-surge',
          }),
          graph({
            title: 'Mails',
            about: 'Emails by outcome.',
            unit: 'ops',
            queries: [{ expr: rate('email_messages_total', 'outcome'), legend: '{{outcome}}' }],
          }),
          graph({
            title: 'CPU',
            about: 'Cores in use by each process. A Node.js process uses one, and more for hashing.',
            unit: 'none',
            queries: [
              {
                expr: rate('process_cpu_seconds_total{job=~"plinth.*"}', 'role', 'instance'),
                legend: '{{role}} {{instance}}',
              },
            ],
          }),
        ],
      },
    ],
  });
}
