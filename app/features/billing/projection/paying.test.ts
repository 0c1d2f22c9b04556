import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { eq } from 'drizzle-orm';
import { eventually, jobsDone } from '../../../../test/conditions.ts';
import { assertProblem } from '../../../../test/service.ts';
import { billingPaymentMethods } from '../schema.ts';
import {
  type BillingScene,
  type BillingService,
  createBillingScene,
  GOOD_CARD,
  RETURNS,
  startBillingService,
} from '../testing/scene.ts';

/** Asks for 3-D Secure at each payment. */
const CONFIRMED_CARD = '4000002760003184';

describe('a payment', () => {
  let billing: BillingService;
  before(async () => {
    billing = await startBillingService();
  });
  after(() => billing.close());

  const open = (scene: BillingScene, fields: object = {}) =>
    scene.ask('/checkout-sessions', { body: { plan: 'scale', interval: 'month', ...RETURNS, ...fields } });
  const customerOf = async (scene: BillingScene) => {
    const { subscriptionId } = (await scene.ask('/entitlements')).body.because;
    return (await billing.stripe.subscriptions.retrieve(subscriptionId)).customer as string;
  };
  const isOwn = (scene: BillingScene) => eq(billingPaymentMethods.organizationId, scene.id);
  const invoicesOf = async (scene: BillingScene) => (await scene.ask('/invoices')).body.data;

  it('that the bank wants confirmed is asked for by a mail with a link, once, and granted when that is done', async () => {
    const scene = await createBillingScene(billing);
    const { body } = await open(scene);
    const form = { card: CONFIRMED_CARD, authentication: 'passed' } as const;
    assert.equal(billing.sandbox.customer.completeCheckout(body.id, form).status, 'complete');
    await billing.deliver();
    assert.equal(await scene.access(), 'scale active');

    billing.advanceDays(31.1);
    await billing.deliver();
    assert.equal(await scene.access(), 'scale past_due');
    const [invoice] = await invoicesOf(scene);
    assert.equal(invoice.status, 'open');
    const mail = await billing.test.mail(scene.owner.email, /confirm/i, 2);
    assert.ok(mail.text.includes(invoice.hostedUrl), mail.text);
    await billing.deliver();
    assert.ok(!scene.subjects().some((subject) => /failed/i.test(subject)), 'a bank that asks has not declined');

    const payments = await billing.stripe.invoicePayments.list({ invoice: invoice.id });
    const intent = payments.data[0]!.payment.payment_intent as string;
    billing.sandbox.customer.authenticate(intent, true);
    await billing.deliver();
    assert.equal(await scene.access(), 'scale active');
    assert.equal((await invoicesOf(scene))[0].status, 'paid');
    assert.equal(scene.subjects().filter((subject) => /confirm/i.test(subject)).length, 2, 'the address, the payment');
  });

  it('that the bank wants confirmed is asked for once for each attempt', async () => {
    const scene = await createBillingScene(billing);
    const { body } = await open(scene);
    billing.sandbox.customer.completeCheckout(body.id, { card: CONFIRMED_CARD, authentication: 'passed' });
    await billing.deliver();
    const asked = () => scene.subjects().filter((subject) => /confirm a payment/i.test(subject)).length;
    billing.advanceDays(31.1);
    await billing.deliver();
    await billing.test.mail(scene.owner.email, /confirm a payment/i);
    for (const [retries, days] of [3, 5, 7].entries()) {
      billing.advanceDays(days);
      await billing.deliver();
      await billing.test.mail(scene.owner.email, /confirm a payment/i, retries + 2);
      await billing.deliver();
      assert.equal(asked(), retries + 2);
    }
  });

  it('of a change that fails leaves the plan as it is until it is paid, and no other change meanwhile', async () => {
    const scene = await createBillingScene(billing);
    await scene.subscribe({ plan: 'pro' });
    billing.advanceDays(15);
    await billing.deliver();
    assert.equal(await scene.access(), 'pro active');
    const customer = await customerOf(scene);
    const { id } = (await scene.ask('/subscription')).body;
    const failing = await billing.stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer });
    await billing.stripe.subscriptions.update(id, { default_payment_method: failing.id });

    const changed = await scene.change({ plan: 'scale' });
    assert.equal(changed.status, 200, JSON.stringify(changed.body));
    assert.equal(changed.body.plan, 'pro');
    assert.ok(Date.parse(changed.body.pendingUntil) > billing.test.clock.now().getTime());
    await billing.deliver();
    assert.equal(await scene.access(), 'pro active');
    assertProblem(await scene.change({ interval: 'year' }), 409, 'change_pending');
    await billing.test.mail(scene.owner.email, /payment failed|could not be charged|failed/i);

    const [invoice] = await invoicesOf(scene);
    const good = await billing.stripe.paymentMethods.attach('pm_card_visa', { customer });
    await billing.stripe.invoices.pay(invoice.id, { payment_method: good.id });
    await billing.deliver();
    assert.equal(await scene.access(), 'scale active');
    assert.equal((await scene.ask('/subscription')).body.pendingUntil, null);
  });

  it('is no longer made by a card that was detached, which only its event tells of', async () => {
    const scene = await createBillingScene(billing);
    await scene.subscribe({ plan: 'scale' });
    const customer = await billing.deliver().then(() => customerOf(scene));
    const cards = () => billing.test.service.db.$count(billingPaymentMethods, isOwn(scene));
    const spare = await billing.stripe.paymentMethods.attach('pm_card_mastercard', { customer });
    await billing.deliver();
    assert.equal(await cards(), 2);
    await billing.stripe.paymentMethods.detach(spare.id);
    await billing.deliver();
    assert.equal(await cards(), 1);
  });

  it('is shown with what is charged: the card of the subscription, else the one of the customer, else none', async () => {
    const scene = await createBillingScene(billing);
    await scene.subscribe({ plan: 'scale' });
    const customer = await billing.deliver().then(() => customerOf(scene));
    const shown = async () => {
      await billing.deliver();
      const { id, paymentMethod } = (await scene.ask('/subscription')).body;
      return { id, brand: paymentMethod?.brand ?? null };
    };
    const other = await billing.stripe.paymentMethods.attach('pm_card_mastercard', { customer });
    const makeDefault = (method: string) =>
      billing.stripe.customers.update(customer, { invoice_settings: { default_payment_method: method } });
    await makeDefault(other.id);
    const { id, brand } = await shown();
    assert.equal(brand, 'visa', 'it was entered for the subscription');
    await billing.stripe.subscriptions.update(id, { default_payment_method: '' });
    assert.equal((await shown()).brand, 'mastercard');
    await makeDefault('');
    assert.equal((await shown()).brand, null, 'cards that are attached and not charged');
  });

  it('of a change that nobody makes in time is forgotten with the change', async () => {
    const scene = await createBillingScene(billing);
    await scene.subscribe({ plan: 'scale' });
    await billing.deliver();
    const { id } = (await scene.ask('/subscription')).body;
    const customer = await customerOf(scene);
    const failing = await billing.stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer });
    await billing.stripe.subscriptions.update(id, { default_payment_method: failing.id });
    assert.ok((await scene.change({ interval: 'year' })).body.pendingUntil);
    billing.advanceDays(1);
    await billing.deliver();
    const { body } = await scene.ask('/subscription');
    assert.deepEqual([body.interval, body.pendingUntil, body.status], ['month', null, 'active']);
    const statuses = (await invoicesOf(scene)).map(({ status }: { status: string }) => status);
    assert.deepEqual(statuses.sort(), ['paid', 'void']);
  });

  it('is less with a promotion code, which is refused by name where it may not be used', async () => {
    const { stripe } = billing;
    const coupon = (await stripe.coupons.create({ percent_off: 50, duration: 'once' })).id;
    const promotion = { type: 'coupon', coupon } as const;
    await stripe.promotionCodes.create({ code: 'HALF', promotion, max_redemptions: 1 });
    await stripe.promotionCodes.create({ code: 'GONE', promotion, active: false });
    const stranger = await stripe.customers.create({});
    await stripe.promotionCodes.create({ code: 'THEIRS', promotion, customer: stranger.id });

    const scene = await createBillingScene(billing);
    for (const promotionCode of ['NOPE', 'GONE', 'THEIRS', 'half a code'])
      assertProblem(await open(scene, { promotionCode }), 400, 'unknown_promotion_code');
    await scene.subscribe({ plan: 'scale', promotionCode: 'HALF' });
    await billing.deliver();
    assert.equal((await invoicesOf(scene))[0].amountPaid, 49_900 / 2);
    const other = await createBillingScene(billing);
    assertProblem(await open(other, { promotionCode: 'HALF' }), 400, 'unknown_promotion_code');
  });

  it('is in the currency that was asked for, in changes too', async () => {
    const scene = await createBillingScene(billing);
    await scene.subscribe({ plan: 'scale', currency: 'eur' });
    await billing.deliver();
    const { body } = await scene.ask('/subscription');
    assert.deepEqual([body.currency, body.unitAmount], ['eur', 46_900]);
    const yearly = await scene.change({ interval: 'year' });
    assert.deepEqual([yearly.body.currency, yearly.body.unitAmount], ['eur', 469_000]);
    assert.ok((await invoicesOf(scene)).every(({ currency }: { currency: string }) => currency === 'eur'));
  });

  it('is opened once for an Idempotency-Key', async () => {
    const scene = await createBillingScene(billing);
    const headers = { 'idempotency-key': 'a-click' };
    const body = { plan: 'scale', interval: 'month', ...RETURNS };
    const first = await scene.ask('/checkout-sessions', { body, headers });
    const again = await scene.ask('/checkout-sessions', { body, headers });
    assert.deepEqual([again.status, again.body], [201, first.body]);
    assert.equal(again.headers.get('idempotency-replayed'), 'true');
    const purchase = { product: 'projectPack', ...RETURNS };
    assertProblem(await scene.ask('/purchases', { body: purchase, headers }), 409, 'idempotency_key_reused');
  });

  it('is by another customer where the first was deleted at Stripe and nobody has told yet', async () => {
    const scene = await createBillingScene(billing);
    await scene.subscribe({ plan: 'scale' });
    await billing.deliver();
    const gone = await customerOf(scene);
    await billing.stripe.customers.del(gone);
    const opened = await open(scene);
    assert.equal(opened.status, 201, JSON.stringify(opened.body));
    assert.notEqual((await billing.stripe.checkout.sessions.retrieve(opened.body.id)).customer, gone);
    await billing.settle();
    assert.equal(await scene.access(), 'free none', 'which the look has found');
    billing.sandbox.customer.completeCheckout(opened.body.id, { card: GOOD_CARD });
    await billing.deliver();
    assert.equal(await scene.access(), 'scale active');
  });

  it('that stops coming is counted as churn, once; a trial and a second subscription are none', async () => {
    const churned = async () => {
      const { values } = await billing.test.service.metrics.billing_churned_mrr_minor_units_total.get();
      return values.find(({ labels }) => labels.currency === 'usd')?.value ?? 0;
    };
    const before = await churned();
    const trying = await createBillingScene(billing);
    await trying.subscribe({ plan: 'pro' });
    const paying = await createBillingScene(billing);
    await paying.subscribe({ plan: 'scale', interval: 'year' });
    await billing.deliver();
    const [price] = (await billing.stripe.prices.list({ lookup_keys: ['scale_month_usd'] })).data;
    const customer = await customerOf(paying);
    const second = await billing.stripe.subscriptions.create({ customer, items: [{ price: price!.id }] });
    await billing.deliver();
    await eventually('the second is cancelled', async () => {
      return (await billing.stripe.subscriptions.retrieve(second.id)).status === 'canceled' || undefined;
    });
    await billing.deliver();
    assert.equal(await paying.access(), 'scale active');
    assert.ok(!paying.subjects().some((subject) => /cancel/i.test(subject)), paying.subjects().join());
    assert.equal(await churned(), before);

    for (const scene of [trying, paying])
      await billing.stripe.subscriptions.cancel((await scene.ask('/subscription')).body.id);
    await billing.deliver();
    await billing.deliver();
    assert.equal(await churned(), before + Math.round(499_000 / 12));
  });

  it('for a second subscription goes on where the first has ended before the second was cancelled', async () => {
    const scene = await createBillingScene(billing);
    await scene.subscribe({ plan: 'scale' });
    await billing.deliver();
    const customerId = await customerOf(scene);
    const { id } = (await scene.ask('/subscription')).body;
    const [price] = (await billing.stripe.prices.list({ lookup_keys: ['scale_month_usd'] })).data;
    const second = await billing.stripe.subscriptions.create({ customer: customerId, items: [{ price: price!.id }] });
    await billing.stripe.subscriptions.cancel(id);
    const cancel = billing.test.service.billing.handlers.find(({ queue }) => queue.name === 'billing.cancel-second')!;
    await cancel.handle({ customerId, subscriptionId: second.id }, {} as never);
    await billing.deliver();
    assert.equal((await scene.ask('/subscription')).body.id, second.id);
  });

  it('is for as many seats as there are members when it is made, whoever joined meanwhile', async () => {
    const scene = await createBillingScene(billing);
    const { body } = await open(scene, { plan: 'pro' });
    await scene.add('member');
    await jobsDone(billing.test, 'billing.follow-seats');
    billing.sandbox.customer.completeCheckout(body.id, { card: GOOD_CARD });
    await billing.deliver();
    await billing.deliver();
    assert.equal((await scene.ask('/subscription')).body.quantity, 2);
  });
});

describe('a payment with automatic tax', () => {
  let billing: BillingService;
  before(async () => {
    billing = await startBillingService({ BILLING_AUTOMATIC_TAX: 'true' });
  });
  after(() => billing.close());

  async function buy(form: object): Promise<{ total: number; amountPaid: number }> {
    const scene = await createBillingScene(billing);
    const body = { plan: 'scale', interval: 'month', currency: 'eur', ...RETURNS };
    const { body: opened } = await scene.ask('/checkout-sessions', { body });
    billing.sandbox.customer.completeCheckout(opened.id, { card: GOOD_CARD, name: 'Ada', ...form });
    await billing.deliver();
    const [invoice] = (await scene.ask('/invoices')).body.data;
    return invoice;
  }

  it('has the tax of where the customer is, by the address given while paying', async () => {
    const { total, amountPaid } = await buy({ country: 'DE' });
    assert.deepEqual([total, amountPaid], [Math.round(46_900 * 1.19), total]);
  });

  it('has none for a business abroad that gives its tax id', async () => {
    const { total } = await buy({ country: 'DE', taxId: { type: 'eu_vat', value: 'DE123456789' } });
    assert.equal(total, 46_900);
  });
});
