/** The outbox: the pending and finished deliveries of a world. This is state only; events/deliveries.ts acts on it. */

/** One event for one webhook endpoint. */
export interface Delivery {
  id: string;
  event: string;
  type: string;
  endpoint: string;
  url: string;
  status: 'pending' | 'succeeded' | 'failed';
  attempts: { at: number; status: number | null; answer: string }[];
}

export interface Outbox {
  mode: 'automatic' | 'manual';
  /** Every delivery, oldest first. */
  readonly deliveries: Map<string, Delivery>;
  /** Deliveries that are held back until a later one was sent. */
  overtaken: Delivery[];
  /** Sends a delivery. http/webhooks.ts sets it. */
  send: (delivery: Delivery) => void;
}

export function createOutbox(): Outbox {
  return { mode: 'automatic', deliveries: new Map(), overtaken: [], send: () => {} };
}
