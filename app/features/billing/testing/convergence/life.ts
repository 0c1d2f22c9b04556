/** A worker process that can die: at any call to the database or to Stripe, from which on nothing of it has any effect. */
import type Stripe from 'stripe';
import type { Database, Transaction } from '../../../../platform/database/database.ts';

export class Killed extends Error {
  override readonly name = 'Killed';
}

export interface Life {
  /** Counts one await. @throws Killed at the one where it dies, and ever after */
  step(): void;
  /** Resolves when the list of subscriptions has been fetched, where that answer is held back. */
  readonly fetched: Promise<void>;
  /** Lets a held answer go. */
  release(): void;
  /** Waits while answers are held back. */
  hold(path: string): Promise<void>;
}

/**
 * @param dieAt the number of the await where the process dies; 0: it lives
 * @param holdBack whether the answer to the list of subscriptions is held back until `release`
 */
export function createLife(dieAt: number, holdBack = false): Life {
  let steps = 0;
  const fetched = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  return {
    step() {
      steps++;
      if (dieAt > 0 && steps >= dieAt) throw new Killed(`at await ${dieAt}`);
    },
    fetched: fetched.promise,
    release: released.resolve,
    async hold(path) {
      if (!holdBack || !path.startsWith('/v1/subscriptions')) return;
      fetched.resolve();
      await released.promise;
    },
  };
}

const CALLS = new Set(['select', 'selectDistinct', 'insert', 'update', 'delete', 'execute', '$count']);

/** The database as a process sees it that may die: before any statement, and before or after any commit. */
export function mortalDatabase<T extends Database | Transaction>(db: T, life: Life): T {
  return new Proxy(db, {
    get(target, name) {
      const member = Reflect.get(target, name) as unknown;
      if (typeof member !== 'function') return member;
      if (name === 'transaction') {
        return async (work: (tx: Transaction) => Promise<unknown>, config: unknown) => {
          life.step();
          const result = await (target as Database).transaction(
            (tx) => work(mortalDatabase(tx, life)),
            config as Parameters<Database['transaction']>[1],
          );
          life.step();
          return result;
        };
      }
      const bound = member.bind(target) as (...args: unknown[]) => unknown;
      if (!CALLS.has(String(name))) return bound;
      return (...args: unknown[]) => {
        life.step();
        return bound(...args);
      };
    },
  });
}

type HttpClient = NonNullable<Stripe.StripeConfig['httpClient']>;

/** Stripe as such a process sees it: it may die before it asks, or before it hears the answer. */
export function mortalHttpClient(client: HttpClient, life: Life): HttpClient {
  return {
    getClientName: () => client.getClientName(),
    async makeRequest(...request) {
      life.step();
      const answer = await client.makeRequest(...request);
      await life.hold(request[2]);
      life.step();
      return answer;
    },
  };
}
