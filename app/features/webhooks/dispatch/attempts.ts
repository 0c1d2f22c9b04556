/** The consequences of an attempt for its delivery and for the endpoint. */
import { after, type Clock, SECOND_MS } from '../../../platform/clock.ts';
import type { Metrics } from '../../../platform/telemetry/metrics.ts';
import type { Outcome } from '../sending/sender.ts';
import type { ClaimedEndpoint, DueDelivery, Health, StoredOutcome } from './claims.ts';
import { pauseMs, retryDelayMs } from './schedule.ts';

/** HTTP 410: the receiver says that it wants no more. */
export const isGone = ({ status }: Outcome): boolean => status === 410;

/** True if the receiver is there: it may refuse one event and take others. */
const isAnswered = ({ kind }: Outcome): boolean => kind === 'succeeded' || kind === 'refused';

export function outcomeOf(
  { organizationId }: ClaimedEndpoint,
  { id, attempts }: DueDelivery,
  { kind, status: answered, error, durationMs, body, retryAfterSeconds }: Outcome,
  now: Date,
): StoredOutcome {
  const attempt = { at: after(now, -durationMs).toISOString(), durationMs, status: answered, error, body };
  const common = { organizationId, id, attempts, attempt };
  if (kind === 'succeeded') return { ...common, status: 'succeeded', nextAttemptAt: null };
  const delay = retryDelayMs(attempts + 1, Math.random());
  if (delay === undefined) return { ...common, status: 'failed', nextAttemptAt: null };
  const nextAttemptAt = after(now, Math.max(delay, (retryAfterSeconds ?? 0) * SECOND_MS));
  return { ...common, status: 'pending', nextAttemptAt };
}

/** @returns what becomes of a delivery whose event is gone: there is nothing to send, now or later, which is no fault of the receiver */
export function lostOf({ organizationId }: ClaimedEndpoint, { id, attempts }: DueDelivery, now: Date): StoredOutcome {
  const attempt = { at: now.toISOString(), durationMs: 0, status: null, error: 'the event was deleted', body: null };
  return { organizationId, id, attempts, attempt, status: 'failed', nextAttemptAt: null };
}

/** Statuses with which a receiver asks for patience with everything (RFC 6585, RFC 9110), if they come with `Retry-After`. */
const BUSY = [429, 503];

/** @returns what is known of an endpoint after an attempt */
export function healthAfter(before: Health, outcome: Outcome, now: Date): Health {
  if (outcome.kind === 'succeeded') return HEALTHY;
  const failures = before.failures + 1;
  const { status, retryAfterSeconds } = outcome;
  const asked = BUSY.includes(status ?? 0) ? (retryAfterSeconds ?? 0) * SECOND_MS : 0;
  const pause = Math.max(pauseMs(failures, isAnswered(outcome)), asked);
  return {
    failures,
    pausedUntil: pause > 0 ? after(now, pause) : null,
    failingSince: before.failingSince ?? now,
    warnedAt: before.warnedAt,
  };
}

const HEALTHY: Health = { failures: 0, pausedUntil: null, failingSince: null, warnedAt: null };

export type DeliveryMetrics = Pick<
  Metrics,
  | 'webhook_attempts_total'
  | 'webhook_attempt_duration_seconds'
  | 'webhook_delay_seconds'
  | 'webhook_deliveries_failed_total'
>;

/** Counts an attempt. */
export function count(
  metrics: DeliveryMetrics,
  { failures }: ClaimedEndpoint,
  { attempts, dueAt }: DueDelivery,
  { kind, durationMs }: Outcome,
  isLast: boolean,
  clock: Clock,
): void {
  metrics.webhook_attempts_total.inc({ outcome: kind });
  metrics.webhook_attempt_duration_seconds.observe(durationMs / 1_000);
  if (isLast) metrics.webhook_deliveries_failed_total.inc();
  if (attempts > 0 || failures > 0) return;
  const delayMs = clock.now().getTime() - dueAt.getTime() - durationMs;
  metrics.webhook_delay_seconds.observe(Math.max(0, delayMs) / 1_000);
}
