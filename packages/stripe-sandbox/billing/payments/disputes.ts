/** Disputes: opened by the test cards that cause one, closed by evidence or by accepting them (docs.stripe.com/disputes). */
import type Stripe from 'stripe';
import { nowFor } from '../../events/clock.ts';
import { emit, emitChange } from '../../events/events.ts';
import { idOf, newId, type World } from '../../world/world.ts';
import { cardOf } from './cards.ts';
import type { CardBehaviour } from './test-cards.ts';

const EVIDENCE_DAYS = 9;

type Opening = NonNullable<CardBehaviour['disputes']>[number];

/** Opens a dispute over the whole amount of a charge, or an inquiry, which takes no money. */
export function openDispute(world: World, charge: Stripe.Charge, opening: Opening): Stripe.Dispute {
  const now = nowFor(world, idOf(charge.customer));
  const { reason, inquiry = false, caseType = 'chargeback', eligibility } = opening;
  const dispute: Stripe.Dispute = {
    id: newId(world, 'du'),
    object: 'dispute',
    amount: charge.amount,
    balance_transactions: [],
    charge: charge.id,
    created: now,
    currency: charge.currency,
    enhanced_eligibility_types: (eligibility ? [eligibility] : []) as Stripe.Dispute['enhanced_eligibility_types'],
    evidence: { ...NO_EVIDENCE },
    evidence_details: {
      due_by: now + EVIDENCE_DAYS * 86_400,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
      submission_method: 'manual',
    },
    intended_submission_method: 'manual',
    is_charge_refundable: inquiry,
    livemode: false,
    metadata: {},
    payment_intent: idOf(charge.payment_intent),
    payment_method_details: {
      card: {
        brand: cardOf(world, charge.payment_method ?? '').brand,
        case_type: caseType as Stripe.Dispute.PaymentMethodDetails.Card.CaseType,
        network: 'visa',
        network_reason_code: '10.4',
      },
      type: 'card',
    },
    reason,
    status: inquiry ? 'warning_needs_response' : 'needs_response',
  };
  charge.disputed = true;
  world.store.put('dispute', dispute);
  emit(world, 'charge.dispute.created', dispute);
  if (!inquiry) emit(world, 'charge.dispute.funds_withdrawn', dispute);
  return dispute;
}

/** Closes a dispute. */
export function closeDispute(world: World, dispute: Stripe.Dispute, status: 'won' | 'lost' | 'warning_closed'): void {
  dispute.status = status;
  emit(world, 'charge.dispute.closed', dispute);
  if (status === 'won') emit(world, 'charge.dispute.funds_reinstated', dispute);
}

export const isInquiry = (dispute: Stripe.Dispute) => dispute.status.startsWith('warning_');

export const isClosed = (dispute: Stripe.Dispute) => ['won', 'lost', 'warning_closed'].includes(dispute.status);

/** True if the charge's money is with the bank. */
export function isChargedBack(world: World, charge: Stripe.Charge): boolean {
  const open = (one: Stripe.Dispute) => one.charge === charge.id && one.status !== 'won' && !isInquiry(one);
  return charge.disputed && world.store.all('dispute').some(open);
}

/**
 * The bank's answer to evidence that was submitted. The text of the evidence decides, as in Stripe's test mode: `winning_evidence`,
 * `losing_evidence` or `escalate_inquiry_evidence` in `uncategorized_text`.
 */
export function answerDispute(world: World, dispute: Stripe.Dispute): void {
  const said = dispute.evidence.uncategorized_text;
  if (dispute.status === 'under_review' && said === 'winning_evidence') closeDispute(world, dispute, 'won');
  else if (dispute.status === 'under_review' && said === 'losing_evidence') closeDispute(world, dispute, 'lost');
  else if (dispute.status !== 'warning_under_review') return;
  else if (said === 'winning_evidence' || said === 'losing_evidence') closeDispute(world, dispute, 'warning_closed');
  else if (said === 'escalate_inquiry_evidence') {
    emitChange(world, 'charge.dispute.updated', dispute, () => {
      dispute.status = 'needs_response';
      dispute.is_charge_refundable = false;
    });
    emit(world, 'charge.dispute.funds_withdrawn', dispute);
  }
}

const NO_EVIDENCE: Stripe.Dispute.Evidence = {
  access_activity_log: null,
  billing_address: null,
  cancellation_policy: null,
  cancellation_policy_disclosure: null,
  cancellation_rebuttal: null,
  customer_communication: null,
  customer_email_address: null,
  customer_name: null,
  customer_purchase_ip: null,
  customer_signature: null,
  duplicate_charge_documentation: null,
  duplicate_charge_explanation: null,
  duplicate_charge_id: null,
  enhanced_evidence: {},
  product_description: null,
  receipt: null,
  refund_policy: null,
  refund_policy_disclosure: null,
  refund_refusal_explanation: null,
  service_date: null,
  service_documentation: null,
  shipping_address: null,
  shipping_carrier: null,
  shipping_date: null,
  shipping_documentation: null,
  shipping_tracking_number: null,
  uncategorized_file: null,
  uncategorized_text: null,
};
