import assert from 'node:assert/strict';
import { test } from 'node:test';
import type Stripe from 'stripe';
import { bench, customerWith, eventTypes } from './testing.ts';

const pay = (stripe: Stripe, card: string, params: Partial<Stripe.PaymentIntentCreateParams> = {}) =>
  stripe.paymentIntents.create({ amount: 2000, currency: 'usd', confirm: true, payment_method: card, ...params });

test('4242 pays', async (t) => {
  const { stripe } = await bench(t);
  const intent = await pay(stripe, 'pm_card_visa', { expand: ['latest_charge'] });
  assert.equal(intent.status, 'succeeded');
  assert.equal((intent.latest_charge as Stripe.Charge).payment_method_details!.card!.last4, '4242');
  assert.deepEqual((await eventTypes(stripe)).slice(-2), ['charge.succeeded', 'payment_intent.succeeded']);
});

test('0002 is declined: 402 card_declined generic_decline, and the intent waits for another card', async (t) => {
  const { stripe } = await bench(t);
  await assert.rejects(pay(stripe, 'pm_card_visa_chargeDeclined'), (error: Stripe.errors.StripeCardError) => {
    assert.deepEqual([error.statusCode, error.code, error.decline_code], [402, 'card_declined', 'generic_decline']);
    assert.equal(error.payment_intent!.status, 'requires_payment_method');
    return true;
  });
  assert.deepEqual((await eventTypes(stripe)).slice(-2), ['charge.failed', 'payment_intent.payment_failed']);
});

test('9995 has insufficient funds', async (t) => {
  const { stripe } = await bench(t);
  await assert.rejects(pay(stripe, 'pm_card_visa_chargeDeclinedInsufficientFunds'), {
    code: 'card_declined',
    decline_code: 'insufficient_funds',
  });
});

test('0069 has expired, which is an error code of its own', async (t) => {
  const { stripe } = await bench(t);
  await assert.rejects(pay(stripe, 'pm_card_chargeDeclinedExpiredCard'), { code: 'expired_card' });
});

test('a declining card cannot be attached; 0341 can, and then its charges fail', async (t) => {
  const { stripe } = await bench(t);
  const { id: customer } = await stripe.customers.create({});
  await assert.rejects(stripe.paymentMethods.attach('pm_card_visa_chargeDeclined', { customer }), {
    code: 'card_declined',
  });
  const { id } = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer });
  await assert.rejects(pay(stripe, id, { customer }), { code: 'card_declined' });
});

test('3184 asks for 3-D Secure each time, and pays once that is passed', async (t) => {
  const { stripe, sandbox } = await bench(t);
  const intent = await pay(stripe, 'pm_card_authenticationRequired', { return_url: 'https://example.com/back' });
  assert.equal(intent.status, 'requires_action');
  assert.match(intent.next_action!.redirect_to_url!.url!, new RegExp(`^${sandbox.url}/c/3ds/pi_`));
  sandbox.customer.authenticate(intent.id, true);
  assert.equal((await stripe.paymentIntents.retrieve(intent.id)).status, 'succeeded');
});

test('a failed 3-D Secure asks for another payment method', async (t) => {
  const { stripe, sandbox } = await bench(t);
  const { id } = await pay(stripe, 'pm_card_authenticationRequired');
  sandbox.customer.authenticate(id, false);
  const intent = await stripe.paymentIntents.retrieve(id);
  assert.deepEqual(
    [intent.status, intent.last_payment_error!.code],
    ['requires_payment_method', 'payment_intent_authentication_failure'],
  );
});

test('3155 asks for 3-D Secure unless it was set up; then off-session payments pass', async (t) => {
  const { stripe, sandbox } = await bench(t);
  const { id: customer } = await stripe.customers.create({});
  const setup = await stripe.setupIntents.create({
    customer,
    confirm: true,
    payment_method: 'pm_card_authenticationRequiredOnSetup',
  });
  assert.equal(setup.status, 'requires_action');
  sandbox.customer.authenticate(setup.id, true);
  const { payment_method: method } = await stripe.setupIntents.retrieve(setup.id);
  assert.equal((await pay(stripe, method as string, { customer, off_session: true })).status, 'succeeded');
  assert.equal((await pay(stripe, method as string, { customer })).status, 'requires_action', 'on session it is asked');
  await assert.rejects(pay(stripe, 'pm_card_authenticationRequiredOnSetup', { off_session: true }), {
    code: 'authentication_required',
  });
});

test('a number that is not a test card is declined', async (t) => {
  const { stripe } = await bench(t);
  const card = { number: '4111111111111111', exp_month: 1, exp_year: 2030 };
  await assert.rejects(stripe.paymentMethods.create({ type: 'card', card }), { decline_code: 'test_mode_live_card' });
});

test('a payment method belongs to one customer', async (t) => {
  const { stripe } = await bench(t);
  const first = await customerWith(stripe);
  const method = first.invoice_settings.default_payment_method as string;
  const second = await stripe.customers.create({});
  await assert.rejects(stripe.paymentMethods.attach(method, { customer: second.id }), {
    type: 'StripeInvalidRequestError',
  });
});

test('a detached payment method is no longer a default', async (t) => {
  const { stripe } = await bench(t);
  const customer = await customerWith(stripe);
  await stripe.paymentMethods.detach(customer.invoice_settings.default_payment_method as string);
  const after = (await stripe.customers.retrieve(customer.id)) as Stripe.Customer;
  assert.equal(after.invoice_settings.default_payment_method, null);
  assert.deepEqual((await stripe.customers.listPaymentMethods(customer.id)).data, []);
});

test('a refund is at most the amount charged', async (t) => {
  const { stripe } = await bench(t);
  const intent = await pay(stripe, 'pm_card_visa');
  await stripe.refunds.create({ payment_intent: intent.id, amount: 1500 });
  await assert.rejects(stripe.refunds.create({ payment_intent: intent.id, amount: 501 }), { param: 'amount' });
  await stripe.refunds.create({ payment_intent: intent.id });
  const charge = await stripe.charges.retrieve(intent.latest_charge as string);
  assert.deepEqual([charge.refunded, charge.amount_refunded], [true, 2000]);
  await assert.rejects(stripe.refunds.create({ payment_intent: intent.id }), { code: 'charge_already_refunded' });
});

test('0259 pays and is disputed; winning evidence wins it', async (t) => {
  const { stripe } = await bench(t);
  const intent = await pay(stripe, 'pm_card_createDispute');
  const [dispute] = (await stripe.disputes.list({ payment_intent: intent.id })).data;
  assert.deepEqual([dispute!.status, dispute!.reason, dispute!.amount], ['needs_response', 'fraudulent', 2000]);
  await assert.rejects(stripe.refunds.create({ payment_intent: intent.id }), { code: 'charge_disputed' });
  const won = await stripe.disputes.update(dispute!.id, { evidence: { uncategorized_text: 'winning_evidence' } });
  assert.equal(won.status, 'won');
  assert.ok((await eventTypes(stripe)).includes('charge.dispute.closed'));
});
