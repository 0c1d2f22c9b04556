import './metrics.ts';
import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import type pg from 'pg';
import type { Metrics } from '../telemetry/metrics.ts';
import { inSpan, SpanKind } from '../telemetry/spans.ts';
import { type Change, collectChanges } from './changes/collecting.ts';
import { createHints, type Hint, hintThrough } from './changes/hints.ts';
import { isStalePlan, isUnavailable } from './failures.ts';
import { PipelinedPool, type Query } from './pipelined-pool.ts';
import { describeStatement, operationOf } from './statements.ts';

/** Runs statements outside a transaction, and opens transactions. */
export type Database = NodePgDatabase<Record<string, never>> & { $client: PipelinedPool };
/** A transaction. Functions whose changes must commit together take it as their first parameter, named `tx`. */
export type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0];
/** A database or a transaction, for functions that may run inside or outside a transaction. */
export type Executor = Database | Transaction;

/** How long a statement of a transaction waits for a lock. Its connection serves nobody meanwhile. */
const LOCK_TIMEOUT_MS = 5_000;
/** The same for a single statement on a lane, where others wait behind it. It then runs again, alone. */
const LANE_LOCK_TIMEOUT_MS = 50;

export interface DatabaseOptions {
  url: string;
  /** Connections for transactions. */
  poolSize: number;
  /** Shared, pipelined connections for single statements. */
  lanes: number;
  /** False behind PgBouncer in transaction mode: statements are then sent without a name, and connections without settings. */
  preparedStatements: boolean;
  /** The server cancels a statement that takes longer, in milliseconds. */
  statementTimeoutMs: number;
  applicationName: string;
  onConnectionLost?: (error: Error) => void;
  /** Called when the work of an owner begins to wait, because it has its share of the connections. */
  onWait?: (owner: string) => void;
  /** Called after the commit of each transaction that announced changes. The transaction resolves when this does. */
  onCommitted?: (changes: readonly Change[]) => Promise<void>;
  /** Record the waits for connections and the durations of statements. */
  metrics?: Metrics;
}

/**
 * Opens the database: one Drizzle handle over one `PipelinedPool`. The first statement opens the first connection.
 * @returns the handle; `db.$client.end()` closes it
 */
export function openDatabase(options: DatabaseOptions): Database {
  const { preparedStatements, metrics } = options;
  // Run outside the context of the request that opened the connection, so that the log line does not name its trace.
  const connectionLost = (error: Error) => context.with(ROOT_CONTEXT, () => options.onConnectionLost?.(error));
  const pool = new PipelinedPool({
    connectionString: options.url,
    max: options.poolSize,
    lanes: options.lanes,
    application_name: options.applicationName,
    // PgBouncer refuses connections with settings; behind it, set them on the role (alter role ... set statement_timeout).
    ...(preparedStatements && {
      statement_timeout: options.statementTimeoutMs,
      lock_timeout: LOCK_TIMEOUT_MS,
      laneLockTimeoutMs: LANE_LOCK_TIMEOUT_MS,
      idle_in_transaction_session_timeout: 30_000,
    }),
    // If a connection is lost silently, the server cannot report the timeout, so the client has its own.
    query_timeout: options.statementTimeoutMs + 5_000,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    onLaneLost: connectionLost,
    ...(options.onWait && { onWait: options.onWait }),
    wrapQuery: (query) => {
      const sent = committing(preparedStatements ? query : unnamed(query));
      return traced(metrics ? timed(sent, metrics.db_query_duration_seconds) : sent);
    },
  });
  pool.on('error', connectionLost);
  if (metrics) measureWaits(pool, metrics.db_pool_wait_seconds);
  const db = drizzle(pool) as Database;
  // Drizzle's own `transaction` never releases a connection whose `begin` fails, and reuses one whose server no longer answers.
  const notify = 'select pg_notify(channel, payload) from unnest($1::text[], $2::text[]) hints (channel, payload)';
  const hints = createHints((channels, payloads) =>
    pool.query({ name: 'hints_send', text: notify, values: [channels, payloads] }),
  );
  hintThrough(pool, hints.send);
  const end = pool.end.bind(pool) as () => Promise<void>;
  pool.end = (async () => {
    await hints.flush();
    await end();
  }) as typeof pool.end;
  db.transaction = async (work, config) => {
    const given: Hint[] = [];
    const [result, changes] = await pool.withConnection(
      (client) => {
        const ended = hintThrough(client, (hint) => given.push(hint));
        return drizzle(client)
          .transaction((tx) => collectChanges(client, () => work(tx)), config)
          .finally(ended);
      },
      (error) => isUnavailable(error) || isStalePlan(error),
    );
    for (const hint of given) hints.send(hint);
    if (changes.length > 0) await options.onCommitted?.(changes);
    return result;
  };
  return db;
}

/** Measures the duration of `pool.connect()`: under load, transactions wait there first. */
function measureWaits(pool: PipelinedPool, histogram: Metrics['db_pool_wait_seconds']): void {
  const connect = pool.connect.bind(pool) as () => Promise<pg.PoolClient>;
  pool.connect = (async () => {
    const startedAt = performance.now();
    try {
      return await connect();
    } finally {
      // Includes the waits that timed out, which are the longest.
      histogram.observe((performance.now() - startedAt) / 1_000);
    }
  }) as typeof pool.connect;
}

/** Measures the duration of every statement, labelled by its first word. */
function timed(query: Query, histogram: Metrics['db_query_duration_seconds']): Query {
  return async (config, values) => {
    const startedAt = performance.now();
    try {
      return await query(config, values);
    } finally {
      const operation = operationOf(typeof config === 'string' ? config : config.text);
      histogram.observe({ operation }, (performance.now() - startedAt) / 1_000);
    }
  };
}

/** Creates a span for every statement of a traced request or job. The span has the operation and the table, not the text. */
function traced(query: Query): Query {
  return (config, values) => {
    if (!trace.getActiveSpan()?.isRecording()) return query(config, values);
    const text = typeof config === 'string' ? config : config.text;
    const { summary, attributes } = describeStatement(text);
    return inSpan(summary, { kind: SpanKind.CLIENT, attributes }, () => query(config, values));
  };
}

/**
 * Fails a `commit` that the server answers with ROLLBACK. It does so after a failed statement whose error was caught. Without this, the
 * transaction would seem to have succeeded.
 */
function committing(query: Query): Query {
  const commit: Query = async (config, values) => {
    const result = await query(config, values);
    if (result.command === 'ROLLBACK')
      throw new Error('the transaction was rolled back: a statement in it failed, and its error was caught');
    return result;
  };
  // Other statements go on as they are: an error's stack shows ten calls, and has to reach those who sent the statement.
  return (config, values) =>
    (typeof config === 'string' ? config : config.text) === 'commit' ? commit(config, values) : query(config, values);
}

/** Sends statements without a name: PgBouncer in transaction mode may use another server connection, which has not prepared the statement. */
function unnamed(query: Query): Query {
  return (config, values) => {
    if (typeof config === 'string' || config.name === undefined) return query(config, values);
    const { name: _name, ...rest } = config;
    return query(rest, values);
  };
}
