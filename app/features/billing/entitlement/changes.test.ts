/** `entitlements.changed`: once for each change of what an organization may use, also for one that time alone makes. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { rows } from '../../../../test/conditions.ts';
import { type BillingScene, type BillingService, createBillingScene, startBillingService } from '../testing/scene.ts';

const GRACE_DAYS = 7;

describe('a change of what an organization may use', () => {
  let billing: BillingService;
  before(async () => {
    billing = await startBillingService({ BILLING_GRACE_DAYS: String(GRACE_DAYS) });
    // Stripe tries once, and leaves what is not paid: nothing comes from it when the grace period ends.
    Object.assign(billing.sandbox.world.settings, { retryDays: [], afterLastRetry: 'leave_past_due' });
  });
  after(() => billing.close());

  /** The plans that were told of, in this order. */
  async function told({ id }: BillingScene): Promise<unknown[]> {
    const events = await billing.test.service.events.list(id, { type: 'entitlements.changed' }, 100);
    return events.map(({ data }) => data.plan).reverse();
  }
  const tellOfTime = () =>
    billing.test.service.billing.handlers
      .find(({ queue }) => queue.name === 'billing.end-graces')!
      .handle({}, {} as never);

  /** An organization whose next charge will fail. */
  async function unable() {
    const scene = await createBillingScene(billing);
    await scene.subscribe({ plan: 'scale' });
    await billing.deliver();
    const { id } = (await scene.ask('/subscription')).body;
    const { customer } = await billing.stripe.subscriptions.retrieve(id);
    const payWith = async (card: string) => {
      const method = await billing.stripe.paymentMethods.attach(card, { customer: customer as string });
      await billing.stripe.subscriptions.update(id, { default_payment_method: method.id });
    };
    await payWith('pm_card_chargeCustomerFail');
    return { scene, id, payWith };
  }

  /** An organization whose charge failed today. */
  async function overdue() {
    const { scene, ...rest } = await unable();
    billing.advanceDays(32);
    await billing.deliver();
    assert.equal(await scene.access(), 'scale past_due');
    assert.deepEqual(await told(scene), ['scale']);
    return { scene, ...rest };
  }

  it('is told once when a grace period ends by time, and again when the payment comes', async () => {
    const { scene, id, payWith } = await overdue();
    billing.advanceDays(GRACE_DAYS - 3);
    await tellOfTime();
    assert.deepEqual(await told(scene), ['scale'], 'not before its end');
    billing.advanceDays(3.1);
    await Promise.all([tellOfTime(), tellOfTime()]);
    await tellOfTime();
    assert.deepEqual(await told(scene), ['scale', 'free']);
    const [{ data }] = (await scene.ask('/events?type=entitlements.changed&limit=1')).body.data;
    const { features, limits } = (await scene.ask('/entitlements')).body;
    assert.deepEqual(data, { plan: 'free', features, limits });

    await payWith('pm_card_visa');
    const [invoice] = (await billing.stripe.invoices.list({ subscription: id, status: 'open' })).data;
    await billing.stripe.invoices.pay(invoice!.id!);
    await billing.deliver();
    assert.deepEqual(await told(scene), ['scale', 'free', 'scale']);
  });

  it('is told once where Stripe changes the subscription after the end, before anybody looked', async () => {
    const { scene, id } = await overdue();
    billing.advanceDays(GRACE_DAYS + 0.1);
    await billing.stripe.subscriptions.cancel(id);
    await billing.deliver();
    await tellOfTime();
    assert.deepEqual(await told(scene), ['scale', 'free']);
  });

  it('is told after a failure to store the event, as if there had been none', async () => {
    const { scene } = await overdue();
    const { $client } = billing.test.service.db;
    billing.advanceDays(GRACE_DAYS + 0.1);
    await $client.queryAlone('alter table events add constraint refused check (false) not valid');
    try {
      await assert.rejects(tellOfTime());
    } finally {
      await $client.queryAlone('alter table events drop constraint refused');
    }
    assert.deepEqual(await told(scene), ['scale']);
    await tellOfTime();
    assert.deepEqual(await told(scene), ['scale', 'free']);
  });

  it('is told of the others where one cannot be', async () => {
    const [failing, other] = [await unable(), await unable()];
    billing.advanceDays(32);
    await billing.deliver();
    billing.advanceDays(GRACE_DAYS + 0.1);
    await billing.test.service.db.$client.queryAlone(`
      create function refuse() returns trigger language plpgsql as $$ begin raise 'refused on purpose'; end $$;
      create trigger refuse before insert on events for each row
        when (new.organization_id = '${failing.scene.id}' and new.type = 'entitlements.changed') execute function refuse();`);
    await assert.rejects(tellOfTime(), /failed/);
    assert.deepEqual([await told(failing.scene), await told(other.scene)], [['scale'], ['scale', 'free']]);
    await billing.test.service.db.$client.queryAlone('drop trigger refuse on events; drop function refuse');
    await tellOfTime();
    assert.deepEqual(await told(failing.scene), ['scale', 'free']);
  });

  it('is told once of those who were overdue before a release that stores what was told', async () => {
    const { scene } = await overdue();
    await rows(billing.test, 'update billing_customers set told_entitlements = null');
    billing.advanceDays(GRACE_DAYS + 0.1);
    await tellOfTime();
    await tellOfTime();
    assert.deepEqual(await told(scene), ['scale', 'free']);
  });

  it('is told once when a trial ends of which no webhook comes', async () => {
    const scene = await createBillingScene(billing);
    await scene.subscribe({ plan: 'pro' });
    await billing.deliver();
    assert.deepEqual(await told(scene), ['pro']);
    const { id } = (await scene.ask('/subscription')).body;
    await billing.stripe.subscriptions.update(id, { cancel_at_period_end: true });
    billing.advanceDays(20);
    for (const { id: delivery } of billing.sandbox.deliveries.pending())
      billing.sandbox.deliveries.settle(delivery, 200);
    for (let time = 0; time < 2; time++) await billing.test.service.billing.operations.reconcile({ apply: true });
    assert.equal(await scene.access(), 'free none');
    assert.deepEqual(await told(scene), ['pro', 'free']);
  });
});
