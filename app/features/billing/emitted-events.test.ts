/** The events of billing: each is emitted once, with the change of a purchase, and not without it. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { rows } from '../../../test/conditions.ts';
import {
  type BillingScene,
  type BillingService,
  createBillingScene,
  FAILING_CARD,
  startBillingService,
} from './testing/scene.ts';

describe('the events of billing', () => {
  let billing: BillingService;
  before(async () => {
    billing = await startBillingService();
  });
  after(() => billing.close());

  /** Billing's own, oldest first. */
  async function told({ id }: BillingScene) {
    const { events } = billing.test.service;
    const all = (await events.list(id, {}, 100)).reverse();
    return all.filter(({ type }) => !type.startsWith('api_key.')).map(({ type, data }) => ({ type, data }));
  }
  const types = async (scene: BillingScene) => (await told(scene)).map(({ type }) => type);

  it('tell of a subscription from its start to its end, of its invoices, and of what may be used', async () => {
    const scene = await createBillingScene(billing);
    await scene.subscribe({ plan: 'scale' });
    await billing.deliver();
    assert.deepEqual((await types(scene)).sort(), ['entitlements.changed', 'invoice.paid', 'subscription.started']);
    const started = (await told(scene)).find(({ type }) => type === 'subscription.started')!;
    const { subscriptionId, ...terms } = started.data;
    assert.match(String(subscriptionId), /^sub_/);
    assert.deepEqual(terms, { plan: 'scale', interval: 'month', quantity: 1, currency: 'usd', unitAmount: 49_900 });
    const entitled = (await told(scene)).find(({ type }) => type === 'entitlements.changed')!;
    const { features, limits } = (await scene.ask('/entitlements')).body;
    assert.deepEqual(entitled.data, { plan: 'scale', features, limits });

    const before = (await told(scene)).length;
    await billing.deliver();
    await billing.test.service.billing.operations.reconcile({ apply: true });
    assert.equal((await told(scene)).length, before, 'what is projected again tells nothing new');

    assert.equal((await scene.change({ interval: 'year' })).status, 200);
    await billing.deliver();
    assert.ok((await types(scene)).slice(before).includes('subscription.changed'));
    assert.equal((await types(scene)).filter((type) => type === 'entitlements.changed').length, 1);

    await billing.stripe.subscriptions.cancel(String(subscriptionId));
    await billing.deliver();
    const last = (await told(scene)).slice(-2);
    assert.deepEqual(last.map(({ type }) => type).sort(), ['entitlements.changed', 'subscription.ended']);
    assert.equal(last.find(({ type }) => type === 'entitlements.changed')!.data.plan, 'free');
  });

  it('tell of a charge that failed, once per attempt', async () => {
    const scene = await createBillingScene(billing);
    await scene.subscribe({ plan: 'pro' }, FAILING_CARD);
    await billing.deliver();
    billing.advanceDays(15.1);
    await billing.deliver();
    const failed = (await told(scene)).filter(({ type }) => type === 'invoice.payment_failed');
    assert.equal(failed.length, 1);
    const { attempt, nextAttemptAt, amount, currency } = failed[0]!.data;
    assert.deepEqual([attempt, amount, currency, typeof nextAttemptAt], [1, 1_900, 'usd', 'string']);
  });

  it('tell of a limit that is near, and of one that is used up, once each', async () => {
    const scene = await createBillingScene(billing);
    const { db, billing: service } = billing.test.service;
    const consume = (quantity: number) =>
      db.transaction((tx) => service.usage.consume(tx, scene.id, 'apiCalls', quantity));
    await consume(799);
    assert.deepEqual(await told(scene), []);
    await consume(1);
    await consume(100);
    assert.deepEqual(await types(scene), ['usage.limit_near']);
    await assert.rejects(consume(101), /limit|allows/);
    assert.deepEqual(await types(scene), ['usage.limit_near'], 'what is refused uses nothing up');
    await consume(100);
    const [, reached] = await told(scene);
    assert.deepEqual([reached!.type, reached!.data.used, reached!.data.allowed], ['usage.limit_reached', 1_000, 1_000]);
  });

  it('are not stored where the projection is rolled back', async () => {
    const scene = await createBillingScene(billing);
    const { $client } = billing.test.service.db;
    await scene.subscribe({ plan: 'scale' });
    await $client.queryAlone('alter table email_messages add constraint refused check (false) not valid');
    try {
      await billing.test.service.billing.operations.reconcile({ apply: true });
      assert.deepEqual(await told(scene), []);
    } finally {
      await $client.queryAlone('alter table email_messages drop constraint refused');
    }
    await rows(billing.test, `update pgboss.job set start_after = now() where state < 'active'`);
    await billing.deliver();
    assert.ok((await types(scene)).includes('subscription.started'));
  });
});
