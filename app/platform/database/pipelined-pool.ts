/**
 * One pool for both kinds of work. A single statement (`pool.query`) goes down one of a few shared connections in pipeline mode:
 * many requests are on the wire at once, and none waits for a connection. Each is its own transaction, because node-postgres sends a
 * Sync after each. A transaction (`pool.connect`) has a connection of its own; those of its statements that need no answer of another
 * may be on the wire at once as well.
 */
import type { Writable } from 'node:stream';
import pg from 'pg';
import { isUnavailable } from './failures.ts';

/** node-postgres' `query` in its promise form: a text or `{ text, name, values, ... }`, and the values. */
export type Query = (config: string | pg.QueryConfig, values?: unknown[]) => Promise<pg.QueryResult>;

export interface PipelinedPoolOptions extends pg.PoolConfig {
  /** Shared connections for single statements. */
  lanes: number;
  /** Called when a shared connection is lost; it is opened again by the next statement. */
  onLaneLost?: (error: Error) => void;
  /** Wraps the `query` of every connection, shared or not: to time it, or to change what is sent. */
  wrapQuery?: (query: Query) => Query;
}

interface Lane {
  client: pg.Client | undefined;
  opening: Promise<pg.Client> | undefined;
  inFlight: number;
}

export class PipelinedPool extends pg.Pool {
  readonly #lanes: Lane[];
  readonly #options: PipelinedPoolOptions;
  #closed = false;

  constructor(options: PipelinedPoolOptions) {
    const { lanes, onLaneLost: _onLaneLost, wrapQuery, ...poolOptions } = options;
    super({ ...poolOptions, pipeline: true } as pg.PoolConfig);
    this.#options = options;
    this.on('connect', (client) => {
      // pg.Pool listens only while a connection is idle. One that is lost in a transaction fails the statement that runs; without a
      // listener the event would end the process as well.
      client.on('error', () => {});
      if (wrapQuery) wrap(client, wrapQuery);
    });
    this.#lanes = Array.from({ length: lanes }, () => ({ client: undefined, opening: undefined, inFlight: 0 }));
    // pg.Pool declares `query` with overloads for callbacks; only its promise form is used here.
    const query: Query = (config, values) => this.#pipelined(config, values);
    this.query = query as unknown as pg.Pool['query'];
  }

  /** Runs a statement on a connection that nothing else uses meanwhile: several statements in one text, or a slow one. */
  async queryAlone(text: string, values?: unknown[]): Promise<pg.QueryResult> {
    // After a failure the connection's state is unknown: a text of several statements may have left a transaction open.
    return this.withConnection(
      (client) => client.query(text, values),
      () => true,
    );
  }

  /**
   * Runs `work` on a connection that nothing else uses meanwhile.
   * @param spoils whether an error leaves the connection in a state that nobody should meet; it is then closed
   */
  async withConnection<T>(
    work: (client: pg.PoolClient) => Promise<T>,
    spoils: (error: unknown) => boolean,
  ): Promise<T> {
    const client = await this.connect();
    let spoilt = false;
    try {
      return await work(client);
    } catch (error) {
      spoilt = spoils(error);
      throw error;
    } finally {
      client.release(spoilt);
    }
  }

  /** Connections by state, for the metric `db_pool_connections`. */
  get connections(): { used: number; idle: number; pipelined: number } {
    const pipelined = this.#lanes.filter((lane) => lane.client).length;
    return { used: this.totalCount - this.idleCount, idle: this.idleCount, pipelined };
  }

  override async end(): Promise<void> {
    this.#closed = true;
    const lanes = this.#lanes.map(async (lane) => {
      const client = lane.client ?? (await lane.opening?.catch(() => undefined));
      lane.client = undefined;
      await client?.end();
    });
    await Promise.all([...lanes, super.end()]);
  }

  async #pipelined(config: string | pg.QueryConfig, values?: unknown[]): Promise<pg.QueryResult> {
    const lane = this.#leastBusyLane();
    lane.inFlight++;
    let client: pg.Client | undefined;
    try {
      client = lane.client ?? (await this.#open(lane));
      writeTogether(client);
      return await client.query(config, values);
    } catch (error) {
      // The statement may learn of a lost connection before the event does, and the next one must not meet it.
      if (client && isUnavailable(error)) this.#abandon(lane, client, error as Error);
      throw error;
    } finally {
      lane.inFlight--;
    }
  }

  #abandon(lane: Lane, client: pg.Client, error: Error): void {
    if (lane.client !== client) return;
    lane.client = undefined;
    if (this.#closed) return;
    this.#options.onLaneLost?.(error);
    // Statements that are on the wire still get their answers, if there is anyone to give them.
    client.end().catch(() => {});
  }

  #leastBusyLane(): Lane {
    let best = this.#lanes[0]!;
    for (const lane of this.#lanes) if (lane.inFlight < best.inFlight) best = lane;
    return best;
  }

  #open(lane: Lane): Promise<pg.Client> {
    if (this.#closed) return Promise.reject(new Error('the pool is closed'));
    lane.opening ??= this.#connectLane(lane).finally(() => {
      lane.opening = undefined;
    });
    return lane.opening;
  }

  async #connectLane(lane: Lane): Promise<pg.Client> {
    const client = new pg.Client({ ...this.#options, pipeline: true } as pg.ClientConfig);
    client.on('error', (error) => this.#abandon(lane, client, error));
    client.on('end', () => this.#abandon(lane, client, new Error('the database closed the connection')));
    if (this.#options.wrapQuery) wrap(client, this.#options.wrapQuery);
    await client.connect();
    lane.client = client;
    return client;
  }
}

/** The statements of one turn of the event loop leave in one write: a system call for each would cost more than the rest of it. */
function writeTogether(client: pg.Client): void {
  const { stream } = (client as unknown as { connection: { stream: Writable } }).connection;
  if (stream.writableCorked > 0) return;
  stream.cork();
  setImmediate(() => stream.uncork());
}

function wrap(client: pg.ClientBase, wrapQuery: (query: Query) => Query): void {
  const query = client.query.bind(client) as unknown as Query;
  client.query = wrapQuery(query) as unknown as pg.ClientBase['query'];
}
