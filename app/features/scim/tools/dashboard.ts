/** Dashboard of SCIM: what directories of companies do, and what they are refused. */
import { dashboard as build, quantile, rate } from '../../../../monitoring/grafana/source/dashboard.ts';
import { graph } from '../../../../monitoring/grafana/source/panels.ts';

export const dashboard = build({
  name: 'scim',
  title: 'SCIM',
  about: 'The directories of companies, which manage the members of their organizations.',
  rows: [
    {
      title: 'Directories',
      panels: [
        graph({
          title: 'Changes to people',
          about:
            '`admitted`, `invited` and `removed` are about members; the others about accounts of governed addresses.',
          unit: 'ops',
          stacked: true,
          width: 12,
          queries: [{ expr: rate('scim_changes_total', 'change'), legend: '{{change}}' }],
        }),
        graph({
          title: 'Refusals by code',
          about:
            'A directory that repeats `scim_invalid_value` or `scim_invalid_path` has a wrong mapping. `unauthenticated`: its token was deleted.',
          unit: 'ops',
          stacked: true,
          width: 12,
          queries: [{ expr: `topk(10, ${rate('scim_refusals_total', 'code')})`, legend: '{{code}}' }],
        }),
        graph({
          title: 'Requests by route',
          about: 'Directories look a person up before each change.',
          unit: 'ops',
          stacked: true,
          width: 12,
          queries: [
            {
              expr: 'sum by (method, route) (rate(http_request_duration_seconds_count{route=~"/scim/.*"}[$__rate_interval]))',
              legend: '{{method}} {{route}}',
            },
          ],
        }),
        graph({
          title: 'How long requests take',
          about: 'Of all routes below /scim/v2.',
          unit: 's',
          lines: true,
          width: 12,
          queries: [0.5, 0.99].map((q) => ({
            expr: quantile(q, 'http_request_duration_seconds_bucket{route=~"/scim/.*"}'),
            legend: `${q * 100} %`,
          })),
        }),
      ],
    },
  ],
});
