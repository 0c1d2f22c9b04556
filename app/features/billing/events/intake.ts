/**
 * Taking in events: verify, store by id together with the job that follows, answer. What arrives while a commit is under way is stored by
 * the next one, all in one transaction, so that a burst costs few commits.
 */
import { sql } from 'drizzle-orm';
import type Stripe from 'stripe';
import type { Clock } from '../../../platform/clock.ts';
import type { Database, Executor } from '../../../platform/database/database.ts';
import { httpErrors } from '../../../platform/http/errors.ts';
import type { Jobs } from '../../../platform/jobs/jobs.ts';
import type { Metrics } from '../../../platform/telemetry/metrics.ts';
import { invalidStripeSignature } from '../errors.ts';
import { disputeQueue, projectQueue } from '../queues.ts';
import { stripeEvents } from '../schema.ts';
import { addresseeOf, type EventData, isHandled, typeLabel } from './events.ts';

/** The fields of an event that are needed to store and address it. */
export interface IncomingEvent {
  id: string;
  type: string;
  created: number;
  api_version?: string | null;
  data?: EventData;
}

export interface Intake {
  /**
   * Verifies a webhook by any of the secrets, and stores it. A thin event of a v2 destination is acknowledged and not stored: billing follows
   * snapshot events (docs.stripe.com/event-destinations#events-overview).
   * @param body as it came
   * @returns once it is stored durably
   * @throws `invalid_signature` (400) where the signature is missing, wrong, doubled or older than five minutes; `malformed_json` or
   *   `validation_failed` where the signature is right, and the body is not JSON or not an event
   */
  receive(body: Buffer, signature: string | undefined): Promise<void>;
  /** Stores an event that polling found. @returns whether it was new */
  recover(event: IncomingEvent): Promise<boolean>;
}

export interface IntakeOptions {
  db: Database;
  jobs: Pick<Jobs, 'enqueueAll'>;
  clock: Clock;
  metrics: Pick<Metrics, 'stripe_events_total'>;
  /** `STRIPE_WEBHOOK_SECRET`; several while rotating. */
  secrets: readonly string[];
}

interface Waiting {
  event: IncomingEvent;
  payload: Buffer;
  stored(isNew: boolean): void;
  failed(error: unknown): void;
}

const TOLERANCE_SECONDS = 300;
const MAX_BATCH = 200;

export function createIntake({ db, jobs, clock, metrics, secrets }: IntakeOptions): Intake {
  const waiting: Waiting[] = [];
  let storing = false;
  let webhooks: typeof Stripe.webhooks | undefined;

  /** Checks the signature alone: only what Stripe did not sign is a forgery. */
  async function verify(body: Buffer, signature: string | undefined): Promise<void> {
    webhooks ??= (await import('stripe')).Stripe.webhooks;
    const header = single(signature);
    for (const secret of secrets) {
      try {
        const now = clock.now().getTime();
        webhooks.signature!.verifyHeader(body, header, secret, TOLERANCE_SECONDS, undefined, now);
        return;
      } catch (error) {
        if ((error as Partial<Stripe.errors.StripeError>).type !== 'StripeSignatureVerificationError') throw error;
      }
    }
    metrics.stripe_events_total.inc({ type: 'unverified', outcome: 'refused' });
    throw invalidStripeSignature();
  }

  /** The event in a signed body. @returns undefined for a thin event */
  function read(body: Buffer): IncomingEvent | undefined {
    try {
      return parseEvent(body);
    } catch (error) {
      metrics.stripe_events_total.inc({ type: 'unusable', outcome: 'refused' });
      throw error;
    }
  }

  function store(event: IncomingEvent, payload: Buffer): Promise<boolean> {
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    waiting.push({ event, payload, stored: resolve, failed: reject });
    void drain();
    return promise;
  }

  async function drain(): Promise<void> {
    if (storing) return;
    storing = true;
    while (waiting.length > 0) {
      const batch = waiting.splice(0, MAX_BATCH);
      try {
        const fresh = await storeAll(batch);
        // The first of two deliveries in one batch is the new one.
        for (const { event, stored } of batch) stored(fresh.delete(event.id));
      } catch (error) {
        for (const { failed } of batch) failed(error);
      }
    }
    storing = false;
  }

  async function storeAll(batch: readonly Waiting[]): Promise<Set<string>> {
    return db.transaction(async (tx) => {
      const rows = await insertEvents(tx, batch, clock.now());
      const fresh = new Set(rows.map(({ id }) => id));
      const customers = new Set<string>();
      const disputes = new Set<string>();
      for (const { event } of batch) {
        if (!fresh.has(event.id) || !isHandled(event.type)) continue;
        const { customerId, disputeId } = addresseeOf(event);
        if (customerId !== null) customers.add(customerId);
        if (disputeId !== null) disputes.add(disputeId);
      }
      // Sorted, as the events are, so that two processes never wait for each other.
      const projections = [...customers].sort().map((customerId) => ({ data: { customerId }, key: customerId }));
      if (projections.length > 0) await jobs.enqueueAll(tx, projectQueue, projections);
      if (disputes.size > 0)
        await jobs.enqueueAll(
          tx,
          disputeQueue,
          [...disputes].sort().map((disputeId) => ({ data: { disputeId } })),
        );
      return fresh;
    });
  }

  return {
    async receive(body, signature) {
      await verify(body, signature);
      const event = read(body);
      if (!event) return metrics.stripe_events_total.inc({ type: 'thin', outcome: 'ignored' });
      const isNew = await store(event, body);
      const outcome = !isNew ? 'duplicate' : isHandled(event.type) ? 'stored' : 'ignored';
      metrics.stripe_events_total.inc({ type: typeLabel(event.type), outcome });
    },

    async recover(event) {
      const isNew = await store(event, Buffer.from(JSON.stringify(event)));
      if (isNew) metrics.stripe_events_total.inc({ type: typeLabel(event.type), outcome: 'recovered' });
      return isNew;
    },
  };
}

