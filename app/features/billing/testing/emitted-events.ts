/** For each event of billing, a change that emits it. */
import { rows } from '../../../../test/conditions.ts';
import type { Change, Changes } from '../../../../test/emitted-events.ts';
import { type BillingScene, createBillingScene, FAILING_CARD, startBillingService } from './scene.ts';

export async function startChanges(): Promise<Changes> {
  const billing = await startBillingService();
  const { test, stripe } = billing;
  const { operations, usage } = test.service.billing;

  /** @param find a query that finds a row once the change is stored. $1 is the organization */
  function change({ id }: BillingScene, find: string, make: () => Promise<unknown>): Change {
    return { organizationId: id, make, isMade: async () => (await rows(test, find, id)).length > 0 };
  }
  /** What happened at Stripe is stored. */
  const projected = (scene: BillingScene, find: string) =>
    change(scene, find, async () => {
      await operations.reconcile({ apply: true });
      await billing.settle();
    });
  const subscription = (condition: string) =>
    `select 1 from billing_subscriptions where organization_id = $1 and ${condition}`;
  const invoice = (condition: string) => `select 1 from billing_invoices where organization_id = $1 and ${condition}`;

  /** @returns also the subscription's id at Stripe */
  async function subscribed() {
    const scene = await createBillingScene(billing);
    await scene.subscribe({ plan: 'scale' });
    await billing.deliver();
    return { scene, id: (await scene.ask('/subscription')).body.id as string };
  }
  async function buying(find: string): Promise<Change> {
    const scene = await createBillingScene(billing);
    await scene.subscribe({ plan: 'scale' });
    return projected(scene, find);
  }
  async function consuming(quantity: number): Promise<Change> {
    const scene = await createBillingScene(billing);
    const find = `select 1 from billing_consumption where organization_id = $1 and used = ${quantity}`;
    return change(scene, find, () =>
      test.service.db.transaction((tx) => usage.consume(tx, scene.id, 'apiCalls', quantity)),
    );
  }

  const prepare: Changes['prepare'] = {
    'subscription.started': () => buying(subscription('true')),
    async 'subscription.changed'() {
      const { scene, id } = await subscribed();
      const { items } = await stripe.subscriptions.retrieve(id);
      await stripe.subscriptions.update(id, { items: [{ id: items.data[0]!.id, quantity: 2 }] });
      return projected(scene, subscription('quantity = 2'));
    },
    async 'subscription.ended'() {
      const { scene, id } = await subscribed();
      await stripe.subscriptions.cancel(id);
      return projected(scene, subscription(`status = 'canceled'`));
    },
    'invoice.paid': () => buying(invoice(`status = 'paid'`)),
    async 'invoice.payment_failed'() {
      const scene = await createBillingScene(billing);
      await scene.subscribe({ plan: 'pro' }, FAILING_CARD);
      await billing.deliver();
      billing.advanceDays(15.1);
      return projected(scene, invoice(`status = 'open' and attempt_count > 0`));
    },
    'entitlements.changed': () => buying(subscription('true')),
    'usage.limit_near': () => consuming(800),
    'usage.limit_reached': () => consuming(1_000),
  };
  return { test, prepare, close: () => billing.close() };
}
