/** Dashboard of jobs: waiting, running and failed background work. */
import { choiceOf, dashboard, quantile, rate } from './dashboard.ts';
import { graph, stat } from './panels.ts';

export const jobs = dashboard({
  name: 'jobs',
  title: 'Jobs',
  about: 'Background work: waiting, running and failed jobs.',
  variables: [choiceOf('queue', 'jobs_queued').label('Queue').regex('/^(?!.*\\.dead$)/')],
  rows: [
    {
      title: 'Now',
      panels: [
        stat({
          title: 'Waiting',
          about: 'Jobs that are ready to run.',
          queries: [{ expr: 'sum(max by (queue) (jobs_queued{queue=~"$queue", queue!~".+\\\\.dead"}))' }],
          trend: true,
          width: 6,
        }),
        stat({
          title: 'Oldest',
          about: 'Age of the oldest job that is ready to run. Above five minutes an alert is raised.',
          unit: 's',
          queries: [{ expr: 'max(jobs_oldest_age_seconds{queue=~"$queue", queue!~".+\\\\.dead"})' }],
          trend: true,
          thresholds: { yellow: 60, red: 300 },
          runbook: 'queue-stuck',
          width: 6,
        }),
        stat({
          title: 'Dead letters',
          about: 'Jobs of all queues that failed for the last time. A person has to decide about them.',
          queries: [{ expr: 'sum(max by (queue) (jobs_queued{queue=~".+\\\\.dead"}))' }],
          thresholds: { red: 1 },
          runbook: 'dead-letters',
          width: 6,
        }),
        stat({
          title: 'Workers',
          about: 'Processes that run jobs.',
          queries: [{ expr: 'count(up{job=~"plinth.*", role=~"worker|all"} == 1)' }],
          thresholds: { red: 1, below: true },
          runbook: 'target-down',
          width: 6,
        }),
      ],
    },
    {
      title: 'Queues',
      panels: [
        graph({
          title: 'Waiting',
          about: 'By queue.',
          width: 12,
          queries: [
            { expr: 'max by (queue) (jobs_queued{queue=~"$queue", queue!~".+\\\\.dead"})', legend: '{{queue}}' },
          ],
        }),
        graph({
          title: 'Age of the oldest',
          about: 'By queue.',
          unit: 's',
          width: 12,
          lines: true,
          thresholds: { red: 300 },
          queries: [
            {
              expr: 'max by (queue) (jobs_oldest_age_seconds{queue=~"$queue", queue!~".+\\\\.dead"})',
              legend: '{{queue}}',
            },
          ],
          runbook: 'queue-stuck',
        }),
        graph({
          title: 'Runs',
          about: 'Ended runs, by queue.',
          unit: 'ops',
          width: 12,
          stacked: true,
          queries: [{ expr: rate('job_duration_seconds_count{queue=~"$queue"}', 'queue'), legend: '{{queue}}' }],
        }),
        graph({
          title: 'Runs that failed',
          about: 'Failed runs are retried, until the job becomes a dead letter.',
          unit: 'ops',
          width: 12,
          stacked: true,
          queries: [
            {
              expr: rate('job_duration_seconds_count{queue=~"$queue", outcome="failed"}', 'queue'),
              legend: '{{queue}}',
            },
          ],
          runbook: 'queue-stuck',
        }),
        graph({
          title: 'How long they run',
          about: '99 % of runs are faster than this, by queue.',
          unit: 's',
          width: 12,
          queries: [
            { expr: quantile(0.99, 'job_duration_seconds_bucket{queue=~"$queue"}', 'queue'), legend: '{{queue}}' },
          ],
        }),
        graph({
          title: 'Deaths',
          about: 'Jobs that failed for the last time, over the selected time range.',
          width: 12,
          queries: [{ expr: 'sum by (queue) (increase(jobs_dead_total[$__range]))', legend: '{{queue}}' }],
          runbook: 'dead-letters',
        }),
      ],
    },
  ],
});
