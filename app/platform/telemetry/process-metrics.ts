import { defineMetrics } from './metrics.ts';

const metrics = defineMetrics({
  tls_certificate_expiry_timestamp_seconds: {
    type: 'gauge',
    together: 'min',
    help: 'End of the certificate that callers of a public URL see, in seconds since 1970.',
    labels: { endpoint: 'api, app' },
  },
  filesystem_free_ratio: {
    type: 'gauge',
    together: 'min',
    help: 'Free share of the disk that this process runs on, 0 to 1.',
    labels: {},
  },
  log_lines_dropped_total: {
    type: 'counter',
    help: 'Lines of the log that were dropped, because the reader of standard output was too slow or is gone.',
    labels: {},
  },
});
type Own = typeof metrics;

declare module './metrics.ts' {
  interface DeclaredMetrics extends Own {}
}
