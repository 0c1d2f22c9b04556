/** Dashboard of companies: the domains that they have proven. */
import { dashboard as build, rate } from '../../../../monitoring/grafana/source/dashboard.ts';
import { graph } from '../../../../monitoring/grafana/source/panels.ts';

export const dashboard = build({
  name: 'companies',
  title: 'Companies',
  about: 'The domains of organizations.',
  rows: [
    {
      title: 'Domains',
      panels: [
        graph({
          title: 'Lookups of DNS records by outcome',
          about: '`failed`: no answer. The alert fires when most are.',
          unit: 'ops',
          stacked: true,
          width: 24,
          queries: [{ expr: rate('domain_checks_total', 'outcome'), legend: '{{outcome}}' }],
          runbook: 'domain-lookups-failing',
        }),
      ],
    },
  ],
});
