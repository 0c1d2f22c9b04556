import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type BillingScene, type BillingService, createBillingScene, startBillingService } from '../testing/scene.ts';

const GRACE_DAYS = 7;
const DAY_MS = 86_400_000;

describe('an overdue payment', () => {
  let billing: BillingService;
  before(async () => {
    billing = await startBillingService({ BILLING_GRACE_DAYS: String(GRACE_DAYS) });
    // Stripe tries once, and leaves what is not paid.
    Object.assign(billing.sandbox.world.settings, { retryDays: [], afterLastRetry: 'leave_past_due' });
  });
  after(() => billing.close());

  async function subscribed(): Promise<{ scene: BillingScene; id: string; customer: string }> {
    const scene = await createBillingScene(billing);
    await scene.subscribe({ plan: 'scale' });
    await billing.deliver();
    const { id } = (await scene.ask('/subscription')).body;
    return { scene, id, customer: (await billing.stripe.subscriptions.retrieve(id)).customer as string };
  }

  async function pass(days: number): Promise<void> {
    billing.advanceDays(days);
    await billing.deliver();
  }

  async function payWith(card: string, id: string, customer: string): Promise<void> {
    const { id: method } = await billing.stripe.paymentMethods.attach(card, { customer });
    await billing.stripe.subscriptions.update(id, { default_payment_method: method });
  }

  it('of an invoice that is sent gives the grace from its due date on', async () => {
    const { scene, id } = await subscribed();
    await billing.stripe.subscriptions.update(id, { collection_method: 'send_invoice', days_until_due: 14 });
    await pass(30.5);
    await pass(13);
    assert.equal(await scene.access(), 'scale active');
    await pass(1);
    assert.equal(await scene.access(), 'scale past_due', 'it became due this moment');
    const [invoice] = (await billing.stripe.invoices.list({ subscription: id, status: 'open' })).data;
    const { because } = (await scene.ask('/entitlements')).body;
    assert.equal(Date.parse(because.until), invoice!.due_date! * 1_000 + GRACE_DAYS * DAY_MS);
    await pass(GRACE_DAYS);
    assert.equal(await scene.access(), 'free past_due');
  });

  it('gives the whole grace whatever older invoices of the subscription are still open', async () => {
    const { scene, id, customer } = await subscribed();
    await payWith('pm_card_chargeCustomerFail', id, customer);
    await pass(32);
    assert.equal(await scene.access(), 'scale past_due');
    await payWith('pm_card_visa', id, customer);
    await pass(31);
    assert.equal(await scene.access(), 'scale active', 'its latest invoice is paid');
    assert.equal((await scene.ask('/subscription')).body.pastDueSince, null);

    await payWith('pm_card_chargeCustomerFail', id, customer);
    await pass(31);
    const open = (await billing.stripe.invoices.list({ subscription: id, status: 'open' })).data;
    assert.equal(open.length, 2);
    assert.equal(await scene.access(), 'scale past_due');
    const [missed] = open;
    const { body } = await scene.ask('/subscription');
    assert.equal(Date.parse(body.pastDueSince), missed!.status_transitions.finalized_at! * 1_000);
  });
});
