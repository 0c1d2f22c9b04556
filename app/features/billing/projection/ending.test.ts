import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  type BillingScene,
  type BillingService,
  createBillingScene,
  DISPUTED_CARD,
  RETURNS,
  startBillingService,
} from '../testing/scene.ts';

const SUBJECT = /subscription/i;

describe('the email about the end of a subscription', () => {
  let billing: BillingService;
  before(async () => {
    billing = await startBillingService();
  });
  after(() => billing.close());

  async function subscribed(): Promise<{ scene: BillingScene; id: string; customer: string }> {
    const scene = await createBillingScene(billing);
    await scene.subscribe({ plan: 'scale' });
    await billing.deliver();
    const { id } = (await scene.ask('/subscription')).body;
    return { scene, id, customer: (await billing.stripe.subscriptions.retrieve(id)).customer as string };
  }

  async function missPayment(id: string, customer: string): Promise<void> {
    const failing = await billing.stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer });
    await billing.stripe.subscriptions.update(id, { default_payment_method: failing.id });
    await pass(32);
  }

  async function pass(days: number): Promise<void> {
    billing.advanceDays(days);
    await billing.deliver();
  }

  /** Subject and text of each email about a subscription. */
  async function told(scene: BillingScene, count: number): Promise<{ subject: string; text: string }[]> {
    await billing.test.mail(scene.owner.email, SUBJECT, count);
    const mails = billing.test.mails.filter(({ to, subject }) => to === scene.owner.email && SUBJECT.test(subject));
    assert.equal(mails.length, count, mails.map(({ subject }) => subject).join());
    return mails;
  }

  it('that is set promises no more than that it is not renewed', async () => {
    const { scene } = await subscribed();
    await scene.change({ cancelAtPeriodEnd: true });
    const [mail] = await told(scene, 1);
    assert.match(mail!.subject, /was cancelled/);
    assert.match(mail!.text, /until December 22, 2026, and is not renewed\. No invoice for it is open\./);
    await pass(31);
    await told(scene, 1);
  });

  it('that is set while a payment is overdue says that the invoice is still collected, and tells of an earlier end', async () => {
    const { scene, id, customer } = await subscribed();
    await missPayment(id, customer);
    await scene.change({ cancelAtPeriodEnd: true });
    const [mail] = await told(scene, 1);
    assert.match(mail!.text, /An invoice of \$499\.00 for it is still open, and we keep trying to collect it\./);
    await pass(20);
    const [, ended] = await told(scene, 2);
    assert.match(ended!.subject, /has ended: the payment failed/);
    const [invoice] = (await billing.stripe.invoices.list({ customer, status: 'open' })).data;
    assert.equal(invoice!.next_payment_attempt, null);
    assert.match(ended!.text, /\$499\.00 for it is still open\. We no longer try to collect it/);
  });

  it('that is set while a change waits for its payment does not count the invoice of the change, which lapses with it', async () => {
    const { scene, id, customer } = await subscribed();
    const failing = await billing.stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer });
    await billing.stripe.subscriptions.update(id, { default_payment_method: failing.id });
    assert.ok((await scene.change({ interval: 'year' })).body.pendingUntil);
    const { status, body } = await scene.change({ cancelAtPeriodEnd: true });
    assert.equal(status, 200, JSON.stringify(body));
    const [mail] = await told(scene, 1);
    assert.match(mail!.text, /No invoice for it is open\./);
  });

  it('that failed payments made says so, and what becomes of the invoice', async () => {
    const { scene, id, customer } = await subscribed();
    await missPayment(id, customer);
    await pass(20);
    assert.equal(await scene.access(), 'free none');
    const [mail] = await told(scene, 1);
    assert.match(mail!.subject, /has ended: the payment failed/);
    assert.match(mail!.text, /We could not collect the payment/);
    assert.match(mail!.text, /\$499\.00 for it is still open\. We no longer try to collect it/);
  });

  it('that is made at once says since when, without a promise', async () => {
    const { scene, id } = await subscribed();
    await billing.stripe.subscriptions.cancel(id);
    await billing.deliver();
    const [mail] = await told(scene, 1);
    assert.match(mail!.subject, /has ended$/);
    assert.match(mail!.text, /The free plan applies since then\. No invoice for it is open\./);
  });

  it('that a dispute made says so', async () => {
    const scene = await createBillingScene(billing);
    await scene.subscribe({ plan: 'scale' }, DISPUTED_CARD);
    await billing.deliver();
    const { id } = (await scene.ask('/subscription')).body;
    await billing.stripe.subscriptions.cancel(id);
    // Stripe gives this reason where the account is set to cancel what is disputed.
    billing.sandbox.world.store.get('subscription', id).cancellation_details!.reason = 'payment_disputed';
    await billing.deliver();
    const [mail] = await told(scene, 1);
    assert.match(mail!.subject, /a payment was disputed/);
  });

  it('that never started says that nothing was charged', async () => {
    const scene = await createBillingScene(billing);
    await scene.ask('/checkout-sessions', { body: { plan: 'scale', interval: 'month', ...RETURNS } });
    const customers = await billing.stripe.customers.list({ limit: 100 });
    const customer = customers.data.find(({ metadata }) => metadata.organization_id === scene.id)!.id;
    const failing = await billing.stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer });
    const [price] = (await billing.stripe.prices.list({ lookup_keys: ['scale_month_usd'] })).data;
    const items = [{ price: price!.id }];
    await billing.stripe.subscriptions.create({ customer, items, default_payment_method: failing.id });
    await billing.deliver();
    assert.equal(await scene.access(), 'free incomplete');
    await pass(1);
    const [mail] = await told(scene, 1);
    assert.match(mail!.subject, /did not start/);
    assert.match(mail!.text, /nothing was charged/);
  });
});
