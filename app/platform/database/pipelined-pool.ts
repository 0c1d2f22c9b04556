/**
 * One pool for single statements and for transactions. A single statement (`pool.query`) is sent on one of a few shared connections in
 * pipeline mode: many statements are in flight at once, and none waits for a connection. Each is its own transaction, because
 * node-postgres sends a Sync after each. A transaction (`pool.connect`) has its own connection. Its statements may be pipelined too if
 * none needs the result of another.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Writable } from 'node:stream';
import pg from 'pg';
import { isLockTimeout, isStalePlan, isUnavailable } from './failures.ts';
import { ownerOfWork } from './owners.ts';
import { createShares, type Shares } from './shares.ts';
import { mayWaitForLock } from './statements.ts';

/** The promise form of node-postgres' `query`: a text or `{ text, name, values, ... }`, and the values. */
export type Query = (config: string | pg.QueryConfig, values?: unknown[]) => Promise<pg.QueryResult>;

export interface PipelinedPoolOptions extends pg.PoolConfig {
  /** Shared connections for single statements. */
  lanes: number;
  /**
   * The server gives up a statement on a shared connection that waits longer for a lock, in milliseconds, because those behind it wait with it.
   * It then runs alone, where it may wait.
   */
  laneLockTimeoutMs?: number;
  /** Called when work of an owner begins to wait for its share of the connections. */
  onWait?: (owner: string) => void;
  /** Called when a shared connection is lost. The next statement opens it again. */
  onLaneLost?: (error: Error) => void;
  /** Wraps the `query` of every connection, shared or not, to measure it or to change the statement. */
  wrapQuery?: (query: Query) => Query;
}

interface Lane {
  client: pg.Client | undefined;
  opening: Promise<pg.Client> | undefined;
  /** When each statement in flight was sent, the oldest first: answers come in the order of the statements. */
  sentAt: number[];
  /** True if the lane was opened because all others were late. It is closed as soon as nothing is in flight. */
  spare: boolean;
}

/** A lane whose oldest statement has waited longer gets no more: the statement may wait for a lock. */
export const LATE_MS = 250;
const newLane = (spare: boolean): Lane => ({ client: undefined, opening: undefined, sentAt: [], spare });

/**
 * Set for work that has a connection. What it sends beside that connection must not wait for its owner's share: those who have the share may
 * wait for a lock that this work holds.
 */
const within = new AsyncLocalStorage<true>();
const ownerOutside = () => (within.getStore() ? undefined : ownerOfWork());

/** How long work of an owner waits for its share of the connections, in milliseconds, and how much of it. */
const [TURN_MS, TURNS] = [5_000, 200];

export class PipelinedPool extends pg.Pool {
  readonly #lanes: Lane[];
  readonly #shares: Shares;
  /** Owners with a statement on a lane that may wait for a lock. */
  readonly #changing = new Set<string>();
  readonly #options: PipelinedPoolOptions;
  #closed = false;

