/** Sends deliveries over HTTP, and runs the agenda in real time. */
import { catchUp } from '../billing/time.ts';
import type { StripeSandbox } from '../controls.ts';
import { settle, sign } from '../events/deliveries.ts';
import type { Delivery } from '../world/outbox.ts';

export interface Deliveries {
  /** Stops, and waits for deliveries in progress. */
  stop(): Promise<void>;
}

/** Time limit for an endpoint's answer. */
const ANSWER_TIMEOUT_MS = 20_000;
const TICK_MS = 250;

/** Starts sending a sandbox's deliveries, until `stop`. */
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
      // The failed action has left the agenda. Log it: a developer's service must not stop because of it.
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
  // Wait, so that all objects of a request are stored before its first event is sent.
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
