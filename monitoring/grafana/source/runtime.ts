/** Dashboard of the runtime: the Node.js processes and their environment. */
import { choiceOf, dashboard, rate } from './dashboard.ts';
import { graph, stat } from './panels.ts';

const SELF = 'job=~"plinth.*", instance=~"$instance"';
const LEGEND = '{{role}} {{instance}}';

export const runtime = dashboard({
  name: 'runtime',
  title: 'Runtime',
  about: 'The Node.js processes and their environment.',
  variables: [choiceOf('instance', 'up{job=~"plinth.*"}').label('Process')],
  rows: [
    {
      title: 'Now',
      panels: [
        stat({
          title: 'Releases',
          about:
            'Processes by release. Two releases for longer than a rollout mean that an old process was left running.',
          queries: [{ expr: 'count by (release, node) (build_info)', legend: '{{release}} on {{node}}' }],
          width: 6,
        }),
        stat({
          title: 'Running since',
          about: 'Uptime of the process that started last. Repeated short values mean that it crashes.',
          unit: 's',
          decimals: 0,
          queries: [{ expr: `min(time() - process_start_time_seconds{${SELF}})` }],
          width: 6,
          runbook: 'target-down',
        }),
        stat({
          title: 'Disk',
          about: 'Free share of the fullest disk.',
          unit: 'percentunit',
          decimals: 0,
          queries: [{ expr: 'min(filesystem_free_ratio)' }],
          thresholds: { yellow: 0.2, red: 0.1, below: true },
          runbook: 'disk-almost-full',
          width: 6,
        }),
        stat({
          title: 'Certificates',
          about:
            'Time left of the certificate that expires first. No data if the public URLs are not https, as in development.',
          unit: 's',
          decimals: 0,
          queries: [{ expr: 'min(tls_certificate_expiry_timestamp_seconds) - time()' }],
          thresholds: { yellow: 21 * 86_400, red: 14 * 86_400, below: true },
          runbook: 'certificate-expiring',
          width: 6,
        }),
      ],
    },
    {
      title: 'Event loop',
      panels: [
        graph({
          title: 'Utilization',
          about: 'Share of time in which the event loop is busy. Near 1, requests wait: add a process.',
          unit: 'percentunit',
          max: 1,
          lines: true,
          thresholds: { red: 0.8 },
          queries: [
            {
              expr: `rate(nodejs_eventloop_utilization_summary_sum{${SELF}}[$__rate_interval]) / rate(nodejs_eventloop_utilization_summary_count{${SELF}}[$__rate_interval])`,
              legend: LEGEND,
            },
          ],
        }),
        graph({
          title: 'Lag',
          about:
            '99 % of turns of the event loop are delayed by less than this. The measurement has a resolution of 10 ms.',
          unit: 's',
          queries: [{ expr: `nodejs_eventloop_lag_p99_seconds{${SELF}}`, legend: LEGEND }],
        }),
        graph({
          title: 'CPU',
          about: 'Cores in use by the process, and by the kernel for it.',
          stacked: true,
          queries: [
            {
              expr: `sum by (role, instance) (rate(process_cpu_user_seconds_total{${SELF}}[$__rate_interval]))`,
              legend: `user ${LEGEND}`,
            },
            {
              expr: `sum by (role, instance) (rate(process_cpu_system_seconds_total{${SELF}}[$__rate_interval]))`,
              legend: `system ${LEGEND}`,
            },
          ],
        }),
      ],
    },
    {
      title: 'Memory',
      panels: [
        graph({
          title: 'Resident',
          about: 'The memory that counts against the limit of the container.',
          unit: 'bytes',
          queries: [{ expr: `process_resident_memory_bytes{${SELF}}`, legend: LEGEND }],
        }),
        graph({
          title: 'Heap in use',
          about: 'A sawtooth is normal. A rising sawtooth is a leak.',
          unit: 'bytes',
          queries: [{ expr: `nodejs_heap_size_used_bytes{${SELF}}`, legend: LEGEND }],
        }),
        graph({
          title: 'Garbage collection',
          about: 'Share of time spent in garbage collection, by kind.',
          unit: 'percentunit',
          stacked: true,
          queries: [{ expr: rate(`nodejs_gc_duration_seconds_sum{${SELF}}`, 'kind'), legend: '{{kind}}' }],
        }),
      ],
    },
    {
      title: 'Handles and log',
      panels: [
        graph({
          title: 'Open files',
          about: 'Sockets count as files. At `process_max_fds` no file can be opened.',
          queries: [{ expr: `process_open_fds{${SELF}}`, legend: LEGEND }],
        }),
        graph({
          title: 'Active handles',
          about: 'Sockets, timers, file handles and the like, by type.',
          stacked: true,
          queries: [{ expr: `sum by (type) (nodejs_active_resources{${SELF}})`, legend: '{{type}}' }],
        }),
        graph({
          title: 'Restarted processes',
          about:
            'Processes that ended by themselves, and in whose place their supervisor started another. The log of the supervisor says why each ended. Always 0 with one process.',
          queries: [{ expr: `increase(process_restarts_total{${SELF}}[$__rate_interval])`, legend: LEGEND }],
        }),
        graph({
          title: 'Dropped log lines',
          runbook: 'telemetry-dropped',
          about:
            'Lines that the reader of standard output did not take in time. The service goes on without them; look at the log driver and its disk.',
          queries: [{ expr: `increase(log_lines_dropped_total{${SELF}}[$__rate_interval])`, legend: LEGEND }],
        }),
      ],
    },
    {
      title: 'The monitoring itself',
      panels: [
        graph({
          title: 'The way of alerts',
          about: 'Always 1: an alert that always fires, and that a service elsewhere waits for.',
          runbook: 'watchdog',
          queries: [{ expr: 'ALERTS{alertname="Watchdog"}', legend: '{{alertstate}}' }],
        }),
        graph({
          title: 'Programs of the monitoring',
          about: '1: it answers Prometheus. 0: it does not.',
          runbook: 'monitoring-down',
          queries: [{ expr: 'up{job=~"alertmanager|alloy|grafana|loki|prometheus|tempo"}', legend: '{{job}}' }],
        }),
        graph({
          title: 'Notifications that failed',
          about: 'Should be 0: Alertmanager could not tell anybody.',
          runbook: 'alerts-not-delivered',
          queries: [
            {
              expr: 'sum by (integration) (rate(alertmanager_notifications_failed_total[$__rate_interval]))',
              legend: '{{integration}}',
            },
          ],
        }),
      ],
    },
  ],
});
