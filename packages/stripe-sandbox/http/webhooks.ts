/** Sends deliveries over HTTP, and lets the agenda's clock run: what is due is done when its time comes. */
import { catchUp } from '../billing/time.ts';
import type { StripeSandbox } from '../controls.ts';
import { settle, sign } from '../events/deliveries.ts';
import type { Delivery } from '../world/outbox.ts';

export interface Deliveries {
  /** Waits for what is on its way. */
  stop(): Promise<void>;
}

/** How long an endpoint may take to answer. */
const ANSWER_TIMEOUT_MS = 20_000;
const TICK_MS = 250;

/** Starts delivering for a sandbox, until `stop`. */
export function startDeliveries(sandbox: StripeSandbox): Deliveries {
  const underWay = new Set<Promise<void>>();
  const stopping = new AbortController();
  sandbox.world.outbox.send = (delivery) => {
    const sent = send(sandbox, delivery, stopping.signal).finally(() => underWay.delete(sent));
    underWay.add(sent);
  };
  const tick = setInterval(() => {
    try {
      catchUp(sandbox.world);
    } catch (error) {
      // What failed is off the agenda; a developer's service must not go down with it.
      console.error('stripe-sandbox:', error);
    }
  }, TICK_MS);
  tick.unref();
  return {
    async stop() {
      clearInterval(tick);
      stopping.abort();
      sandbox.world.outbox.send = () => {};
      await Promise.allSettled(underWay);
    },
  };
}

async function send(sandbox: StripeSandbox, delivery: Delivery, stopping: AbortSignal): Promise<void> {
  // The objects of one request are all there before its first event leaves.
  await new Promise((resolve) => setImmediate(resolve));
  if (stopping.aborted || !sandbox.world.store.find('webhook_endpoint', delivery.endpoint)) return;
  const { body, headers } = sign(sandbox.world, delivery);
  try {
    const answer = await fetch(delivery.url, {
      method: 'POST',
      headers,
      body,
      redirect: 'manual',
      signal: AbortSignal.any([stopping, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]),
    });
    settle(sandbox.world, delivery, answer.status, await answer.text());
  } catch (error) {
    if (!stopping.aborted) settle(sandbox.world, delivery, null, String((error as Error).cause ?? error));
  }
}
