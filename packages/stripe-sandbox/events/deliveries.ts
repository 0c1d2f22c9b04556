/**
 * Deliveries of events to webhook endpoints. In automatic mode each is sent at once and, if that fails, retried with growing pauses. In manual
 * mode nothing is sent until a test takes it. The signature is Stripe's own scheme (docs.stripe.com/webhooks#verify-manually).
 */
import { createHmac } from 'node:crypto';
import type Stripe from 'stripe';
import { wire } from '../protocol/wire.ts';
import type { Delivery } from '../world/outbox.ts';
import { newId, type World } from '../world/world.ts';

/** A delivery as the service receives it. */
export interface SignedDelivery {
  id: string;
  event: Stripe.Event;
  body: string;
  headers: Record<string, string>;
}

/** The number of finished deliveries that are kept for inspection. */
const KEPT_DELIVERIES = 2000;

const OVERTAKING_SECONDS = 2;

/** Creates a delivery of an event for each enabled endpoint that subscribes to its type, with the configured troubles. */
export function enqueue(world: World, event: Stripe.Event): void {
  for (const endpoint of world.store.all('webhook_endpoint')) {
    if (endpoint.status !== 'enabled' || !wants(endpoint, event.type)) continue;
    const trouble = world.troubles.forDelivery();
    for (let copy = 0; copy < trouble.copies; copy++) {
      const delivery = keep(world, newDelivery(world, event, endpoint));
      event.pending_webhooks += 1;
      release(world, delivery, trouble.delaySeconds, trouble.overtaken);
    }
  }
}

/** A delivery's body and headers, signed with the endpoint's secret at `at` (Unix seconds; default: the machine's time). */
export function sign(world: World, delivery: Delivery, at = Math.floor(Date.now() / 1000)): SignedDelivery {
  const event = world.store.get('event', delivery.event);
  const endpoint = world.store.get('webhook_endpoint', delivery.endpoint);
  const body = JSON.stringify(
    { ...(wire(event) as object), api_version: endpoint.api_version ?? event.api_version },
    null,
    2,
  );
  const signature = createHmac('sha256', endpoint.secret ?? '')
    .update(`${at}.${body}`)
    .digest('hex');
  return {
    id: delivery.id,
    event: JSON.parse(body) as Stripe.Event,
    body,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
      'stripe-signature': `t=${at},v1=${signature}`,
    },
  };
}

/** Records an endpoint's answer. Anything but 2xx (null: no answer at all) is retried later. */
export function settle(world: World, delivery: Delivery, status: number | null, answer: string): void {
  delivery.attempts.push({ at: world.now(), status, answer: answer.slice(0, 500) });
  const succeeded = status !== null && status >= 200 && status < 300;
  const pause = world.settings.redeliverySeconds[delivery.attempts.length - 1];
  delivery.status = succeeded ? 'succeeded' : pause === undefined ? 'failed' : 'pending';
  if (delivery.status !== 'pending') {
    const event = world.store.find('event', delivery.event);
    if (event) event.pending_webhooks = Math.max(0, event.pending_webhooks - 1);
  } else if (world.outbox.mode === 'automatic') {
    scheduleDelivery(world, delivery, pause!);
  }
}

/** Queues an event for an endpoint again. */
export function resend(world: World, eventId: string, endpointId: string): Delivery {
  const event = world.store.get('event', eventId);
  const endpoint = world.store.get('webhook_endpoint', endpointId);
  const delivery = keep(world, newDelivery(world, event, endpoint));
  event.pending_webhooks += 1;
  release(world, delivery, 0, false);
  return delivery;
}

/** The agenda's action for a delivery that is due. */
export function deliverNow(world: World, id: string): void {
  const delivery = world.outbox.deliveries.get(id);
  world.agenda.remove(`deliver:${id}`);
  world.outbox.overtaken = world.outbox.overtaken.filter((held) => held.id !== id);
  if (delivery?.status === 'pending') world.outbox.send(delivery);
}

function release(world: World, delivery: Delivery, delaySeconds: number, overtaken: boolean): void {
  if (overtaken) {
    world.outbox.overtaken.push(delivery);
    // Send it after this time even if no other event overtakes it.
    if (world.outbox.mode === 'automatic') scheduleDelivery(world, delivery, OVERTAKING_SECONDS);
    return;
  }
  const waiting = world.outbox.overtaken.splice(0);
  if (world.outbox.mode === 'manual') {
    for (const late of waiting) keep(world, late);
    return;
  }
  if (delaySeconds > 0) scheduleDelivery(world, delivery, delaySeconds);
  else world.outbox.send(delivery);
  for (const late of waiting) deliverNow(world, late.id);
}

function scheduleDelivery(world: World, delivery: Delivery, seconds: number): void {
  const at = world.now() + seconds;
  world.agenda.put({ key: `deliver:${delivery.id}`, at, clock: null, action: 'deliver', subject: delivery.id });
}

function newDelivery(world: World, event: Stripe.Event, endpoint: Stripe.WebhookEndpoint): Delivery {
  return {
    id: newId(world, 'del', 16),
    event: event.id,
    type: event.type,
    endpoint: endpoint.id,
    url: endpoint.url,
    status: 'pending',
    attempts: [],
  };
}

/** Appends a delivery (or moves it to the end), and drops the oldest finished ones. */
function keep(world: World, delivery: Delivery): Delivery {
  const { deliveries } = world.outbox;
  deliveries.delete(delivery.id);
  deliveries.set(delivery.id, delivery);
  for (const [id, old] of deliveries) {
    if (deliveries.size <= KEPT_DELIVERIES || old.status === 'pending') break;
    deliveries.delete(id);
  }
  return delivery;
}

function wants(endpoint: Stripe.WebhookEndpoint, type: string): boolean {
  return endpoint.enabled_events.includes('*') || endpoint.enabled_events.includes(type);
}
