/**
 * Shares the work among workers, which take endpoints, not deliveries. Taking one is a lease on its row, so that the attempts of an endpoint start in the
 * order of its events, and so many at a time, however many workers there are. A worker that dies loses its leases, and another one sends
 * again what has no outcome.
 */
import { sql } from 'drizzle-orm';
import { hint } from '../../../platform/database/changes/announcing.ts';
import type { Database, Executor } from '../../../platform/database/database.ts';
import { prepare } from '../../../platform/database/prepared.ts';
import { type Step, storedEvent } from '../../events/events.ts';
import { events } from '../../events/schema.ts';
import { organizations } from '../../organizations/schema.ts';
import { type Attempt, type DeliveryStatus, webhookDeliveries, webhookEndpoints } from '../schema.ts';

/** Tells workers that something is due. */
export const CHANNEL = 'webhook_deliveries';

/** Wakes the workers after `tx` has committed. */
export const wake = (tx: Executor) => hint(tx, CHANNEL);

/** Due at once for every worker, whichever clock is ahead. @param now by the clock of this process */
export const dueNow = (now: Date) => sql`least(${now}::timestamptz, clock_timestamp())`;

/**
 * The step that `events` runs with each event: a delivery for every endpoint that wants it. The id of a
 * delivery begins as its event's does, so that both are in the same order, and ends with what follows from both ids: a function that gives
 * another value each time would keep a sharded PostgreSQL from running the statement where the rows are.
 */
const deliveries = sql`
  insert into ${webhookDeliveries} (organization_id, id, endpoint_id, event_id, event_type, status, next_attempt_at, created_at)
  select event.organization_id, (left(event.id::text, 26) || right(md5(event.id::text || endpoint.id::text), 10))::uuid, endpoint.id, event.id, event.type, 'pending', least(event.occurred_at, statement_timestamp()), event.occurred_at
  from ${storedEvent} join ${webhookEndpoints} endpoint on endpoint.organization_id = event.organization_id
  where endpoint.enabled and (endpoint.event_types is null or event.type = any(endpoint.event_types))
  returning 1`;
export const fanOut: Step = { statement: deliveries, channel: CHANNEL };

export interface ClaimedEndpoint {
  organizationId: string;
  id: string;
  url: string;
  secret: Buffer;
  previousSecret: Buffer | null;
  previousSecretUntil: Date | null;
  failures: number;
  failingSince: Date | null;
  warnedAt: Date | null;
  /** By the clock of the worker or that of the database, whichever is ahead. */
  takenAt: Date;
}

export interface DueDelivery {
  id: string;
  endpointId: string;
  attempts: number;
  dueAt: Date;
  /** The event; null where it was deleted. */
  eventId: string | null;
  type: string;
  occurredAt: Date;
  data: Record<string, unknown>;
}

/** For how long a worker may send to an endpoint before it has to say that it is alive. */
const LEASE = sql.raw(`interval '60 seconds'`);
const { placeholder } = sql;
const now = sql`${placeholder('now')}::timestamptz`;
/** A worker whose clock is behind would otherwise be late with everything, and sign with times that receivers refuse. */
const time = sql`greatest(${now}, clock_timestamp())`;

/**
 * Reads the endpoints that have something waiting by hops in an index, one per endpoint, so that the backlog of one costs the others nothing.
 * Organizations take turns: the second endpoint of one comes after the first of each other.
 */
const takeEndpoints = prepare<ClaimedEndpoint>(
  'webhook_take',
  sql`
    with recursive waiting as (
      (select organization_id, endpoint_id from ${webhookDeliveries} where status = 'pending' order by endpoint_id limit 1)
      union all
      select next.organization_id, next.endpoint_id from waiting, lateral (
        select organization_id, endpoint_id from ${webhookDeliveries}
        where status = 'pending' and endpoint_id > waiting.endpoint_id order by endpoint_id limit 1) next
    ), ready as (
      select endpoint.organization_id, endpoint.id, first.next_attempt_at,
        row_number() over (partition by endpoint.organization_id order by first.next_attempt_at) as turn
      from waiting
      join ${webhookEndpoints} endpoint on endpoint.organization_id = waiting.organization_id and endpoint.id = waiting.endpoint_id
      join ${organizations} organization on organization.id = endpoint.organization_id and organization.purge_at is null
      cross join lateral (
        select next_attempt_at from ${webhookDeliveries}
        where endpoint_id = endpoint.id and status = 'pending' order by next_attempt_at limit 1) first
      where endpoint.enabled and (endpoint.leased_until is null or endpoint.leased_until < clock_timestamp())
        and (endpoint.paused_until is null or endpoint.paused_until <= ${time})
        and (endpoint.failures = 0 or ${placeholder('suspects')}::boolean)
        and first.next_attempt_at <= ${time}
      order by turn, first.next_attempt_at limit ${placeholder('limit')}::int
    ), locked as (
      select endpoint.organization_id, endpoint.id from ${webhookEndpoints} endpoint
      join ready on ready.organization_id = endpoint.organization_id and ready.id = endpoint.id
      where endpoint.enabled and (endpoint.leased_until is null or endpoint.leased_until < clock_timestamp())
      for update of endpoint skip locked
    )
    update ${webhookEndpoints} endpoint
    set lease_id = ${placeholder('worker')}::uuid, leased_until = clock_timestamp() + ${LEASE}
    from locked where endpoint.organization_id = locked.organization_id and endpoint.id = locked.id
    returning endpoint.organization_id as "organizationId", endpoint.id, url, secret, previous_secret as "previousSecret",
      previous_secret_until as "previousSecretUntil", failures, failing_since as "failingSince", warned_at as "warnedAt",
      ${time} as "takenAt"`,
);

