/** Events: each has a copy of the object at that time (docs.stripe.com/api/events). */
import type Stripe from 'stripe';
import { wire } from '../protocol/wire.ts';
import { API_VERSION, newId, type World } from '../world/world.ts';
import { nowFor } from './clock.ts';
import { enqueue } from './deliveries.ts';

type EventType = Stripe.Event['type'];

/** Records an event, with the previous values of changed fields, and queues its deliveries. */
export function emit(world: World, type: EventType, object: object, previous?: object): void {
  const subject = object as { object?: string; id?: string; customer?: unknown; frozen_time?: number };
  const customer = subject.object === 'customer' ? subject.id : subject.customer;
  const event = {
    id: newId(world, 'evt'),
    object: 'event',
    api_version: API_VERSION,
    created: subject.frozen_time ?? nowFor(world, typeof customer === 'string' ? customer : null),
    data: { object: wire(object), ...(previous && { previous_attributes: wire(previous) }) },
    livemode: false,
    pending_webhooks: 0,
    request: world.request
      ? { id: world.request.id, idempotency_key: world.request.idempotencyKey }
      : { id: null, idempotency_key: null },
    type,
  } as unknown as Stripe.Event;
  world.store.put('event', event);
  enqueue(world, event);
}

/** Runs `change` on an object and emits `type` with the previous values of the top-level fields that it changed. Emits nothing if nothing changed. */
export function emitChange(world: World, type: EventType, object: object, change: () => void): void {
  const before = wire(object) as Record<string, unknown>;
  change();
  const previous = changedFields(before, wire(object) as Record<string, unknown>);
  if (Object.keys(previous).length > 0) emit(world, type, object, previous);
}

function changedFields(before: Record<string, unknown>, after: Record<string, unknown>): Record<string, unknown> {
  const previous: Record<string, unknown> = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (JSON.stringify(before[key]) !== JSON.stringify(after[key])) previous[key] = before[key] ?? null;
  }
  return previous;
}
