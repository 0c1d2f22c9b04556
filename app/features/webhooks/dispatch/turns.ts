/** One endpoint's turn: its due deliveries, in order, several at a time where one has succeeded and one by one takes long. */
import { after, type Clock, MINUTE_MS } from '../../../platform/clock.ts';
import type { Sealer } from '../../../platform/security/sealing.ts';
import type { Logger } from '../../../platform/telemetry/logger.ts';
import { presentEvent, publicId } from '../../events/events.ts';
import type { Outcome, Sender } from '../sending/sender.ts';
import { openSecrets, signedHeaders } from '../signing.ts';
import { count, type DeliveryMetrics, healthAfter, isGone, lostOf, outcomeOf } from './attempts.ts';
import type { ClaimedEndpoint, DueDelivery, Health, StoredOutcome } from './claims.ts';
import type { Slot } from './slots.ts';

export interface TurnOptions {
  clock: Clock;
  sealer: Sealer;
  sender: Sender;
  metrics: DeliveryMetrics;
  logger: Logger;
  store(outcome: StoredOutcome): void;
}

/** Attempts of one endpoint at the same time. */
const WIDTH = 4;
/** In milliseconds. If the attempts take no longer one by one, they are not made at the same time, because each of those needs a connection. */
const UNHURRIED_MS = 2_000;
/** A turn begins no attempt after so long, in milliseconds: then it is another endpoint's turn, and what changed meanwhile counts. */
const TURN_MS = 10_000;

/** So long an endpoint waits whose secret cannot be opened, in milliseconds. */
const UNSIGNED_PAUSE_MS = MINUTE_MS;

export interface Turn {
  /** The present knowledge about the endpoint. */
  health: Health;
  gone: boolean;
}

/**
 * Sends deliveries to an endpoint that this worker has leased. It stops where the endpoint should be left alone.
 * @param signal ends it; attempts that are under way then have no outcome, and are made again
 */
export async function takeTurn(
  options: TurnOptions,
  endpoint: ClaimedEndpoint,
  deliveries: readonly DueDelivery[],
  slot: Slot,
  signal: AbortSignal,
): Promise<Turn> {
  const { clock, sealer, logger } = options;
  const turn: Turn = { health: { ...endpoint, pausedUntil: null }, gone: false };
  const secrets = secretsOf(sealer, endpoint, clock.now(), logger);
  // No fault of the receiver: nothing is counted as a failure, and what waits goes on waiting.
  if (!secrets) return { health: { ...endpoint, pausedUntil: after(clock.now(), UNSIGNED_PAUSE_MS) }, gone: false };
  const startedAt = performance.now();
  const underWay = new Set<Promise<void>>();
  let left = deliveries.length;
  let width = 1;

  async function attempt(delivery: DueDelivery): Promise<void> {
    if (delivery.eventId === null) {
      options.metrics.webhook_deliveries_failed_total.inc();
      return options.store(lostOf(endpoint, delivery, clock.now()));
    }
    const ended = slot.begin();
    const outcome = await deliver(options, endpoint, secrets!, delivery, signal);
    ended();
    if (signal.aborted) return;
    if (outcome.kind === 'succeeded') width = left * outcome.durationMs > UNHURRIED_MS ? WIDTH : 1;
    const stored = outcomeOf(endpoint, delivery, outcome, clock.now());
    options.store(stored);
    count(options.metrics, endpoint, delivery, outcome, stored.status === 'failed', clock);
    turn.health = healthAfter(turn.health, outcome, clock.now());
    turn.gone ||= isGone(outcome);
  }

  for (const delivery of deliveries) {
    while (underWay.size >= width) await Promise.race(underWay);
    const over = performance.now() - startedAt > TURN_MS;
    if (over || signal.aborted || turn.gone || turn.health.pausedUntil) break;
    left--;
    const made = attempt(delivery).finally(() => underWay.delete(made));
    underWay.add(made);
  }
  await Promise.all(underWay);
  return turn;
}

/** @returns the keys that sign; undefined if they cannot be opened, which an operator has to repair */
function secretsOf(sealer: Sealer, endpoint: ClaimedEndpoint, now: Date, logger: Logger): Buffer[] | undefined {
  try {
    return openSecrets(sealer, endpoint, now);
  } catch (err) {
    logger.error({ err, endpointId: endpoint.id }, 'the secret of a webhook endpoint cannot be opened');
    return undefined;
  }
}

async function deliver(
  { sender, clock }: TurnOptions,
  { organizationId, url }: ClaimedEndpoint,
  secrets: readonly Buffer[],
  { eventId, type, occurredAt, data }: DueDelivery,
  signal: AbortSignal,
): Promise<Outcome> {
  const id = eventId!;
  const body = JSON.stringify(presentEvent({ organizationId, id, type, occurredAt, data }));
  return sender.send(url, signedHeaders(secrets, publicId(id), clock.now(), body), body, signal);
}