  constructor(options: PipelinedPoolOptions) {
    const {
      lanes,
      laneLockTimeoutMs: _laneLockTimeoutMs,
      onLaneLost: _onLaneLost,
      onWait,
      wrapQuery,
      ...poolOptions
    } = options;
    super({ ...poolOptions, pipeline: true } as pg.PoolConfig);
    this.#options = options;
    this.#shares = createShares({
      ...{ size: this.options.max, waitMs: TURN_MS, queueLimit: TURNS },
      ...(onWait && { onWait }),
    });
    this.on('connect', (client) => {
      // pg.Pool listens for errors only while a connection is idle. If a connection is lost during a transaction, its statement fails.
      // Without this listener, the error event would also end the process.
      client.on('error', () => {});
      if (wrapQuery) wrap(client, wrapQuery);
    });
    this.#lanes = Array.from({ length: lanes }, () => newLane(false));
    // pg.Pool declares `query` with overloads for callbacks; only its promise form is used here.
    const query: Query = (config, values) => this.#single(config, values);
    this.query = query as unknown as pg.Pool['query'];
  }

  /** Runs a text of several statements, or a slow statement, on a connection that nothing else uses meanwhile. */
  async queryAlone(text: string, values?: unknown[]): Promise<pg.QueryResult> {
    // After a failure, the connection's state is unknown: a text of several statements may have left a transaction open.
    return this.withConnection(
      (client) => client.query(text, values),
      () => true,
    );
  }

  /**
   * Runs `work` on a connection that nothing else uses meanwhile.
   * @param spoils returns true if the connection must not be reused after the error; it is then closed
   */
  async withConnection<T>(
    work: (client: pg.PoolClient) => Promise<T>,
    spoils: (error: unknown) => boolean,
  ): Promise<T> {
    const leave = await this.#shares.enter(ownerOutside());
    try {
      const client = await this.connect();
      let spoilt = false;
      try {
        return await within.run(true, () => work(client));
      } catch (error) {
        spoilt = spoils(error);
        throw error;
      } finally {
        client.release(spoilt);
      }
    } finally {
      leave();
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

  #alone(config: string | pg.QueryConfig, values?: unknown[]): Promise<pg.QueryResult> {
    return this.withConnection(
      (client) => client.query(config, values),
      (error) => isUnavailable(error) || isStalePlan(error),
    );
  }

  /**
   * On a shared connection, as long as the statement cannot keep those behind it waiting: one at a time of each owner that may wait for a lock, and
   * that only for a moment, as a statement that reads a table whose migration waits for its lock. The others run alone, as many as the owner's share allows.
   * One function with all steps: an error's stack shows ten calls, and has to reach those who sent the statement.
   */
  async #single(config: string | pg.QueryConfig, values?: unknown[]): Promise<pg.QueryResult> {
    const mayWait = mayWaitForLock(typeof config === 'string' ? config : config.text);
    const owner = mayWait ? ownerOutside() : undefined;
    if (owner !== undefined && this.#changing.has(owner)) return this.#alone(config, values);
    if (owner !== undefined) this.#changing.add(owner);
    try {
      for (let isFirst = true; ; isFirst = false) {
        const lane = this.#chooseLane();
        lane.sentAt.push(performance.now());
        let client: pg.Client | undefined;
        try {
          client = lane.client ?? (await this.#open(lane));
          writeTogether(client);
          return await client.query(config, values);
        } catch (error) {
          const isStale = isStalePlan(error);
          // The statement may fail before the `end` event arrives, and the next statement must not use the lost connection.
          if (client && (isStale || isUnavailable(error))) this.#abandon(lane, client, error as Error);
          if (isLockTimeout(error)) break;
          // Nothing was executed: another lane prepares the statement anew.
          if (!isStale || !isFirst) throw error;
        } finally {
          lane.sentAt.shift();
          if (lane.spare && lane.sentAt.length === 0) this.#retire(lane);
        }
      }
    } finally {
      if (owner !== undefined) this.#changing.delete(owner);
    }
    return this.#alone(config, values);
  }

  #retire(lane: Lane): void {
    const { client } = lane;
    this.#lanes.splice(this.#lanes.indexOf(lane), 1);
    lane.client = undefined;
    client?.end().catch(() => {});
  }

  #abandon(lane: Lane, client: pg.Client, error: Error): void {
    if (lane.client !== client) return;
    lane.client = undefined;
    if (this.#closed) return;
    this.#options.onLaneLost?.(error);
    // Statements in flight still get their results if the server is alive.
    client.end().catch(() => {});
  }

  /** The least busy lane that is not late. If all are late, a spare one; at most as many as there are lanes. */
  #chooseLane(): Lane {
    const late = performance.now() - LATE_MS;
    const inTime = this.#lanes.filter(({ sentAt: [oldest = Number.POSITIVE_INFINITY] }) => oldest > late);
    if (inTime.length === 0 && this.#lanes.length < 2 * this.#options.lanes) {
      const spare = newLane(true);
      this.#lanes.push(spare);
      return spare;
    }
    const [first, ...rest] = inTime.length > 0 ? inTime : this.#lanes;
    return rest.reduce((best, lane) => (lane.sentAt.length < best.sentAt.length ? lane : best), first!);
  }

  #open(lane: Lane): Promise<pg.Client> {
    if (this.#closed) return Promise.reject(new Error('the pool is closed'));
    lane.opening ??= this.#connectLane(lane).finally(() => {
      lane.opening = undefined;
    });
    return lane.opening;
  }

  async #connectLane(lane: Lane): Promise<pg.Client> {
    const { laneLockTimeoutMs: lock_timeout } = this.#options;
    const client = new pg.Client({
      ...this.#options,
      ...(lock_timeout && { lock_timeout }),
      pipeline: true,
    } as pg.ClientConfig);
    client.on('error', (error) => this.#abandon(lane, client, error));
    client.on('end', () => this.#abandon(lane, client, new Error('the database closed the connection')));
    if (this.#options.wrapQuery) wrap(client, this.#options.wrapQuery);
    await client.connect();
    lane.client = client;
    return client;
  }
}

/** Sends the statements of one event loop turn in one write. A system call per statement would cost more than everything else. */
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
