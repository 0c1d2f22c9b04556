/** Helpers that look beyond HTTP: at the database, and at conditions that become true later. */
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { AuditEvent } from '../app/features/audit/schema.ts';
import { SETTLE_MS } from '../app/platform/database/changes/feed.ts';
import type { TestService } from './service.ts';

/** What a statement by hand must be followed by, because it announces nothing. */
const FORGET_EVERYTHING = `insert into changes (kind, key) values ('*', '')`;
const KEPT_IN_MEMORY =
  /\b(update|delete from|insert into)\s+(users|sessions|memberships|organizations|api_keys|email_suppressions|billing_\w+)\b/;
const isByHand = (text: string) => KEPT_IN_MEMORY.test(text);

/** The rows of a statement in the service's database. */
// biome-ignore lint/suspicious/noExplicitAny: the rows of any statement
export async function rows(test: TestService, text: string, ...values: unknown[]): Promise<any[]> {
  const found = (await test.service.db.$client.query(text, values)).rows;
  if (isByHand(text)) {
    await test.service.db.$client.query(FORGET_EVERYTHING);
    // As an answer to a caller would: then every process has heard of it.
    await delay(SETTLE_MS);
  }
  return found;
}

/** The first column of the first row. */
// biome-ignore lint/suspicious/noExplicitAny: as above
export async function value(test: TestService, text: string, ...values: unknown[]): Promise<any> {
  const [row] = await rows(test, text, ...values);
  return row && Object.values(row)[0];
}

/**
 * Polls `check`, and resolves with its result once that is neither false nor undefined.
 * @throws Error with `what` if that does not happen within `timeoutMs`
 */
export async function eventually<T>(
  what: string,
  check: () => Promise<T | false | undefined> | T | false | undefined,
  timeoutMs = 15_000,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const result = await check();
    if (result !== false && result !== undefined) return result;
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await delay(5);
  }
}

/** Resolves once no job of the queue is waiting or running, so that the background work of earlier requests is complete. */
export async function jobsDone(test: TestService, queue: string): Promise<void> {
  const open = `select count(*)::int from pgboss.job where name = $1 and state not in ('completed', 'cancelled', 'failed')`;
  await eventually(`${queue} has no open job`, async () => (await value(test, open, queue)) === 0 || undefined);
}

/** Resolves once a statement in the service's database waits for a lock. */
export async function lockAwaited(test: TestService): Promise<void> {
  const text = `select count(*)::int from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  await eventually('a statement waits for a lock', async () => (await value(test, text)) > 0);
}

/**
 * Resolves once the service has read every change that is committed by now. Until then the process may use older data in memory: changes that jobs
 * and tests make are not waited for.
 */
export async function changesHeard({ service: { feed } }: TestService): Promise<void> {
  const since = performance.now();
  await eventually('the service reads what changed', async () => (await feed.refresh()) && feed.readAtMs > since);
}

/** A lock that a test holds. */
export interface HeldLock {
  /** Runs a statement in the transaction that holds the lock. It takes effect when the lock is released. */
  run(text: string, ...values: unknown[]): Promise<void>;
  /** Resolves once `count` statements wait for a lock. PostgreSQL serves them in the order of their arrival. */
  waiting(count: number): Promise<void>;
}

/** Runs `work` while a transaction holds the lock that the statement `lock` takes, and commits the transaction afterwards. */
export async function whileLocked<T>(
  test: TestService,
  [lock, ...values]: [text: string, ...values: unknown[]],
  work: (held: HeldLock) => Promise<T>,
): Promise<T> {
  const client = await test.service.db.$client.connect();
  const waiters = `select count(*)::int from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  try {
    await client.query('begin');
    await client.query(lock, values);
    const result = await work({
      async run(text, ...given) {
        await client.query(text, given);
        if (isByHand(text)) await client.query(FORGET_EVERYTHING);
      },
      async waiting(count) {
        await eventually(`${count} statements wait`, async () => (await value(test, waiters)) >= count);
      },
    });
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
}

/** Takes the rate limits out of the way of tests that ask for more than people do: every count stays at one. */
export async function liftRateLimits(test: TestService): Promise<void> {
  await test.service.db.$client.queryAlone(`
    create function one_point() returns trigger language plpgsql as $$ begin new.points := 1; return new; end $$;
    create trigger one_point before insert or update on rate_limits for each row execute function one_point();`);
}

/** Events of an owner's audit trail, oldest first. */
export async function auditTrail(test: TestService, ownerId: string): Promise<AuditEvent[]> {
  return (await Array.fromAsync(test.service.audit.history(ownerId))).flat();
}

/** Actions in a user's audit trail, oldest first. */
export async function auditActions(test: TestService, userId: string): Promise<string[]> {
  return (await auditTrail(test, userId)).map(({ action }) => action);
}

/** The number of emails queued for an address by template, sent or not. An email that is not counted here will not be sent. */
export async function queuedMails(test: TestService, address: string, template: string): Promise<number> {
  const text = 'select count(*)::int from email_messages where to_address = $1 and template = $2';
  return value(test, text, address, template);
}

/** The number of answers per status. */
export function tally(answers: readonly { status: number }[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** Makes `count` calls at the same time. */
export function atOnce<T>(count: number, call: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => call(index)));
}

/** An answer without the fields that differ between any two answers. */
export function comparable({ status, headers, body }: { status: number; headers: Headers; body: unknown }) {
  const { requestId: _requestId, ...rest } = Object(body) as { requestId?: string };
  const names = [...headers.keys()].filter((name) => !['date', 'x-request-id'].includes(name)).sort();
  assert.ok(headers.has('x-request-id'));
  return { status, names, body: rest };
}