/**
 * Inserts what is new of a batch. One statement of ten parameters however many events there are, the payloads end to end in one of them:
 * parameters by row would cost several times as much here and in the database.
 */
async function insertEvents(tx: Executor, batch: readonly Waiting[], now: Date): Promise<{ id: string }[]> {
  const sorted = [...batch].sort((a, b) => (a.event.id < b.event.id ? -1 : 1));
  const customers = sorted.map(({ event }) => addresseeOf(event).customerId);
  const column = (values: unknown[]) => sql.param(values);
  const lengths = sorted.map(({ payload }) => payload.length);
  const starts = [1];
  for (const length of lengths) starts.push(starts.at(-1)! + length);
  // Events that no job handles are stored as already applied.
  const isDone = sorted.map(({ event }, index) => !isHandled(event.type) || customers[index] === null);
  const { rows } = await tx.execute<{ id: string }>(sql`
    insert into ${stripeEvents} (id, type, api_version, customer_id, created_at, applied_at, payload)
    select id, type, api_version, customer_id, to_timestamp(created), case when done then ${now}::timestamptz end,
      substring(${Buffer.concat(sorted.map(({ payload }) => payload))}::bytea from start for length)
    from unnest(
      ${column(sorted.map(({ event }) => event.id))}::text[],
      ${column(sorted.map(({ event }) => event.type))}::text[],
      ${column(sorted.map(({ event }) => event.api_version ?? null))}::text[],
      ${column(customers)}::text[],
      ${column(sorted.map(({ event }) => event.created))}::bigint[],
      ${column(isDone)}::boolean[],
      ${column(starts.slice(0, -1))}::int[],
      ${column(lengths)}::int[]
    ) as event (id, type, api_version, customer_id, created, done, start, length)
    on conflict do nothing
    returning id`);
  return rows;
}

/** Two headers arrive joined: which of them was meant, nobody can know. */
function single(signature: string | undefined): string {
  const timestamps = signature?.match(/(^|,)\s*t=/g) ?? [];
  return timestamps.length === 1 ? signature! : '';
}

/** @returns undefined for a thin event. @throws `malformed_json`, `validation_failed` */
function parseEvent(body: Buffer): IncomingEvent | undefined {
  const event: Partial<IncomingEvent> & { object?: unknown } = parseJson(body) ?? {};
  if (event.object === 'v2.core.event') return undefined;
  const { id, type, created } = event;
  if (typeof id !== 'string' || id.length > 255 || typeof type !== 'string' || !Number.isSafeInteger(created))
    throw httpErrors.validation_failed({ detail: 'The body is signed by Stripe, and is not an event.' });
  return event as IncomingEvent;
}

function parseJson(body: Buffer) {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw httpErrors.malformed_json({ cause });
  }
}
