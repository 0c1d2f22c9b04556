/** Operators and what organizations have bought. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { assertProblem } from '../../../test/service.ts';
import { DAY_MS } from '../../platform/clock.ts';
import { createOperator, REASON, signInWithFactor, type TestOperator, trailOf } from '../operator/testing/scene.ts';
import { type BillingScene, type BillingService, createBillingScene, startBillingService } from './testing/scene.ts';

describe('operators and billing', () => {
  let billing: BillingService;
  let operator: TestOperator;
  before(async () => {
    billing = await startBillingService();
    operator = await createOperator(billing.test);
  });
  after(() => billing.close());

  const call = (path: string, body?: object) =>
    billing.test.request(`/v1/operator${path}`, {
      token: operator.accessToken,
      ...(body && { body: { reason: REASON, ...body } }),
    });
  const of = ({ id }: BillingScene) => `/organizations/${id}`;
  const inDays = (days: number) => new Date(billing.test.clock.now().getTime() + days * DAY_MS).toISOString();
  const actions = async ({ id }: BillingScene, action: string) =>
    (await trailOf(billing.test, id)).filter((event) => event.action === action);

  async function subscribed(plan: string): Promise<BillingScene> {
    const scene = await createBillingScene(billing);
    await scene.subscribe({ plan });
    await billing.deliver();
    return scene;
  }

  it('find an organization by id, slug and key, and by what Stripe calls it', async () => {
    const scene = await subscribed('pro');
    const find = async (q: string) => (await call(`/search?q=${encodeURIComponent(q)}`)).body.data;
    const { body: shown } = await call(`${of(scene)}/billing`);
    const [invoice] = (await call(`${of(scene)}/invoices`)).body.data;
    const { body: own } = await scene.ask('');
    const known = [scene.id, own.slug, shown.customerId, shown.subscription.id, invoice.id, invoice.number];
    for (const q of known) {
      const found = await find(q);
      assert.ok(
        found.some(({ organizationId }: { organizationId: string }) => organizationId === scene.id),
        q,
      );
    }
    assert.deepEqual([shown.plan, shown.status], ['pro', 'trialing']);
    const looks = (await actions(scene, 'operator.viewed')).map(({ details }) => details.what).sort();
    assert.deepEqual(looks, ['billing', 'invoices']);
  });

  it('see the organization, its members, its events and its trail', async () => {
    const scene = await subscribed('pro');
    const { body } = await call(of(scene));
    assert.deepEqual([body.id, body.members], [scene.id, 1]);
    assert.equal((await call(`${of(scene)}/members`)).body.data[0].role, 'owner');
    for (const part of ['events', 'audit-events'])
      assert.ok((await call(`${of(scene)}/${part}`)).body.data.length > 0, part);
    const { related } = (await call(`/users/${scene.owner.id}`)).body;
    assert.ok(related.some(({ id, detail }: { id: string; detail: string }) => id === scene.id && detail === 'owner'));
    const nobody = '01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b2f';
    for (const part of ['', '/members', '/events', '/audit-events', '/billing', '/invoices'])
      assertProblem(await call(`/organizations/${nobody}${part}`), 404, 'not_found');
  });

  it('extend a trial through Stripe', async () => {
    const scene = await subscribed('pro');
    const before = (await call(`${of(scene)}/billing`)).body.subscription;
    assert.equal(before.status, 'trialing');
    const until = new Date(Date.parse(before.trialEnd) + 10 * DAY_MS).toISOString();
    const extend = (to: string) => call(`${of(scene)}/trial-extensions`, { until: to });
    assert.equal((await extend(until)).status, 204);
    assert.equal((await call(`${of(scene)}/billing`)).body.subscription.trialEnd, until);
    for (const wrong of [until, inDays(-1), inDays(800)])
      assertProblem(await extend(wrong), 409, 'change_not_possible');
    const [event, ...more] = await actions(scene, 'subscription.trial_extended');
    assert.deepEqual([event!.actorId, event!.details.reason, more], [operator.id, REASON, []]);
    const paid = await subscribed('scale');
    assertProblem(await call(`${of(paid)}/trial-extensions`, { until }), 409, 'change_not_possible');
  });

  it('refund an invoice of the organization, and of no other', async () => {
    const [scene, other] = [await subscribed('scale'), await subscribed('scale')];
    const [invoice] = (await call(`${of(scene)}/invoices`)).body.data;
    const refund = (whose: BillingScene, body: object) =>
      call(`${of(whose)}/refunds`, { invoiceId: invoice.id, ...body });
    assertProblem(await refund(other, {}), 404, 'not_found');
    const part = await refund(scene, { amount: 500 });
    assert.deepEqual([part.status, part.body.amount], [201, 500]);
    assert.equal((await refund(scene, {})).body.amount, invoice.amountPaid - 500);
    assertProblem(await refund(scene, {}), 409, 'conflict');
    assert.deepEqual(
      (await actions(scene, 'invoice.refund_asked')).map(({ actorId, details }) => [actorId, details.reason]),
      [1, 2].map(() => [operator.id, REASON]),
    );
    assert.deepEqual(await actions(other, 'invoice.refund_asked'), []);
  });

  it('grant a feature and more of a limit until an instant, or until the grant is ended', async () => {
    const scene = await createBillingScene(billing);
    const entitlements = async () => (await scene.ask('/entitlements')).body;
    const before = await entitlements();
    assert.equal(before.features.auditExport, false);
    const grant = (body: object) => call(`${of(scene)}/grants`, { endsAt: inDays(3), ...body });
    assert.equal((await grant({ feature: 'auditExport' })).status, 201);
    const raised = await grant({ limit: 'members', quantity: 4 });
    const now = await entitlements();
    assert.deepEqual([now.features.auditExport, now.limits.members], [true, before.limits.members + 4]);
    assert.equal((await call(`${of(scene)}/billing`)).body.grants.length, 2);
    const end = () => call(`${of(scene)}/grants/${raised.body.id}/end`, {});
    assert.equal((await end()).status, 204);
    assertProblem(await end(), 404, 'not_found');
    assert.equal((await entitlements()).limits.members, before.limits.members);
    billing.advanceDays(3);
    Object.assign(operator, await signInWithFactor(billing.test, operator));
    assert.equal((await entitlements()).features.auditExport, false);
    assert.deepEqual((await call(`${of(scene)}/billing`)).body.grants, []);
    for (const wrong of [
      {},
      { feature: 'auditExport', quantity: 1 },
      { limit: 'members' },
      { feature: 'auditExport', endsAt: inDays(-1) },
    ])
      assertProblem(await grant(wrong), 400, 'validation_failed');
    const granted = await actions(scene, 'entitlement.granted');
    assert.deepEqual(
      granted.map(({ actorId, details }) => [actorId, details.reason]),
      [1, 2].map(() => [operator.id, REASON]),
    );
  });

  it('tell those who listen to events of what was granted, where there is a customer', async () => {
    const scene = await subscribed('pro');
    const changes = async () =>
      (await call(`${of(scene)}/events?type=entitlements.changed`)).body.data.length as number;
    const before = await changes();
    await call(`${of(scene)}/grants`, { limit: 'members', quantity: 4, endsAt: inDays(3) });
    assert.equal(await changes(), before + 1);
  });
});
