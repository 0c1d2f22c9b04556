import assert from 'node:assert/strict';
import { test } from 'node:test';
import type Stripe from 'stripe';
import { TEST_CARD_KEYS } from './billing/payments/test-cards.ts';
import { bench, eventTypes } from './testing.ts';

const USD = { amount: 2000, currency: 'usd', confirm: true } as const;

/** The result of a payment with this card: a status, or a decline code. */
async function outcomeOf(stripe: Stripe, payment_method: string, params: object = {}): Promise<string> {
  try {
    return (await stripe.paymentIntents.create({ ...USD, payment_method, ...params })).status;
  } catch (error) {
    const { type, decline_code, code } = error as Stripe.errors.StripeCardError;
    assert.equal(type, 'StripeCardError', String(error));
    return decline_code ?? code ?? '';
  }
}

/** Tokens of docs.stripe.com/testing, and what each is documented to do. */
const DOCUMENTED: [token: string, outcome: string][] = [
  ['visa', 'succeeded'],
  ['visa_debit', 'succeeded'],
  ['mastercard', 'succeeded'],
  ['amex', 'succeeded'],
  ['discover', 'succeeded'],
  ['diners', 'succeeded'],
  ['jcb', 'succeeded'],
  ['unionpay', 'succeeded'],
  ['de', 'succeeded'],
  ['gb_mastercard', 'succeeded'],
  ['threeDSecureOptional', 'succeeded'],
  ['createDispute', 'succeeded'],
  ['pendingRefund', 'succeeded'],
  ['riskLevelElevated', 'succeeded'],
  ['chargeDeclined', 'generic_decline'],
  ['visa_chargeDeclined', 'generic_decline'],
  ['visa_chargeDeclinedInsufficientFunds', 'insufficient_funds'],
  ['visa_chargeDeclinedLostCard', 'lost_card'],
  ['visa_chargeDeclinedStolenCard', 'stolen_card'],
  ['visa_chargeDeclinedVelocityLimitExceeded', 'card_velocity_exceeded'],
  ['chargeDeclinedExpiredCard', 'expired_card'],
  ['chargeDeclinedIncorrectCvc', 'incorrect_cvc'],
  ['chargeDeclinedProcessingError', 'processing_error'],
  ['chargeCustomerFail', 'generic_decline'],
  ['cvcCheckFail', 'incorrect_cvc'],
  ['radarBlock', 'fraudulent'],
  ['threeDSecure2Required', 'requires_action'],
  ['authenticationRequired', 'requires_action'],
  ['authenticationRequiredOnSetup', 'requires_action'],
];

test('each documented test payment method does what is documented, and so does its token', async (t) => {
  const { stripe } = await bench(t);
  for (const [name, outcome] of DOCUMENTED) {
    assert.equal(await outcomeOf(stripe, `pm_card_${name}`), outcome, name);
    const { id } = await stripe.paymentMethods.create({ type: 'card', card: { token: `tok_${name}` } });
    assert.equal(await outcomeOf(stripe, id), outcome, `tok_${name}`);
  }
});

test('every test card can be entered by its number', async (t) => {
  const { stripe } = await bench(t);
  const numbers = TEST_CARD_KEYS.filter((key) => /^\d+$/.test(key));
  assert.ok(numbers.length > 120);
  for (const number of numbers) {
    const card = { number, exp_month: 12, exp_year: 2034, cvc: '123' };
    const method = await stripe.paymentMethods.create({ type: 'card', card });
    assert.deepEqual([method.card!.last4, method.card!.exp_year], [number.slice(-4), 2034]);
  }
});

test('a wrong number, expiry or security code is a card error of its own', async (t) => {
  const { stripe } = await bench(t);
  const enter = (card: object) =>
    stripe.paymentMethods.create({
      type: 'card',
      card: { number: '4242424242424242', exp_month: 12, exp_year: 2034, cvc: '123', ...card },
    });
  await assert.rejects(enter({ number: '4242424242424241' }), { code: 'incorrect_number' });
  await assert.rejects(enter({ exp_month: 13 }), { code: 'invalid_expiry_month', type: 'StripeCardError' });
  await assert.rejects(enter({ exp_year: 2020 }), { code: 'invalid_expiry_year' });
  await assert.rejects(enter({ cvc: '99' }), { code: 'invalid_cvc' });
});

test('a card that is set up for off-session payments asks for 3-D Secure on-session only', async (t) => {
  const { stripe } = await bench(t);
  const card = 'pm_card_authenticationRequiredSetupForOffSession';
  assert.equal(await outcomeOf(stripe, card), 'requires_action');
  assert.equal(await outcomeOf(stripe, card, { off_session: true }), 'succeeded');
});

test('an off-session payment that needs 3-D Secure is declined', async (t) => {
  const { stripe } = await bench(t);
  assert.equal(
    await outcomeOf(stripe, 'pm_card_authenticationRequired', { off_session: true }),
    'authentication_required',
  );
});

test('3178 is declined after 3-D Secure was passed', async (t) => {
  const { stripe, sandbox } = await bench(t);
  const payment_method = 'pm_card_authenticationRequiredChargeDeclinedInsufficientFunds';
  const { id } = await stripe.paymentIntents.create({ ...USD, payment_method });
  sandbox.customer.authenticate(id, true);
  const { status, last_payment_error: error } = await stripe.paymentIntents.retrieve(id);
  assert.deepEqual([status, error!.decline_code], ['requires_payment_method', 'insufficient_funds']);
});

test('an inquiry takes no money until it is escalated', async (t) => {
  const { stripe } = await bench(t);
  const intent = await stripe.paymentIntents.create({ ...USD, payment_method: 'pm_card_createDisputeInquiry' });
  const [inquiry] = (await stripe.disputes.list({ payment_intent: intent.id })).data;
  assert.equal(inquiry!.status, 'warning_needs_response');
  assert.ok(!(await eventTypes(stripe)).includes('charge.dispute.funds_withdrawn'));
  const evidence = { uncategorized_text: 'escalate_inquiry_evidence' };
  assert.equal((await stripe.disputes.update(inquiry!.id, { evidence })).status, 'needs_response');
  assert.ok((await eventTypes(stripe)).includes('charge.dispute.funds_withdrawn'));
  const lost = await stripe.disputes.update(inquiry!.id, { evidence: { uncategorized_text: 'losing_evidence' } });
  assert.equal(lost.status, 'lost');
  await assert.rejects(stripe.disputes.close(inquiry!.id), { type: 'StripeInvalidRequestError' });
});

test('refunds of asynchronous test cards change later: one succeeds, the other fails', async (t) => {
  const { stripe, sandbox } = await bench(t);
  const refundOf = async (payment_method: string) => {
    const intent = await stripe.paymentIntents.create({ ...USD, payment_method });
    return stripe.refunds.create({ payment_intent: intent.id });
  };
  const [pending, failing] = [await refundOf('pm_card_pendingRefund'), await refundOf('pm_card_refundFail')];
  assert.deepEqual([pending.status, failing.status], ['pending', 'succeeded']);
  sandbox.clock.advance({ seconds: 60 });
  assert.equal((await stripe.refunds.retrieve(pending.id)).status, 'succeeded');
  assert.equal((await stripe.refunds.retrieve(failing.id)).status, 'failed');
  assert.equal((await stripe.charges.retrieve(failing.charge as string)).amount_refunded, 0);
  assert.deepEqual((await eventTypes(stripe)).slice(-2), ['refund.updated', 'refund.failed']);
});
