/** The states that subscriptions come through in the traces, to see how much of Stripe's life they cover. */
import type { StripeSandbox } from 'stripe-sandbox';

/** How often each state was seen after a step: the subscription's status, its latest invoice's, a pending update, and an end that is set. */
export type States = Map<string, number>;

/** Counts the present state of every subscription of a sandbox. */
export function observe(states: States, { world: { store } }: StripeSandbox): void {
  for (const { status, latest_invoice, pending_update, cancel_at, cancel_at_period_end } of store.all('subscription')) {
    const invoice = typeof latest_invoice === 'string' ? store.find('invoice', latest_invoice)?.status : undefined;
    const end = cancel_at_period_end ? 'ends with its period' : cancel_at === null ? 'no end' : 'ends at a time';
    const state = [
      status,
      `${invoice ?? 'no'} invoice`,
      pending_update ? 'pending update' : 'no pending update',
      end,
    ].join(', ');
    states.set(state, (states.get(state) ?? 0) + 1);
  }
}
