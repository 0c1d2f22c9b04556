/** The database as the service sees it, and as it sees itself (postgres_exporter). */
import { choiceOf, dashboard, quantile, rate } from './dashboard.ts';
import { graph, stat } from './panels.ts';

const DATABASE = 'datname=~"$datname"';

export const postgresql = dashboard({
  name: 'postgresql',
  title: 'PostgreSQL',
  about: 'The database as the service sees it, and as it sees itself.',
  variables: [choiceOf('datname', 'pg_database_size_bytes').label('Database').regex('/^(?!template)/')],
  rows: [
    {
      title: 'As the service sees it',
      panels: [
        graph({
          title: 'Reached',
          about: '1: the process had an answer at the last scrape.',
          min: 0,
          max: 1,
          width: 6,
          queries: [{ expr: 'db_up', legend: '{{role}} {{instance}}' }],
          runbook: 'database-down',
        }),
        graph({
          title: 'Statements',
          about: 'A second, by operation.',
          unit: 'ops',
          width: 6,
          stacked: true,
          queries: [{ expr: rate('db_query_duration_seconds_count', 'operation'), legend: '{{operation}}' }],
        }),
        graph({
          title: 'How long statements take',
          about:
            '99 % are faster, by operation. As the client sees it, the network and the queue of the connection included.',
          unit: 's',
          width: 6,
          queries: [{ expr: quantile(0.99, 'db_query_duration_seconds_bucket', 'operation'), legend: '{{operation}}' }],
        }),
        graph({
          title: 'Waiting for a connection',
          about: '95 % of transactions wait less. Above a quarter of a second somebody is told.',
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
          about: '`used` and `idle` are for transactions; `pipelined` ones are shared by single statements.',
          stacked: true,
          width: 12,
          queries: [{ expr: 'sum by (state) (db_pool_connections)', legend: '{{state}}' }],
        }),
        graph({
          title: 'Time in the database',
          about: 'Seconds of waiting for results, a second, by operation.',
          unit: 's',
          width: 12,
          stacked: true,
          queries: [{ expr: rate('db_query_duration_seconds_sum', 'operation'), legend: '{{operation}}' }],
        }),
      ],
    },
    {
      title: 'As it sees itself',
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
          about: 'Share of pages found in memory. Much below 99 %: more memory helps.',
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
          about: 'One of hours keeps VACUUM from its work, and may block others.',
          unit: 's',
          queries: [{ expr: `max(pg_stat_activity_max_tx_duration{${DATABASE}})` }],
          thresholds: { yellow: 60, red: 600 },
          runbook: 'database-pool-exhausted',
        }),
        stat({
          title: 'Deadlocks',
          about: 'In the time that is shown. The service repeats what was cut off.',
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
          about: 'By what they do. `idle in transaction` for long: somebody forgot to commit.',
          stacked: true,
          queries: [{ expr: `sum by (state) (pg_stat_activity_count{${DATABASE}})`, legend: '{{state}}' }],
        }),
        graph({
          title: 'Transactions',
          about: 'That were committed and rolled back.',
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
          about: 'Found in memory, and read from disk.',
          unit: 'ops',
          queries: [
            { expr: rate(`pg_stat_database_blks_hit{${DATABASE}}`), legend: 'in memory' },
            { expr: rate(`pg_stat_database_blks_read{${DATABASE}}`), legend: 'read' },
          ],
        }),
        graph({
          title: 'Locks',
          about: 'Held and waited for, by mode.',
          stacked: true,
          queries: [{ expr: `sum by (mode) (pg_locks_count{${DATABASE}}) > 0`, legend: '{{mode}}' }],
        }),
        graph({
          title: 'Temporary files',
          about: 'Written a second by sorts that did not fit into work_mem.',
          unit: 'Bps',
          queries: [{ expr: rate(`pg_stat_database_temp_bytes{${DATABASE}}`), legend: 'written' }],
        }),
      ],
    },
  ],
});
