import { defineMetrics, REQUEST_SECONDS } from '../telemetry/metrics.ts';

const metrics = defineMetrics({
  http_request_duration_seconds: {
    type: 'histogram',
    help: 'Time from a request to the end of its response.',
    labels: {
      method: 'the methods of the declared routes, or OTHER',
      route: 'the pattern of a declared route, or none',
      status_code: 'HTTP status codes that the service answers',
    },
    buckets: REQUEST_SECONDS,
    exemplars: true,
  },
  http_requests_in_flight: { type: 'gauge', together: 'sum', help: 'Requests that are being handled now.', labels: {} },
});
type Own = typeof metrics;

declare module '../telemetry/metrics.ts' {
  interface DeclaredMetrics extends Own {}
}
