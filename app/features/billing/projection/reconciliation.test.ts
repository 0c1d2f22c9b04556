import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createSignedInUser } from '../../../../test/service.ts';
import { billingCursors } from '../schema.ts';
import { type BillingScene, type BillingService, createBillingScene, startBillingService } from '../testing/scene.ts';
import type { Difference } from './differences.ts';

const ORGANIZATIONS = 20;
const DROPPED = 500;

describe('reconciling', () => {
  let billing: BillingService;
  const scenes: BillingScene[] = [];
  before(async () => {
    billing = await startBillingService();
    const owner = await createSignedInUser(billing.test);
    for (let index = 0; index < ORGANIZATIONS; index++) scenes.push(await createBillingScene(billing, owner));
  });
  after(() => billing.close());

  const reconcile = async (apply: boolean) => {
    const found: Difference[] = [];
    const { operations } = billing.test.service.billing;
    const result = await operations.reconcile({ apply, found: (difference) => found.push(difference) });
    await billing.settle();
    return { ...result, found };
  };
  const plans = () => Promise.all(scenes.map((scene) => scene.access()));

  /** A change that the service notices only by asking Stripe. */
  function drop(): number {
    const pending = billing.sandbox.deliveries.pending();
    for (const { id } of pending) billing.sandbox.deliveries.settle(id, 500);
    return pending.length;
  }

  it('after 500 lost events tells what differs, repairs all of it, and then finds nothing', async () => {
    // So that the poll does not mend what the sweep is to find.
    await billing.test.service.billing.operations.reconcile({ apply: true });
    for (const scene of scenes) await scene.subscribe({ plan: 'scale' });
    let dropped = drop();
    while (dropped < DROPPED) {
      billing.advanceDays(31);
      dropped += drop();
    }
    assert.deepEqual([...new Set(await plans())], ['free none'], 'nothing is known yet');

    const told = await reconcile(false);
    assert.ok(told.differences >= ORGANIZATIONS * 3, `${told.differences} differences`);
    assert.deepEqual(
      new Set(told.found.filter(({ kind }) => kind === 'subscription').map(({ organizationId }) => organizationId)),
      new Set(scenes.map(({ id }) => id)),
    );
    assert.deepEqual([...new Set(await plans())], ['free none'], 'telling changes nothing');

    const repaired = await reconcile(true);
    assert.ok(repaired.events + repaired.differences > 0);
    assert.deepEqual([...new Set(await plans())], ['scale active']);
    const again = await reconcile(true);
    assert.deepEqual([again.events, again.differences], [0, 0]);
    assert.deepEqual((await reconcile(false)).found, []);
  });

  it('by polling finds what was lost, takes each event in once, and counts it', async () => {
    const [scene] = scenes;
    await scene!.change({ cancelAtPeriodEnd: true });
    await billing.stripe.customers.update((await billing.stripe.customers.list()).data[0]!.id, { name: 'Renamed' });
    const dropped = drop();
    assert.ok(dropped > 0);
    billing.advanceDays(0.01);
    const first = await reconcile(true);
    assert.ok(first.events >= 1);
    assert.equal((await reconcile(true)).events, 0);
    const { values } = await billing.test.service.metrics.billing_drift_total.get();
    assert.ok((values.find(({ labels }) => labels.kind === 'event')?.value ?? 0) >= first.events);
  });

  it('by polling goes through any number of events, and begins where it stopped only once all are stored', async () => {
    const { clock } = billing.test;
    const customer = (await billing.stripe.customers.list({ limit: 1 })).data[0]!.id;
    for (let name = 0; name < 250; name++) await billing.stripe.customers.update(customer, { name: `Name ${name}` });
    drop();
    billing.advanceDays(0.01);
    // The first page is stored, the second is not there.
    const cursor = () => billing.test.service.db.select().from(billingCursors);
    const before = await cursor();
    const { makeRequest } = billing.sandbox.httpClient;
    let pages = 0;
    billing.sandbox.httpClient.makeRequest = (...request) => {
      if (request[2].startsWith('/v1/events') && ++pages === 2) billing.sandbox.troubles.plan({ kind: 'fail' });
      return makeRequest.apply(billing.sandbox.httpClient, request);
    };
    await assert.rejects(reconcile(true), { code: 'payments_unavailable' });
    billing.sandbox.httpClient.makeRequest = makeRequest;
    assert.deepEqual(await cursor(), before);
    const { events } = await reconcile(true);
    assert.ok(events >= 100 && events < 250, `${events}: what the first try stored is not counted again`);
    assert.equal((await reconcile(true)).events, 0);
    assert.notDeepEqual(await cursor(), before);
    assert.ok(clock.now() > (await cursor())[0]!.position);
  });

  it('goes on past a customer that cannot be looked at, and says so', async () => {
    const customers = await billing.stripe.customers.list({ limit: 1 });
    billing.sandbox.troubles.plan({ kind: 'fail', path: `/v1/customers/${customers.data[0]!.id}` });
    const { customers: looked, failed } = await reconcile(false);
    assert.deepEqual([looked, failed], [ORGANIZATIONS, 1]);
    assert.ok(billing.test.logs.some((line) => line.includes('could not be compared')));
    billing.sandbox.troubles.set({ fail: 1 });
    await assert.rejects(reconcile(false), { code: 'payments_unavailable' });
    billing.sandbox.troubles.reset();
  });

  it('runs by itself: events and ends of grace periods every five minutes, everything every night', () => {
    const crons = billing.test.service.billing.schedules.map(({ queue, cron }) => `${queue.name} ${cron}`);
    assert.deepEqual(crons, [
      'billing.poll-events */5 * * * *',
      'billing.end-graces */5 * * * *',
      'billing.sweep 11 3 * * *',
    ]);
  });

  it('says what is wrong with the webhook endpoint', async () => {
    const { operations } = billing.test.service.billing;
    assert.deepEqual(await operations.checkEndpoint(), []);
    const [endpoint] = (await billing.stripe.webhookEndpoints.list()).data;
    await billing.stripe.webhookEndpoints.update(endpoint!.id, { enabled_events: ['invoice.paid'], disabled: true });
    const faults = (await operations.checkEndpoint()).join('\n');
    assert.match(faults, /disabled/);
    assert.match(faults, /customer\.subscription\.updated/);
    assert.doesNotMatch(faults, /invoice\.paid/);
    await billing.stripe.webhookEndpoints.del(endpoint!.id);
    await billing.stripe.webhookEndpoints.create({
      url: endpoint!.url,
      enabled_events: ['*'],
      api_version: '2025-09-30.clover',
    });
    const [outdated] = (await billing.stripe.webhookEndpoints.list()).data;
    assert.match((await operations.checkEndpoint()).join('\n'), /of API version 2025-09-30.clover/);

    const secret = await operations.setUpEndpoint();
    assert.match(secret!, /^whsec_/);
    assert.deepEqual(await operations.checkEndpoint(), [], 'beside the outdated one');
    assert.equal(await operations.setUpEndpoint(), undefined, 'it is there');
    await billing.stripe.webhookEndpoints.del(outdated!.id);
    const made = (await billing.stripe.webhookEndpoints.list()).data.find(({ url }) => url === endpoint!.url)!;
    assert.deepEqual([...made.enabled_events].sort(), [...operations.webhookEvents].sort());
    await billing.stripe.webhookEndpoints.update(made.id, { enabled_events: ['invoice.paid'], disabled: true });
    assert.equal((await operations.checkEndpoint()).length, 2);
    assert.equal(await operations.setUpEndpoint(), undefined);
    assert.deepEqual(await operations.checkEndpoint(), [], 'repaired');
    await billing.stripe.webhookEndpoints.del(made.id);
    assert.match((await operations.checkEndpoint()).join('\n'), /no webhook endpoint/);
  });

  it('makes Stripe equal to the catalog, and then has nothing to do', async () => {
    const { syncCatalog } = billing.test.service.billing.operations;
    assert.deepEqual(await syncCatalog({ apply: false }), []);
    const [price] = (await billing.stripe.prices.list({ lookup_keys: ['pro_month_usd'] })).data;
    await billing.stripe.prices.update(price!.id, { lookup_key: 'somebody_elses', transfer_lookup_key: true });
    const steps = await syncCatalog({ apply: true });
    assert.deepEqual(
      steps.map(({ action, object, key }) => `${action} ${object} ${key}`),
      ['create price pro_month_usd', 'archive price somebody_elses'],
    );
    assert.deepEqual(await syncCatalog({ apply: true }), []);
    assert.equal((await billing.stripe.prices.retrieve(price!.id)).active, false);
  });
});
