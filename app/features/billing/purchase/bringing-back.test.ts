import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { auditTrail } from '../../../../test/conditions.ts';
import { assertProblem } from '../../../../test/service.ts';

import {
  type BillingScene,
  type BillingService,
  createBillingScene,
  RETURNS,
  startBillingService,
} from '../testing/scene.ts';

const POST = { method: 'POST' } as const;

describe('a subscription that grants nothing', () => {
  let billing: BillingService;
  before(async () => {
    billing = await startBillingService();
    Object.assign(billing.sandbox.world.settings, { retryDays: [], afterLastRetry: 'mark_unpaid' });
  });
  after(() => billing.close());

  interface Waiting {
    scene: BillingScene;
    id: string;
    customer: string;
  }

  async function subscribed(): Promise<Waiting> {
    const scene = await createBillingScene(billing);
    await scene.subscribe({ plan: 'scale' });
    await billing.deliver();
    const { id } = (await scene.ask('/subscription')).body;
    return { scene, id, customer: (await billing.stripe.subscriptions.retrieve(id)).customer as string };
  }

  async function payWith(card: string, { id, customer }: Waiting): Promise<void> {
    const { id: method } = await billing.stripe.paymentMethods.attach(card, { customer });
    await billing.stripe.subscriptions.update(id, { default_payment_method: method });
  }

  const ways: Record<string, () => Promise<Waiting>> = {
    async paused() {
      const waiting = await subscribed();
      await billing.stripe.subscriptions.pause(waiting.id);
      return waiting;
    },
    async unpaid() {
      const waiting = await subscribed();
      await payWith('pm_card_chargeCustomerFail', waiting);
      // The invoices of an unpaid subscription stay drafts.
      billing.advanceDays(65);
      return waiting;
    },
    async incomplete() {
      const scene = await createBillingScene(billing);
      await scene.ask('/checkout-sessions', { body: { plan: 'scale', interval: 'month', ...RETURNS } });
      const customers = await billing.stripe.customers.list({ limit: 100 });
      const customer = customers.data.find(({ metadata }) => metadata.organization_id === scene.id)!.id;
      const failing = await billing.stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer });
      const [price] = (await billing.stripe.prices.list({ lookup_keys: ['scale_month_usd'] })).data;
      const terms = { customer, items: [{ price: price!.id }], default_payment_method: failing.id };
      return { scene, customer, id: (await billing.stripe.subscriptions.create(terms)).id };
    },
  };

  for (const [status, reach] of Object.entries(ways)) {
    it(`because it is ${status} comes back when it can be charged, and is not changed before`, async () => {
      const waiting = await reach();
      const { scene } = waiting;
      await billing.deliver();
      assert.equal(await scene.access(), `free ${status}`);
      for (const change of [{ plan: 'pro' }, { plan: 'scale' }, { interval: 'year' }]) {
        const refused = await scene.change(change);
        assertProblem(refused, 409, 'change_not_possible');
        assert.match(refused.body.detail, /subscription\/resume/);
      }
      const body = { plan: 'pro', interval: 'month', replace: true, ...RETURNS };
      const refused = await scene.ask('/checkout-sessions', { body });
      assertProblem(refused, 409, 'already_subscribed');
      assert.match(refused.body.detail, /Bring it back instead/);

      await payWith('pm_card_visa', waiting);
      const back = await scene.ask('/subscription/resume', POST);
      assert.deepEqual([back.status, back.body.status], [200, 'active'], JSON.stringify(back.body));
      await billing.deliver();
      assert.equal(await scene.access(), 'scale active');
      const asked = (await auditTrail(billing.test, scene.id)).findLast(({ action }) =>
        /change_requested/.test(action),
      );
      assert.deepEqual(asked?.details, { resume: true });
    });
  }

  it('says where to pay, if the card is declined or the bank wants a confirmation', async () => {
    const waiting = await ways.unpaid!();
    const { scene } = waiting;
    await billing.deliver();
    assertProblem(await scene.ask('/subscription/resume', POST), 402, 'payment_declined');
    await payWith('pm_card_authenticationRequired', waiting);
    const { status, body } = await scene.ask('/subscription/resume', POST);
    assert.deepEqual([status, body.status], [200, 'unpaid']);
    const [invoice] = (await billing.stripe.invoices.list({ subscription: waiting.id, status: 'open' })).data;
    assert.equal(body.openInvoiceUrl, invoice!.hosted_invoice_url);
  });

  it('is one invoice at a time, however often a paused one is asked to come back', async () => {
    const waiting = await subscribed();
    await billing.stripe.subscriptions.pause(waiting.id, { bill_for: { unused_time_from: { type: 'none' } } });
    await payWith('pm_card_chargeCustomerFail', waiting);
    assert.equal((await waiting.scene.ask('/subscription/resume', POST)).body.status, 'paused');
    assertProblem(await waiting.scene.ask('/subscription/resume', POST), 402, 'payment_declined');
    const open = (await billing.stripe.invoices.list({ subscription: waiting.id, status: 'open' })).data;
    assert.equal(open.length, 1);
  });

  it('is none that works: to bring that back changes nothing; without one there is nothing to bring back', async () => {
    const { scene, id } = await subscribed();
    const before = await billing.stripe.subscriptions.retrieve(id);
    assert.equal((await scene.ask('/subscription/resume', POST)).body.status, 'active');
    assert.deepEqual(await billing.stripe.subscriptions.retrieve(id), before);
    const stranger = await createBillingScene(billing);
    assertProblem(await stranger.ask('/subscription/resume', POST), 409, 'not_subscribed');
  });
});
