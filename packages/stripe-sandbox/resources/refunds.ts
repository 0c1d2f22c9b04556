/** Refunds and disputes (docs.stripe.com/api/refunds, docs.stripe.com/api/disputes). */
import type Stripe from 'stripe';
import { answerDispute, closeDispute, isChargedBack, isClosed, isInquiry } from '../billing/payments/disputes.ts';
import { settleLater } from '../billing/payments/refunds.ts';
import { nowFor } from '../events/clock.ts';
import { emit, emitChange } from '../events/events.ts';
import * as p from '../protocol/parameters.ts';
import { listing, type Route, retrieve, route } from '../protocol/routes.ts';
import { invalid } from '../world/fault.ts';
import { idOf, newId, type World } from '../world/world.ts';

const creatable = {
  amount: p.integer,
  charge: p.text,
  metadata: p.metadata,
  payment_intent: p.text,
  reason: p.oneOf('duplicate', 'fraudulent', 'requested_by_customer'),
};

/** Refunds a charge, wholly or partly. Throws 400 for more than is left. */
export function createRefund(world: World, given: p.Read<typeof creatable>): Stripe.Refund {
  const charge = chargeOf(world, given);
  const left = charge.amount - charge.amount_refunded;
  const amount = given.amount ?? left;
  if (isChargedBack(world, charge)) {
    throw invalid(`Charge ${charge.id} has been charged back; cannot issue a refund.`, 'charge', 'charge_disputed');
  }
  if (left === 0) throw invalid(`Charge ${charge.id} has already been refunded.`, 'charge', 'charge_already_refunded');
  if (amount < 1 || amount > left) {
    throw invalid(`Refund amount (${amount}) is greater than unrefunded amount on charge (${left})`, 'amount');
  }
  const refund: Stripe.Refund = {
    id: newId(world, 're'),
    object: 'refund',
    amount,
    balance_transaction: newId(world, 'txn'),
    charge: charge.id,
    created: nowFor(world, idOf(charge.customer)),
    currency: charge.currency,
    customer: idOf(charge.customer),
    customer_account: null,
    destination_details: { card: { type: 'refund' }, type: 'card' },
    metadata: given.metadata ?? {},
    payment_intent: idOf(charge.payment_intent),
    payment_method: charge.payment_method,
    reason: given.reason ?? null,
    receipt_number: null,
    source_transfer_reversal: null,
    status: 'succeeded',
    transfer_reversal: null,
  };
  settleLater(world, refund, charge);
  world.store.put('refund', refund);
  emit(world, 'refund.created', refund);
  emitChange(world, 'charge.refunded', charge, () => {
    charge.amount_refunded += amount;
    charge.refunded = charge.amount_refunded === charge.amount;
  });
  return refund;
}

function chargeOf(world: World, given: p.Read<typeof creatable>): Stripe.Charge {
  if (given.charge) return world.store.get('charge', given.charge, 'charge');
  if (!given.payment_intent)
    throw invalid(
      'One of the following params should be provided for this request: payment_intent or charge.',
      'charge',
      'parameter_missing',
    );
  const intent = world.store.get('payment_intent', given.payment_intent, 'payment_intent');
  const charge = world.store.find('charge', idOf(intent.latest_charge) ?? '');
  if (!charge?.paid) throw invalid('This PaymentIntent does not have a successful charge to refund.', 'payment_intent');
  return charge;
}

const evidence = p.hash(p.text);

function openDisputeNamed(world: World, id: string): Stripe.Dispute {
  const dispute = world.store.get('dispute', id);
  if (isClosed(dispute)) throw invalid(`This dispute is already closed: it is ${dispute.status}.`, 'dispute');
  return dispute;
}

export const refundRoutes: Route[] = [
  route('POST /v1/refunds', creatable, createRefund),
  retrieve('/v1/refunds', 'refund'),
  route('POST /v1/refunds/:id', { metadata: p.metadata }, (world, given, { id }) => {
    const refund = world.store.get('refund', id);
    emitChange(world, 'refund.updated', refund, () => {
      refund.metadata = p.mergeMetadata(refund.metadata, given.metadata);
    });
    return refund;
  }),
  listing(
    '/v1/refunds',
    'refund',
    { charge: p.text, payment_intent: p.text },
    (one, asked) =>
      (!asked.charge || one.charge === asked.charge) &&
      (!asked.payment_intent || one.payment_intent === asked.payment_intent),
  ),
  retrieve('/v1/disputes', 'dispute'),
  listing(
    '/v1/disputes',
    'dispute',
    { charge: p.text, payment_intent: p.text },
    (one, asked) =>
      (!asked.charge || one.charge === asked.charge) &&
      (!asked.payment_intent || one.payment_intent === asked.payment_intent),
  ),
  route('POST /v1/disputes/:id', { evidence, metadata: p.metadata, submit: p.flag }, (world, given, { id }) => {
    const dispute = openDisputeNamed(world, id);
    emitChange(world, 'charge.dispute.updated', dispute, () => {
      Object.assign(dispute.evidence, given.evidence);
      dispute.evidence_details.has_evidence = given.evidence !== undefined;
      if (given.metadata !== undefined) dispute.metadata = p.mergeMetadata(dispute.metadata, given.metadata);
      if (given.submit !== false && given.evidence) {
        dispute.status = isInquiry(dispute) ? 'warning_under_review' : 'under_review';
        dispute.evidence_details.submission_count += 1;
      }
    });
    answerDispute(world, dispute);
    return dispute;
  }),
  route('POST /v1/disputes/:id/close', {}, (world, _, { id }) => {
    const dispute = openDisputeNamed(world, id);
    closeDispute(world, dispute, isInquiry(dispute) ? 'warning_closed' : 'lost');
    return dispute;
  }),
];
