import { defineMetrics } from '../../platform/telemetry/metrics.ts';

const CHANGES = ['admitted', 'invited', 'removed', 'account_made', 'account_closed', 'account_reopened'] as const;
export type ScimChange = (typeof CHANGES)[number];

const metrics = defineMetrics({
  scim_changes_total: {
    type: 'counter',
    help: 'What directories of companies did to people: admitted (a member without an invitation), invited, removed, and made, closed or reopened accounts of their own addresses.',
    labels: { change: CHANGES.join(', ') },
    zero: CHANGES.map((change) => ({ change })),
  },
  scim_refusals_total: {
    type: 'counter',
    help: 'Requests of directories that were refused, by the code of the error.',
    labels: { code: 'the code of the error' },
  },
});
type Own = typeof metrics;

declare module '../../platform/telemetry/metrics.ts' {
  interface DeclaredMetrics extends Own {}
}