const readDue = prepare<DueDelivery>(
  'webhook_due',
  sql`
    select delivery.id, delivery.endpoint_id as "endpointId", delivery.attempts, delivery.next_attempt_at as "dueAt",
      event.id as "eventId", event.type, event.occurred_at as "occurredAt", event.data
    from unnest(${placeholder('endpoints')}::uuid[]) as endpoint(id)
    cross join lateral (
      select * from ${webhookDeliveries}
      where endpoint_id = endpoint.id and status = 'pending' and next_attempt_at <= ${now}
      order by next_attempt_at, id limit ${placeholder('each')}::int) delivery
    left join ${events} event on event.organization_id = delivery.organization_id and event.id = delivery.event_id
    order by delivery.next_attempt_at, delivery.id`,
);

export interface TakeOptions {
  /** This worker's id. */
  worker: string;
  now: Date;
  /** The maximum number of endpoints. */
  limit: number;
  /** True if endpoints whose last attempt failed are taken too. */
  suspects: boolean;
}

/** Leases endpoints that have something due. */
export function take(db: Database, options: TakeOptions): Promise<ClaimedEndpoint[]> {
  return takeEndpoints(db, { ...options });
}

/** The due deliveries of endpoints, in the order in which they are due; at most `each` per endpoint. */
export async function dueOf(
  db: Database,
  endpoints: readonly string[],
  { now, each }: { now: Date; each: number },
): Promise<Map<string, DueDelivery[]>> {
  return Map.groupBy(await readDue(db, { endpoints, now, each }), ({ endpointId }) => endpointId);
}

export interface StoredOutcome {
  organizationId: string;
  id: string;
  /** Before this attempt: a result of another worker, or a retry on request, is not overwritten. */
  attempts: number;
  status: DeliveryStatus;
  nextAttemptAt: Date | null;
  attempt: Attempt;
}

/** Older attempts of a delivery are dropped. */
const LOG_LENGTH = 20;

const storeOutcomes = prepare(
  'webhook_outcomes',
  sql`
    update ${webhookDeliveries} delivery
    set status = outcome.status, attempts = outcome.attempts + 1, next_attempt_at = outcome.next_attempt_at,
      log = case when jsonb_array_length(log) < ${sql.raw(String(LOG_LENGTH))} then log else log - 0 end || outcome.attempt
    from unnest(${placeholder('organizations')}::uuid[], ${placeholder('ids')}::uuid[], ${placeholder('attempts')}::int[],
        ${placeholder('statuses')}::text[], ${placeholder('next')}::timestamptz[], ${placeholder('log')}::jsonb[])
      as outcome(organization_id, id, attempts, status, next_attempt_at, attempt)
    where delivery.organization_id = outcome.organization_id and delivery.id = outcome.id
      and delivery.status = 'pending' and delivery.attempts = outcome.attempts`,
);

export async function store(db: Database, outcomes: readonly StoredOutcome[]): Promise<void> {
  await storeOutcomes(db, {
    organizations: outcomes.map(({ organizationId }) => organizationId),
    ids: outcomes.map(({ id }) => id),
    attempts: outcomes.map(({ attempts }) => attempts),
    statuses: outcomes.map(({ status }) => status),
    next: outcomes.map(({ nextAttemptAt }) => nextAttemptAt),
    log: outcomes.map(({ attempt }) => JSON.stringify(attempt)),
  });
}

export interface Health {
  failures: number;
  pausedUntil: Date | null;
  failingSince: Date | null;
  warnedAt: Date | null;
}

export interface Released extends Health {
  organizationId: string;
  id: string;
}

const releaseEndpoints = prepare(
  'webhook_release',
  sql`
    update ${webhookEndpoints} endpoint
    set lease_id = null, leased_until = null, failures = health.failures, paused_until = health.paused_until,
      failing_since = health.failing_since, warned_at = health.warned_at
    from unnest(${placeholder('organizations')}::uuid[], ${placeholder('ids')}::uuid[], ${placeholder('failures')}::int[],
        ${placeholder('paused')}::timestamptz[], ${placeholder('failing')}::timestamptz[], ${placeholder('warned')}::timestamptz[])
      as health(organization_id, id, failures, paused_until, failing_since, warned_at)
    where endpoint.organization_id = health.organization_id and endpoint.id = health.id and endpoint.lease_id = ${placeholder('worker')}::uuid`,
);

/** Gives endpoints back, with what was learned about them. */
export async function release(db: Database, worker: string, endpoints: readonly Released[]): Promise<void> {
  await releaseEndpoints(db, {
    worker,
    organizations: endpoints.map(({ organizationId }) => organizationId),
    ids: endpoints.map(({ id }) => id),
    failures: endpoints.map(({ failures }) => failures),
    paused: endpoints.map(({ pausedUntil }) => pausedUntil),
    failing: endpoints.map(({ failingSince }) => failingSince),
    warned: endpoints.map(({ warnedAt }) => warnedAt),
  });
}

const renewLeases = prepare(
  'webhook_renew',
  sql`
    update ${webhookEndpoints} set leased_until = clock_timestamp() + ${LEASE}
    where lease_id = ${placeholder('worker')}::uuid and id = any(${placeholder('ids')}::uuid[])`,
);

/** Keeps endpoints that a worker sends to. */
export async function renew(db: Database, worker: string, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await renewLeases(db, { worker, ids });
}
