/** Charges: one per payment attempt, whether it succeeded or failed. */
import type Stripe from 'stripe';
import { nowFor } from '../../events/clock.ts';
import { idOf, newId, type World } from '../../world/world.ts';
import { cardOf } from './cards.ts';
import type { TestCard } from './test-cards.ts';

interface Failure {
  code: string;
  message: string;
  declineCode: string;
}

/** A charge of the intent's amount. It succeeded unless `failure` is given. */
export function newCharge(
  world: World,
  intent: Stripe.PaymentIntent,
  paymentMethodId: string,
  failure: Failure | null,
): Stripe.Charge {
  const paymentMethod = world.store.get('payment_method', paymentMethodId);
  const id = newId(world, 'ch');
  const charge: Stripe.Charge = {
    id,
    object: 'charge',
    amount: intent.amount,
    amount_captured: failure ? 0 : intent.amount,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: failure ? null : newId(world, 'txn'),
    billing_details: paymentMethod.billing_details,
    calculated_statement_descriptor: world.settings.accountName.toUpperCase(),
    captured: !failure,
    created: nowFor(world, idOf(intent.customer)),
    currency: intent.currency,
    customer: idOf(intent.customer),
    description: intent.description,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: failure?.code ?? null,
    failure_message: failure?.message ?? null,
    fraud_details: {},
    livemode: false,
    metadata: intent.metadata,
    on_behalf_of: null,
    outcome: outcome(failure, cardOf(world, paymentMethodId)),
    paid: !failure,
    payment_intent: intent.id,
    payment_method: paymentMethodId,
    payment_method_details: details(paymentMethod),
    receipt_email: null,
    receipt_number: null,
    receipt_url: failure ? null : `${world.baseUrl}/receipts/${id}`,
    refunded: false,
    review: null,
    shipping: null,
    source: null,
    source_transfer: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: failure ? 'failed' : 'succeeded',
    transfer_data: null,
    transfer_group: null,
  };
  return world.store.put('charge', charge);
}

function outcome(failure: Failure | null, card: TestCard): Stripe.Charge.Outcome {
  const { risk = 'normal' } = card;
  if (failure && risk === 'highest') {
    return {
      advice_code: null,
      network_advice_code: null,
      network_decline_code: null,
      network_status: 'not_sent_to_network',
      reason: 'highest_risk_level',
      risk_level: 'highest',
      risk_score: 92,
      seller_message: 'Stripe blocked this payment as too risky.',
      type: 'blocked',
    };
  }
  return {
    advice_code: failure ? 'try_again_later' : null,
    network_advice_code: null,
    network_decline_code: failure ? '01' : null,
    network_status: failure ? 'declined_by_network' : 'approved_by_network',
    reason: failure?.declineCode ?? null,
    risk_level: risk,
    risk_score: risk === 'normal' ? 32 : 70,
    seller_message: failure ? 'The bank did not return any further details with this decline.' : 'Payment complete.',
    type: failure ? 'issuer_declined' : 'authorized',
  };
}

function details(paymentMethod: Stripe.PaymentMethod): Stripe.Charge.PaymentMethodDetails {
  const card = paymentMethod.card!;
  return {
    card: {
      amount_authorized: null,
      authorization_code: null,
      brand: card.brand,
      checks: card.checks,
      country: card.country,
      exp_month: card.exp_month,
      exp_year: card.exp_year,
      extended_authorization: { status: 'disabled' },
      fingerprint: card.fingerprint ?? null,
      funding: card.funding,
      incremental_authorization: { status: 'unavailable' },
      installments: null,
      last4: card.last4,
      mandate: null,
      multicapture: { status: 'unavailable' },
      network: card.brand,
      network_token: { used: false },
      network_transaction_id: null,
      overcapture: { maximum_amount_capturable: 0, status: 'unavailable' },
      regulated_status: 'unregulated',
      three_d_secure: null,
      transaction_link_id: null,
      wallet: null,
    },
    type: 'card',
  } as Stripe.Charge.PaymentMethodDetails;
}
