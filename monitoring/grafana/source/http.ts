/** Dashboard of HTTP: the number of requests, their outcomes and durations. */
import { choiceOf, dashboard, quantile, rate } from './dashboard.ts';
import { graph, heatmap, stat } from './panels.ts';

const COUNT = 'http_request_duration_seconds_count{route=~"$route"}';
const FAILED = 'http_request_duration_seconds_count{route=~"$route", status_code=~"5.."}';
const BUCKET = 'http_request_duration_seconds_bucket{route=~"$route"}';

export const http = dashboard({
  name: 'http',
  title: 'HTTP',
  about: 'The number of requests, their outcomes and durations.',
  variables: [choiceOf('route', 'http_request_duration_seconds_count').label('Route')],
  rows: [
    {
      title: 'Now',
      panels: [
        stat({
          title: 'Requests',
          about: 'A second.',
          unit: 'reqps',
          decimals: 1,
          queries: [{ expr: rate(COUNT) }],
          trend: true,
        }),
        stat({
          title: 'In flight',
          about: 'Requests that are being handled.',
          queries: [{ expr: 'sum(http_requests_in_flight)' }],
          trend: true,
        }),
        stat({
          title: '5xx',
          about: 'Share of requests that failed because of the service (5xx).',
          unit: 'percentunit',
          decimals: 2,
          queries: [{ expr: `(${rate(FAILED)} or vector(0)) / ${rate(COUNT)}` }],
          thresholds: { yellow: 0.001, red: 0.01 },
          runbook: 'error-budget-burn-fast',
        }),
        stat({
          title: '4xx',
          about:
            'Share of requests that were refused. Clients make mistakes. A jump is caused by a faulty client or an attack.',
          unit: 'percentunit',
          decimals: 1,
          queries: [
            {
              expr: `(${rate('http_request_duration_seconds_count{route=~"$route", status_code=~"4.."}')} or vector(0)) / ${rate(COUNT)}`,
            },
          ],
        }),
        stat({
          title: '50 %',
          about: 'Half of the requests are faster than this.',
          unit: 's',
          queries: [{ expr: quantile(0.5, BUCKET) }],
          trend: true,
        }),
        stat({
          title: '99 %',
          about: '99 % of the requests are faster than this. Promised: 250 ms, except for routes that hash passwords.',
          unit: 's',
          queries: [{ expr: quantile(0.99, BUCKET) }],
          trend: true,
          thresholds: { yellow: 0.25, red: 1 },
        }),
      ],
    },
    {
      title: 'Outcomes',
      panels: [
        graph({
          title: 'By status',
          about: 'Requests a second.',
          unit: 'reqps',
          stacked: true,
          queries: [{ expr: rate(COUNT, 'status_code'), legend: '{{status_code}}' }],
        }),
        graph({
          title: 'By route',
          about: 'The ten routes with the most requests.',
          unit: 'reqps',
          queries: [{ expr: `topk(10, ${rate(COUNT, 'method', 'route')})`, legend: '{{method}} {{route}}' }],
        }),
        graph({
          title: 'Failures by route',
          about: 'Answers with 5xx: the ten routes with the most. `/readyz` answers 503 while a process stops.',
          unit: 'reqps',
          queries: [
            {
              expr: `topk(10, ${rate(FAILED, 'method', 'route', 'status_code')})`,
              legend: '{{status_code}} {{method}} {{route}}',
            },
          ],
          runbook: 'error-budget-burn-fast',
        }),
      ],
    },
    {
      title: 'Durations',
      panels: [
        graph({
          title: 'Duration',
          about: 'Points are single requests, with links to their traces.',
          unit: 's',
          width: 12,
          lines: true,
          thresholds: { red: 0.25 },
          queries: [
            { expr: quantile(0.99, BUCKET), legend: '99 %', exemplars: true },
            { expr: quantile(0.95, BUCKET), legend: '95 %' },
            { expr: quantile(0.5, BUCKET), legend: '50 %' },
          ],
        }),
        heatmap({
          title: 'Spread',
          about: 'Number of requests per duration.',
          unit: 's',
          queries: [{ expr: `sum by (le) (increase(${BUCKET}[$__rate_interval]))`, legend: '{{le}}', exemplars: true }],
        }),
        graph({
          title: 'The slowest routes',
          about: '99 % of the requests of a route are faster than this. The ten slowest routes.',
          unit: 's',
          width: 12,
          legend: 'table',
          height: 10,
          queries: [{ expr: `topk(10, ${quantile(0.99, BUCKET, 'method', 'route')})`, legend: '{{method}} {{route}}' }],
        }),
        graph({
          title: 'Time spent, by route',
          about: 'Seconds of handling per second: the time that a faster route could save.',
          unit: 's',
          width: 12,
          height: 10,
          stacked: true,
          legend: 'table',
          queries: [
            {
              expr: `topk(10, ${rate('http_request_duration_seconds_sum{route=~"$route"}', 'method', 'route')})`,
              legend: '{{method}} {{route}}',
            },
          ],
        }),
      ],
    },
  ],
});
