import './metrics.ts';
import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import type pg from 'pg';
import type { Metrics } from '../telemetry/metrics.ts';
import { inSpan, SpanKind } from '../telemetry/spans.ts';
import { isUnavailable } from './failures.ts';
import { PipelinedPool, type Query } from './pipelined-pool.ts';
import { describeStatement, operationOf } from './statements.ts';

/** Runs statements outside a transaction, and opens transactions. */
export type Database = NodePgDatabase<Record<string, never>> & { $client: PipelinedPool };
/** A transaction. What must commit together takes one as its first parameter, named `tx`. */
export type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0];
/** Either: for what may run in or outside a transaction. */
export type Executor = Database | Transaction;

export interface DatabaseOptions {
  url: string;
  /** Connections for transactions. */
  poolSize: number;
  /** Shared, pipelined connections for single statements. */
  lanes: number;
  /** Off behind PgBouncer in transaction mode: statements are then sent without a name, and connections without settings. */
  preparedStatements: boolean;
  /** A statement that takes longer is cancelled by the server, in milliseconds. */
  statementTimeoutMs: number;
  applicationName: string;
  onConnectionLost?: (error: Error) => void;
  /** Where waits for connections and times of statements are observed. */
  metrics?: Metrics;
}

/**
 * Opens the database: one drizzle handle over one `PipelinedPool`. Nothing connects before the first statement.
 * @returns the handle; `db.$client.end()` closes it
 */
export function openDatabase(options: DatabaseOptions): Database {
  const { preparedStatements, metrics } = options;
  // Not in the context of the request that once opened the connection.
  const connectionLost = (error: Error) => context.with(ROOT_CONTEXT, () => options.onConnectionLost?.(error));
  const pool = new PipelinedPool({
    connectionString: options.url,
    max: options.poolSize,
    lanes: options.lanes,
    application_name: options.applicationName,
    // PgBouncer refuses connections that bring settings; behind it they belong to the role (alter role ... set statement_timeout).
    ...(preparedStatements && {
      statement_timeout: options.statementTimeoutMs,
      idle_in_transaction_session_timeout: 30_000,
    }),
    // A connection that died without a word is noticed by the client, not only by the server.
    query_timeout: options.statementTimeoutMs + 5_000,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    onLaneLost: connectionLost,
    wrapQuery: (query) => {
      const sent = preparedStatements ? query : unnamed(query);
      return traced(metrics ? timed(sent, metrics.db_query_duration_seconds) : sent);
    },
  });
  pool.on('error', connectionLost);
  if (metrics) measureWaits(pool, metrics.db_pool_wait_seconds);
  const db = drizzle(pool) as Database;
  // drizzle's own would keep a connection forever whose `begin` fails, and hand on one whose server has gone silent.
  db.transaction = (work, config) =>
    pool.withConnection((client) => drizzle(client).transaction(work, config), isUnavailable);
  return db;
}

/** Times `pool.connect()`: under load a transaction waits there first. */
function measureWaits(pool: PipelinedPool, histogram: Metrics['db_pool_wait_seconds']): void {
  const connect = pool.connect.bind(pool) as () => Promise<pg.PoolClient>;
  pool.connect = (async () => {
    const startedAt = performance.now();
    try {
      return await connect();
    } finally {
      // Also of those that gave up: they have waited the longest.
      histogram.observe((performance.now() - startedAt) / 1_000);
    }
  }) as typeof pool.connect;
}

/** Times every statement by its first word. */
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

/** A span for every statement of a traced request or job: what it does to which table, not its text. */
function traced(query: Query): Query {
  return (config, values) => {
    if (!trace.getActiveSpan()?.isRecording()) return query(config, values);
    const text = typeof config === 'string' ? config : config.text;
    const { summary, attributes } = describeStatement(text);
    return inSpan(summary, { kind: SpanKind.CLIENT, attributes }, () => query(config, values));
  };
}

/** PgBouncer in transaction mode hands each statement to any server connection, which may not know a prepared one. */
function unnamed(query: Query): Query {
  return (config, values) => {
    if (typeof config === 'string' || config.name === undefined) return query(config, values);
    const { name: _name, ...rest } = config;
    return query(rest, values);
  };
}
