/** Dashboard of PostgreSQL: as measured by the service, and by PostgreSQL itself (postgres_exporter). */
import { choiceOf, dashboard, quantile, rate } from './dashboard.ts';
import { graph, stat } from './panels.ts';

const DATABASE = 'datname=~"$datname"';

export const postgresql = dashboard({
  name: 'postgresql',
  title: 'PostgreSQL',
  about: 'The database as measured by the service, and by PostgreSQL itself.',
  variables: [choiceOf('datname', 'pg_database_size_bytes').label('Database').regex('/^(?!template)/')],
  rows: [
    {
      title: 'Measured by the service',
      panels: [
        graph({
          title: 'Reached',
          about: '1 if the process reached the database at the last scrape.',
          min: 0,
          max: 1,
          width: 6,
          queries: [{ expr: 'db_up', legend: '{{role}} {{instance}}' }],
          runbook: 'database-down',
        }),
        graph({
          title: 'Statements',
          about: 'Statements per second, by operation.',
          unit: 'ops',
          width: 6,
          stacked: true,
          queries: [{ expr: rate('db_query_duration_seconds_count', 'operation'), legend: '{{operation}}' }],
        }),
        graph({
          title: 'How long statements take',
          about:
            '99 % of statements are faster than this, by operation. Measured by the client, so network and queueing are included.',
          unit: 's',
          width: 6,
          queries: [{ expr: quantile(0.99, 'db_query_duration_seconds_bucket', 'operation'), legend: '{{operation}}' }],
        }),
        graph({
          title: 'Waiting for a connection',
          about: '95 % of transactions wait less than this. Above a quarter of a second an alert is raised.',
          unit: 's',
          width: 6,
          lines: true,
          thresholds: { red: 0.25 },
          queries: [
            {
              expr: quantile(0.95, 'db_pool_wait_seconds_bucket', 'role', 'instance'),
              legend: '{{role}} {{instance}}',
            },
          ],
          runbook: 'database-pool-exhausted',
        }),
        graph({
          title: 'Connections of the service',
          about: '`used` and `idle` connections are for transactions. Single statements share the `pipelined` ones.',
          stacked: true,
          width: 12,
          queries: [{ expr: 'sum by (state) (db_pool_connections)', legend: '{{state}}' }],
        }),
        graph({
          title: 'Time in the database',
          about: 'Seconds of waiting for results, per second, by operation.',
          unit: 's',
          width: 12,
          stacked: true,
          queries: [{ expr: rate('db_query_duration_seconds_sum', 'operation'), legend: '{{operation}}' }],
        }),
      ],
    },
    {
      title: 'Measured by PostgreSQL',
      panels: [
        stat({
          title: 'Exporter reaches it',
          about: '1: yes.',
          queries: [{ expr: 'min(pg_up)' }],
          thresholds: { red: 1, below: true },
          runbook: 'database-down',
        }),
        stat({
          title: 'Connections',
          about: 'Share of max_connections in use.',
          unit: 'percentunit',
          decimals: 0,
          queries: [{ expr: 'sum(pg_stat_activity_count) / max(pg_settings_max_connections)' }],
          thresholds: { yellow: 0.7, red: 0.9 },
          runbook: 'database-pool-exhausted',
        }),
        stat({
          title: 'Cache',
          about: 'Share of pages found in memory. If it is much below 99 %, more memory helps.',
          unit: 'percentunit',
          decimals: 1,
          queries: [
            {
              expr: `sum(increase(pg_stat_database_blks_hit{${DATABASE}}[$__range])) / (sum(increase(pg_stat_database_blks_hit{${DATABASE}}[$__range])) + sum(increase(pg_stat_database_blks_read{${DATABASE}}[$__range])))`,
            },
          ],
          thresholds: { yellow: 0.99, red: 0.9, below: true },
        }),
        stat({
          title: 'Longest transaction',
          about: 'A transaction of hours keeps VACUUM from cleaning up, and may block others.',
          unit: 's',
          queries: [{ expr: `max(pg_stat_activity_max_tx_duration{${DATABASE}})` }],
          thresholds: { yellow: 60, red: 600 },
          runbook: 'database-pool-exhausted',
        }),
        stat({
          title: 'Deadlocks',
          about: 'Count over the selected time range. The service retries the cancelled transactions.',
          decimals: 0,
          queries: [{ expr: `sum(increase(pg_stat_database_deadlocks{${DATABASE}}[$__range]))` }],
          thresholds: { yellow: 1, red: 10 },
        }),
        stat({
          title: 'Size',
          about: 'On disk.',
          unit: 'bytes',
          queries: [{ expr: `sum(pg_database_size_bytes{${DATABASE}})` }],
          runbook: 'disk-almost-full',
        }),
        graph({
          title: 'Connections',
          about: 'Connections by state. Long `idle in transaction` means that a client did not commit.',
          stacked: true,
          queries: [{ expr: `sum by (state) (pg_stat_activity_count{${DATABASE}})`, legend: '{{state}}' }],
        }),
        graph({
          title: 'Transactions',
          about: 'Committed and rolled back transactions.',
          unit: 'ops',
          queries: [
            { expr: rate(`pg_stat_database_xact_commit{${DATABASE}}`), legend: 'committed' },
            { expr: rate(`pg_stat_database_xact_rollback{${DATABASE}}`), legend: 'rolled back' },
          ],
        }),
        graph({
          title: 'Rows',
          about: 'Written a second.',
          unit: 'ops',
          stacked: true,
          queries: ['inserted', 'updated', 'deleted'].map((what) => ({
            expr: rate(`pg_stat_database_tup_${what}{${DATABASE}}`),
            legend: what,
          })),
        }),
        graph({
          title: 'Pages',
          about: 'Pages found in memory, and read from disk.',
          unit: 'ops',
          queries: [
            { expr: rate(`pg_stat_database_blks_hit{${DATABASE}}`), legend: 'in memory' },
            { expr: rate(`pg_stat_database_blks_read{${DATABASE}}`), legend: 'read' },
          ],
        }),
        graph({
          title: 'Locks',
          about: 'Locks that are held or waited for, by mode.',
          stacked: true,
          queries: [{ expr: `sum by (mode) (pg_locks_count{${DATABASE}}) > 0`, legend: '{{mode}}' }],
        }),
        graph({
          title: 'Temporary files',
          about: 'Bytes per second, written by sorts that did not fit into work_mem.',
          unit: 'Bps',
          queries: [{ expr: rate(`pg_stat_database_temp_bytes{${DATABASE}}`), legend: 'written' }],
        }),
      ],
    },
    {
      title: 'Backups under Docker Compose',
      panels: [
        stat({
          title: 'Last base backup',
          about: 'How long ago. Each night one is made: above 26 hours an alert is raised.',
          unit: 's',
          queries: [{ expr: 'time() - max(backup_last_success_timestamp_seconds)' }],
          thresholds: { yellow: 25 * 3_600, red: 26 * 3_600 },
          runbook: 'backup-overdue',
        }),
        stat({
          title: 'Last failed base backup',
          about: 'How long ago. It counts only if it is newer than the last base backup.',
          unit: 's',
          queries: [{ expr: 'time() - max(backup_last_failure_timestamp_seconds)' }],
          runbook: 'backup-overdue',
        }),
        stat({
          title: 'Last restore drill',
          about: 'How long ago one succeeded. Each week one is made: above nine days an alert is raised.',
          unit: 's',
          queries: [{ expr: 'time() - max(restore_drill_last_success_timestamp_seconds)' }],
          thresholds: { yellow: 8 * 86_400, red: 9 * 86_400 },
          runbook: 'restore-drill-overdue',
        }),
        stat({
          title: 'Last failed drill',
          about: 'How long ago. It counts only if it is newer than the last one that succeeded.',
          unit: 's',
          queries: [{ expr: 'time() - max(restore_drill_last_failure_timestamp_seconds)' }],
          runbook: 'restore-drill-failed',
        }),
        stat({
          title: 'Last dropped log',
          about:
            'How long ago write-ahead log was dropped. Empty is good: later moments cannot be restored until the next base backup.',
          unit: 's',
          queries: [{ expr: 'time() - max(backup_archive_dropped_timestamp_seconds)' }],
          runbook: 'backup-gap',
        }),
        stat({
          title: 'Last archived segment',
          about: 'How long ago. About a minute while there are writes.',
          unit: 's',
          queries: [{ expr: 'max(pg_stat_archiver_last_archive_age)' }],
          thresholds: { yellow: 300, red: 1_800 },
          runbook: 'backup-archiving-late',
        }),
        graph({
          title: 'Log that waits for the store',
          about:
            'Write-ahead log on the disk that is not archived yet, and how much of it may wait. Beyond the limit it is dropped.',
          unit: 'bytes',
          queries: [
            { expr: 'max(backup_archive_waiting_bytes)', legend: 'waiting' },
            { expr: 'max(backup_archive_limit_bytes)', legend: 'limit' },
          ],
          runbook: 'backup-queue-filling',
        }),
        graph({
          title: 'Archiving',
          about: 'Segments of the write-ahead log per second, and failed attempts. Any failure is bad.',
          unit: 'ops',
          queries: [
            { expr: rate('pg_stat_archiver_archived_count'), legend: 'archived' },
            { expr: rate('pg_stat_archiver_failed_count'), legend: 'failed' },
          ],
          runbook: 'backup-archiving-failing',
        }),
      ],
    },
  ],
});
