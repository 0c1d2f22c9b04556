/** The deliveries of a world: which events are on their way to which endpoint. This is state only; events/deliveries.ts acts on it. */

/** One event on its way to one webhook endpoint. */
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
  /** Held back until the next one has gone ahead. */
  overtaken: Delivery[];
  /** Sends a delivery; set by what owns the sockets. */
  send: (delivery: Delivery) => void;
}

export function createOutbox(): Outbox {
  return { mode: 'automatic', deliveries: new Map(), overtaken: [], send: () => {} };
}
