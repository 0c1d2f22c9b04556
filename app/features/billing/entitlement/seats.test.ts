import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createSignedInUser } from '../../../../test/service.ts';
import { memberships } from '../../organizations/schema.ts';
import type { Difference } from '../projection/differences.ts';
import { type BillingService, createBillingScene, startBillingService } from '../testing/scene.ts';

describe('seats', () => {
  let billing: BillingService;
  before(async () => {
    billing = await startBillingService();
  });
  after(() => billing.close());

  it('that no job has brought up to date are found and repaired by the nightly sweep', async () => {
    const scene = await createBillingScene(billing);
    await scene.subscribe({ plan: 'pro' });
    await billing.deliver();
    const { id: userId } = await createSignedInUser(billing.test);
    const { db, billing: service } = billing.test.service;
    // As if the job had been lost.
    await db.insert(memberships).values({ organizationId: scene.id, userId, role: 'member', createdAt: new Date() });
    const sweep = async (apply: boolean) => {
      const found: Difference[] = [];
      await service.operations.reconcile({ apply, found: (difference) => found.push(difference) });
      await billing.settle();
      await billing.deliver();
      return found.filter(({ organizationId }) => organizationId === scene.id);
    };
    const { id } = (await scene.ask('/subscription')).body;
    const behind = { organizationId: scene.id, kind: 'seats', id, change: 'changed', fields: { quantity: [1, 2] } };
    for (const apply of [false, true]) assert.deepEqual(await sweep(apply), [behind]);
    assert.equal((await scene.ask('/subscription')).body.quantity, 2);
    assert.equal((await billing.stripe.subscriptions.retrieve(id)).items.data[0]!.quantity, 2);
    assert.deepEqual(await sweep(false), []);
    const { values } = await billing.test.service.metrics.billing_drift_total.get();
    assert.equal(values.find(({ labels }) => labels.kind === 'seats')?.value, 2);
  });

  it('that somebody changed in the dashboard are set to the members again', async () => {
    const { stripe } = billing;
    const scene = await createBillingScene(billing);
    await scene.subscribe({ plan: 'pro' });
    await billing.deliver();
    const { id } = (await scene.ask('/subscription')).body;
    const seats = async () => (await stripe.subscriptions.retrieve(id)).items.data[0]!;
    await stripe.subscriptions.update(id, { items: [{ id: (await seats()).id, quantity: 7 }] });
    await billing.deliver();
    await billing.settle();
    await billing.deliver();
    assert.equal((await seats()).quantity, 1);
    assert.equal((await scene.ask('/subscription')).body.quantity, 1);
  });

  it('follow the members of a paused subscription, too: it may go on, and is charged for then', async () => {
    const { stripe } = billing;
    const scene = await createBillingScene(billing);
    await scene.subscribe({ plan: 'pro' });
    await billing.deliver();
    const { id } = (await scene.ask('/subscription')).body;
    await stripe.subscriptions.update(id, {
      trial_settings: { end_behavior: { missing_payment_method: 'pause' } },
    });
    const { customer } = await stripe.subscriptions.retrieve(id);
    const { data: cards } = await stripe.paymentMethods.list({ customer: customer as string });
    for (const card of cards) await stripe.paymentMethods.detach(card.id);
    billing.advanceDays(15);
    await billing.deliver();
    assert.equal((await stripe.subscriptions.retrieve(id)).status, 'paused');
    const { id: userId } = await createSignedInUser(billing.test);
    const { db, billing: service } = billing.test.service;
    await db.insert(memberships).values({ organizationId: scene.id, userId, role: 'member', createdAt: new Date() });
    await service.operations.reconcile({ apply: true });
    await billing.settle();
    await billing.deliver();
    assert.equal((await stripe.subscriptions.retrieve(id)).items.data[0]!.quantity, 2);
  });
});

describe('a seat that is added to a yearly plan', () => {
  const charged = {
    at_once: { invoices: 1, waiting: 0, what: 'is charged at once' },
    next_invoice: { invoices: 0, waiting: 2, what: 'is charged with the next invoice' },
    none: { invoices: 0, waiting: 0, what: 'is charged from the next period on' },
  };
  for (const [BILLING_SEAT_PRORATION, { what, ...wanted }] of Object.entries(charged))
    it(`${what}, where the setting is ${BILLING_SEAT_PRORATION}`, async (t) => {
      const billing = await startBillingService({ BILLING_SEAT_PRORATION });
      t.after(() => billing.close());
      const scene = await createBillingScene(billing);
      await scene.subscribe({ plan: 'pro', interval: 'year' });
      billing.advanceDays(15);
      await billing.deliver();
      const { id } = (await scene.ask('/subscription')).body;
      const { customer } = await billing.stripe.subscriptions.retrieve(id);
      const invoices = async () => (await billing.stripe.invoices.list({ subscription: id })).data.length;
      const before = await invoices();
      const { id: userId } = await createSignedInUser(billing.test);
      const { db, billing: service } = billing.test.service;
      await db.insert(memberships).values({ organizationId: scene.id, userId, role: 'member', createdAt: new Date() });
      await service.operations.reconcile({ apply: true });
      await billing.settle();
      await billing.deliver();
      assert.equal((await scene.ask('/subscription')).body.quantity, 2);
      const waiting = await billing.stripe.invoiceItems.list({ customer: customer as string, pending: true });
      assert.deepEqual({ invoices: (await invoices()) - before, waiting: waiting.data.length }, wanted);
    });
});
