/**
 * Stops a request at any step that it awaits: before its body has arrived, before each statement (the begin and the commit of a
 * transaction among them), before each call to Stripe, and before its answer.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Answer, TestService } from '../../../../../test/service.ts';
import type { HttpServer } from '../../../../platform/http/fastify.ts';
import { newId } from '../../../../platform/security/random.ts';

/** A statement, `stripe`, or `answer`. */
export type Step = string;

/** A piece of work whose steps are recorded, and which can be stopped before one of them. */
export interface Watch {
  /** To be sent as `x-request-id`, if the work is a request. */
  readonly id: string;
  /** The steps so far; the last one has not run while the work is stopped. */
  readonly steps: readonly Step[];
  /** Resolves once the work has stopped. */
  readonly stopped: Promise<void>;
  release(): void;
}

export interface Stops {
  /** For `startTestService`. */
  routes(app: HttpServer): Promise<void>;
  /** Watches the statements of a service from now on. */
  install(test: TestService): void;
  /** To be called before each call to Stripe. */
  asking(): Promise<void>;
  /** @param stopsBefore decides for each step, by its number and text, whether to stop before it; the first yes counts */
  watch(stopsBefore?: (index: number, steps: readonly Step[]) => boolean): Watch;
  /** Lets everything go on: after a failed test, so that the service can be closed. */
  releaseAll(): void;
  /** Runs work that is no request under a watch. */
  run<T>(watch: Watch, work: () => Promise<T>): Promise<T>;
}

interface Run extends Watch {
  readonly steps: Step[];
  readonly stopsBefore: (index: number, steps: readonly Step[]) => boolean;
  held: Promise<void> | undefined;
  stop(): void;
}

type Query = (config: string | { text: string }, values?: unknown) => Promise<unknown>;
interface Connection {
  query: Query;
}

export function createStops(): Stops {
  const runs = new Map<string, Run>();
  const current = new AsyncLocalStorage<Run>();
  const watched = new WeakSet<Connection>();

  async function step(run: Run, text: Step): Promise<void> {
    run.steps.push(text);
    if (!run.held && run.stopsBefore(run.steps.length - 1, run.steps)) run.stop();
    // Also the steps behind a stopped one wait, so that statements are sent in their order.
    await run.held;
  }

  function watchStatements(connection: Connection): void {
    if (watched.has(connection)) return;
    watched.add(connection);
    const query = connection.query.bind(connection);
    connection.query = (config, values) => {
      const run = current.getStore();
      if (!run) return query(config, values);
      return step(run, typeof config === 'string' ? config : config.text).then(() => query(config, values));
    };
  }

  return {
    async routes(app) {
      app.addHook('onRequest', (request, _reply, done) => {
        const run = runs.get(request.id);
        if (run) current.run(run, done);
        else done();
      });
      // A body that arrives later continues in the context of the connection.
      app.addHook('preValidation', (request, _reply, done) => {
        const run = runs.get(request.id);
        if (run) current.run(run, done);
        else done();
      });
      app.addHook('onSend', async (request) => {
        const run = runs.get(request.id);
        if (run) await step(run, 'answer');
      });
    },

    install({ service }) {
      const pool = service.db.$client;
      watchStatements(pool as unknown as Connection);
      const connect = pool.connect.bind(pool) as () => Promise<Connection>;
      pool.connect = (async () => {
        const client = await connect();
        watchStatements(client);
        return client;
      }) as typeof pool.connect;
    },

    async asking() {
      const run = current.getStore();
      if (run) await step(run, 'stripe');
    },

    watch(stopsBefore = () => false) {
      const { promise: stopped, resolve: hasStopped } = Promise.withResolvers<void>();
      const { promise: released, resolve: release } = Promise.withResolvers<void>();
      const run: Run = {
        ...{ id: newId(), steps: [], stopsBefore, held: undefined, stopped, release },
        stop() {
          run.held = released;
          hasStopped();
        },
      };
      runs.set(run.id, run);
      return run;
    },

    releaseAll() {
      for (const run of runs.values()) run.release();
    },

    run: (watch, work) => current.run(runs.get(watch.id)!, work),
  };
}

const WRITES = /^\s*(with\b[\s\S]*\b)?(insert|update|delete)\b/i;
/** Neither counts attempts nor notes that a key was used: both happen although the request is refused. */
const NOTES = /rate_limits|"last_used_at" = /;

/**
 * The number of the step with which a request takes effect: its last commit, or its last statement that writes outside of a transaction. A
 * request that calls Stripe takes effect with the commit that precedes the last call, in which the caller's access is decided again:
 * no transaction may stay open over a call.
 * @returns -1 for a request that wrote nothing
 */
export function decisionOf(steps: readonly Step[]): number {
  const lastCall = steps.lastIndexOf('stripe');
  const before = lastCall < 0 ? steps : steps.slice(0, lastCall);
  const writes = (text: Step) => /^commit/i.test(text) || (lastCall < 0 && WRITES.test(text) && !NOTES.test(text));
  return before.findLastIndex(writes);
}

const LOCKS = /\bfor (update|share|no key update|key share)\b|pg_advisory/i;

/** The number of the first step that holds a lock until a transaction ends, or undefined. */
export function firstLockOf(steps: readonly Step[]): number | undefined {
  let isInTransaction = false;
  const index = steps.findIndex((text) => {
    if (/^begin/i.test(text)) isInTransaction = true;
    if (/^(commit|rollback)/i.test(text)) isInTransaction = false;
    return isInTransaction && (LOCKS.test(text) || WRITES.test(text));
  });
  return index < 0 ? undefined : index;
}

/** @throws Error with the answer if the request was answered before it stopped */
export async function untilStopped(watch: Watch, answer: Promise<Answer>): Promise<void> {
  await Promise.race([
    watch.stopped,
    answer.then(({ status, body }) => {
      throw new Error(`answered before it stopped: ${status} ${JSON.stringify(body)}; ${JSON.stringify(watch.steps)}`);
    }),
  ]);
}
