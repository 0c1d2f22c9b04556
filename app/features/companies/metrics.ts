import { defineMetrics } from '../../platform/telemetry/metrics.ts';

const metrics = defineMetrics({
  domain_checks_total: {
    type: 'counter',
    help: 'Questions to nameservers whether the record of a domain is there, by their outcome.',
    labels: { outcome: 'proven, missing, failed (no answer, or an error of a nameserver)' },
    zero: [{ outcome: 'proven' }, { outcome: 'missing' }, { outcome: 'failed' }],
  },
});
type Own = typeof metrics;

declare module '../../platform/telemetry/metrics.ts' {
  interface DeclaredMetrics extends Own {}
}
