import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { auditTrail } from '../../../../test/conditions.ts';
import {
  type BillingScene,
  type BillingService,
  createBillingScene,
  DISPUTED_CARD,
  GOOD_CARD,
  RETURNS,
  startBillingService,
} from '../testing/scene.ts';

describe('a one-off product that was paid', () => {
  let billing: BillingService;
  before(async () => {
    billing = await startBillingService();
  });
  after(() => billing.close());

  async function buy(scene: BillingScene, quantity: number, card = GOOD_CARD): Promise<string> {
    const { body } = await scene.ask('/purchases', { body: { product: 'projectPack', quantity, ...RETURNS } });
    billing.sandbox.customer.completeCheckout(body.id, { card });
    await billing.deliver();
    return (await scene.ask('/invoices')).body.data[0].id;
  }
  const projects = async (scene: BillingScene) => (await scene.ask('/entitlements')).body.limits.projects;
  const trailOf = async (scene: BillingScene) =>
    (await auditTrail(billing.test, scene.id))
      .filter(({ action }) => /^purchase\.(withdrawn|restored)/.test(action))
      .map(({ action, details }) => [action, (details as { reason?: string }).reason ?? null]);

  it('is taken back by a command without a refund, and granted again', async () => {
    const scene = await createBillingScene(billing);
    const invoice = await buy(scene, 2);
    const { revoke } = billing.test.service.billing.operations;
    assert.deepEqual(await revoke(invoice, { undo: false }), { product: 'projectPack', withdrawn: true });
    await billing.settle();
    assert.equal(await projects(scene), 3);
    const [shown] = (await scene.ask('/invoices')).body.data;
    assert.deepEqual([shown.withdrawn, shown.status, shown.amountRefunded], ['revoked', 'paid', 0]);
    await revoke(invoice, { undo: true });
    await billing.settle();
    assert.equal(await projects(scene), 23);
    assert.deepEqual(await trailOf(scene), [
      ['purchase.withdrawn', 'revoked'],
      ['purchase.restored', null],
    ]);
    await assert.rejects(revoke('in_unknown', { undo: false }), { code: 'not_found' });
    billing.advanceDays(0.01);
    await scene.subscribe({ plan: 'scale' });
    await billing.deliver();
    const [ofPlan] = (await scene.ask('/invoices')).body.data;
    await assert.rejects(revoke(ofPlan.id, { undo: false }), { code: 'conflict' });
  });

  it('is taken back when a dispute of its payment is lost, unless an operator grants it again', async () => {
    const scene = await createBillingScene(billing);
    const invoice = await buy(scene, 1, DISPUTED_CARD);
    assert.equal(await projects(scene), 13, 'while the bank has not decided');
    const dispute = (await billing.stripe.disputes.list()).data[0]!;
    await billing.stripe.disputes.close(dispute.id);
    await billing.deliver();
    assert.equal(await projects(scene), 3);
    await billing.test.service.billing.operations.revoke(invoice, { undo: true });
    await billing.settle();
    assert.equal(await projects(scene), 13);
    assert.deepEqual(await trailOf(scene), [
      ['purchase.withdrawn', 'dispute_lost'],
      ['purchase.restored', null],
    ]);
  });
});
