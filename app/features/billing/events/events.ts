/** Which events of Stripe are acted on, and whom each is about. Nothing else of an event is ever used. */
import type Stripe from 'stripe';
import { idOf } from '../stripe/stripe.ts';

/** The list that the webhook endpoint in Stripe should have; compared at start. Each only says: look at this customer again. */
export const handledEvents = [
  'charge.dispute.closed',
  'charge.dispute.created',
  'charge.dispute.updated',
  'charge.refunded',
  'checkout.session.async_payment_failed',
  'checkout.session.async_payment_succeeded',
  'checkout.session.completed',
  'checkout.session.expired',
  'credit_note.created',
  'credit_note.voided',
  'customer.created',
  'customer.deleted',
  'customer.updated',
  'customer.subscription.created',
  'customer.subscription.deleted',
  'customer.subscription.paused',
  'customer.subscription.pending_update_applied',
  'customer.subscription.pending_update_expired',
  'customer.subscription.resumed',
  'customer.subscription.trial_will_end',
  'customer.subscription.updated',
  'invoice.finalized',
  'invoice.marked_uncollectible',
  'invoice.paid',
  'invoice.payment_action_required',
  'invoice.payment_failed',
  'invoice.updated',
  'invoice.voided',
  'payment_method.attached',
  'payment_method.automatically_updated',
  'payment_method.detached',
  'payment_method.updated',
] as const satisfies readonly Stripe.Event['type'][];

const handled: ReadonlySet<string> = new Set(handledEvents);

export const isHandled = (type: string): boolean => handled.has(type);

/** The label under which `type` is counted. */
export const typeLabel = (type: string): string => (handled.has(type) ? type : 'other');

/** The `data` of an event, whose content is not trusted to have any shape. */
export interface EventData {
  object?: unknown;
  previous_attributes?: unknown;
}

export interface Addressee {
  customerId: string | null;
  disputeId: string | null;
}

/**
 * Finds the customer or dispute that an event is about; null if there is none. It also reads the shapes of other API versions.
 * An object that was just taken from its customer, such as a detached payment method, names the customer in its previous attributes only.
 */
export function addresseeOf(event: { type: string; data?: EventData }): Addressee {
  const object = (event.data?.object ?? {}) as { object?: unknown; id?: unknown; customer?: unknown };
  const previous = (event.data?.previous_attributes ?? {}) as { customer?: unknown };
  if (object.object === 'dispute') return { customerId: null, disputeId: textOrNull(object.id) };
  if (object.object === 'customer') return { customerId: textOrNull(object.id), disputeId: null };
  const customer = (object.customer ?? previous.customer) as string | { id: string } | null | undefined;
  return { customerId: customer ? textOrNull(idOf(customer)) : null, disputeId: null };
}

const MAX_ID_LENGTH = 255;
const textOrNull = (value: unknown) => (typeof value === 'string' && value.length <= MAX_ID_LENGTH ? value : null);
