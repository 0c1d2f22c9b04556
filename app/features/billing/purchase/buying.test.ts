import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { auditActions, auditTrail, eventually } from '../../../../test/conditions.ts';
import { assertProblem, startTestService, type TestService } from '../../../../test/service.ts';
import type { CallerGuard } from '../../../platform/http/operations/guard.ts';
import type { OrganizationAccess } from '../../organizations/organizations.ts';
import { DELETE } from '../../organizations/testing/scene.ts';
import {
  type BillingScene,
  type BillingService,
  createBillingScene,
  DISPUTED_CARD,
  GOOD_CARD,
  RETURNS,
  startBillingService,
} from '../testing/scene.ts';

describe('what an organization buys and uses', () => {
  let billing: BillingService;
  before(async () => {
    billing = await startBillingService();
  });
  after(() => billing.close());

  const customerOf = async ({ id }: BillingScene) => {
    const { data } = await billing.stripe.customers.list({ limit: 100 });
    return data.find(({ metadata }) => metadata.organization_id === id)!;
  };

  describe('a one-off product', () => {
    async function buy(scene: BillingScene, quantity: number, card = GOOD_CARD): Promise<string> {
      const body = { product: 'projectPack', quantity, currency: 'eur', ...RETURNS };
      const opened = await scene.ask('/purchases', { body });
      assert.equal(opened.status, 201, JSON.stringify(opened.body));
      billing.sandbox.customer.completeCheckout(opened.body.id, { card });
      await billing.deliver();
      const [invoice] = (await scene.ask('/invoices')).body.data;
      assert.deepEqual([invoice.product, invoice.status, invoice.currency], ['projectPack', 'paid', 'eur']);
      return invoice.id;
    }
    const projects = async (scene: BillingScene) => (await scene.ask('/entitlements')).body.limits.projects;

    it('adds to the limits of any plan, for good', async () => {
      const scene = await createBillingScene(billing);
      assert.equal(await projects(scene), 3);
      await buy(scene, 2);
      assert.equal(await projects(scene), 23);
      await billing.test.mail(scene.owner.email, /receipt/i);
    });

    it('is taken back when it is refunded, and only then', async () => {
      const scene = await createBillingScene(billing);
      const invoice = await buy(scene, 1);
      const { refund } = billing.test.service.billing.operations;
      for (const amount of [0, 100_000_000])
        await assert.rejects(refund(invoice, amount), { code: 'invalid_quantity' });
      assert.deepEqual(await refund(invoice, 1_000).then(({ amount, currency }) => [amount, currency]), [1_000, 'eur']);
      assert.equal(await projects(scene), 13, 'a part of it is a courtesy');
      await refund(invoice);
      await billing.settle();
      assert.equal(await projects(scene), 3);
      await assert.rejects(refund(invoice), { code: 'conflict' });
      await assert.rejects(refund('in_unknown'), { code: 'not_found' });
      const [shown] = (await scene.ask('/invoices')).body.data;
      assert.equal(shown.amountRefunded, shown.amountPaid);
    });

    it('is refunded once where the answer of Stripe was lost and it is asked for again', async () => {
      const scene = await createBillingScene(billing);
      const invoice = await buy(scene, 1);
      const { refund } = billing.test.service.billing.operations;
      billing.sandbox.troubles.plan({ kind: 'failAfter', path: '/v1/credit_notes' });
      await assert.rejects(refund(invoice, 1_000), { code: 'payments_unavailable' });
      await refund(invoice, 1_000);
      const { data } = await billing.stripe.creditNotes.list({ invoice });
      assert.deepEqual(
        data.map(({ amount }) => amount),
        [1_000],
      );
    });

    it('is taken back when it is refunded in the dashboard, with no credit note', async () => {
      const scene = await createBillingScene(billing);
      const invoice = await buy(scene, 1);
      const payments = await billing.stripe.invoicePayments.list({ invoice });
      const payment_intent = payments.data[0]!.payment.payment_intent as string;
      await billing.stripe.refunds.create({ payment_intent, amount: 500 });
      await billing.deliver();
      assert.equal(await projects(scene), 13);
      assert.equal((await scene.ask('/invoices')).body.data[0].amountRefunded, 500);
      await billing.stripe.refunds.create({ payment_intent });
      await billing.deliver();
      assert.equal(await projects(scene), 3);
      await assert.rejects(billing.test.service.billing.operations.refund(invoice), { code: 'conflict' });
      assert.ok((await auditActions(billing.test, scene.id)).includes('invoice.refunded'));
    });

    it('that is disputed is on the trail, and counted until it is answered', async () => {
      const scene = await createBillingScene(billing);
      await buy(scene, 1, DISPUTED_CARD);
      assert.ok((await auditActions(billing.test, scene.id)).includes('dispute.opened'));
      const { values } = await billing.test.service.metrics.billing_open_disputes.get();
      assert.equal(values[0]!.value, 1);
      assert.ok(billing.test.logs.some((line) => line.includes('a payment is disputed')));
      const [dispute] = (await billing.stripe.disputes.list()).data;
      await billing.stripe.disputes.update(dispute!.id, { evidence: { uncategorized_text: 'winning_evidence' } });
      await billing.deliver();
      const closed = (await auditTrail(billing.test, scene.id)).filter(({ action }) => action === 'dispute.closed');
      assert.deepEqual(
        closed.map(({ details }) => (details as { status: string }).status),
        ['won'],
      );
      assert.equal((await billing.test.service.metrics.billing_open_disputes.get()).values[0]!.value, 0);
    });
  });

  describe('seats', () => {
    it('follow the members, who are charged pro rata', async () => {
      const scene = await createBillingScene(billing);
      await scene.add('member');
      await scene.subscribe({ plan: 'pro' });
      await billing.deliver();
      assert.equal((await scene.ask('/subscription')).body.quantity, 2);
      const joined = await scene.add('member');
      await billing.settle();
      await billing.deliver();
      assert.equal((await scene.ask('/subscription')).body.quantity, 3);
      await scene.as(scene.owner, `/members/${joined.id}`, DELETE);
      await billing.settle();
      await billing.deliver();
      assert.equal((await scene.ask('/subscription')).body.quantity, 2);
      assertProblem(await scene.change({ quantity: 5 }), 400, 'invalid_quantity');
    });

    it('are limited by the plan: who is invited already counts', async () => {
      const scene = await createBillingScene(billing);
      const limit = 25;
      const people = Array.from({ length: limit - 1 }, (_, index) => `guest${index}.${scene.id}@example.com`);
      for (const email of people) assert.equal((await scene.invite(email, 'member')).status, 201);
      const refused = await scene.invite(`one.too.many.${scene.id}@example.com`, 'member');
      assertProblem(refused, 402, 'limit_reached');
      assert.deepEqual([refused.body.limit, refused.body.allowed, refused.body.plan], ['members', limit, 'pro']);
    });
  });

  describe('usage', () => {
    /** The sum that Stripe knows of, of this minute and the next. */
    async function usageAtStripe(scene: BillingScene): Promise<number> {
      const [meter] = (await billing.stripe.billing.meters.list()).data;
      const start = Math.floor(billing.test.clock.now().getTime() / 60_000) * 60;
      const summaries = await billing.stripe.billing.meters.listEventSummaries(meter!.id, {
        customer: (await customerOf(scene)).id,
        start_time: start,
        end_time: start + 120,
      });
      return summaries.data.reduce((total, { aggregated_value }) => total + aggregated_value, 0);
    }

    /** Waits until the only usage of an organization is told. */
    const reported = (scene: BillingScene) =>
      eventually('the report that is told', async () => {
        const { rows } = await billing.test.service.db.$client.query(
          'select 1 from billing_usage_events where organization_id = $1 and reported_at is not null',
          [scene.id],
        );
        return rows.length === 1;
      });

    it('is counted once for an Idempotency-Key, summed, and told to Stripe', async () => {
      const scene = await createBillingScene(billing);
      await scene.subscribe({ plan: 'scale' });
      await billing.deliver();
      const body = { meter: 'apiCalls', quantity: 40 };
      const once = { body, headers: { 'idempotency-key': 'a-report' } };
      for (const call of [once, once, { body }]) assert.equal((await scene.ask('/usage', call)).status, 202);
      await billing.settle();
      const now = billing.test.clock.now();
      const [from, to] = [new Date(now.getTime() - 60_000), new Date(now.getTime() + 60_000)].map((at) =>
        at.toISOString(),
      );
      const sum = await scene.ask(`/usage?meter=apiCalls&from=${from}&to=${to}`);
      assert.equal(sum.body.quantity, 80);
      assert.equal((await scene.ask('/entitlements')).body.usage.apiCalls, 80);
      assert.equal(await usageAtStripe(scene), 80);
    });

    it('counts once at Stripe where its answer was lost and it is told again', async () => {
      const scene = await createBillingScene(billing);
      await scene.subscribe({ plan: 'scale' });
      await billing.deliver();
      billing.sandbox.troubles.plan({ kind: 'failAfter', path: '/v1/billing/meter_events' });
      assert.equal((await scene.ask('/usage', { body: { meter: 'apiCalls', quantity: 7 } })).status, 202);
      await reported(scene);
      assert.equal(await usageAtStripe(scene), 7);
    });

    it('survives an outage of Stripe, and is told once it is back', async () => {
      const scene = await createBillingScene(billing);
      await scene.subscribe({ plan: 'scale' });
      await billing.deliver();
      billing.sandbox.troubles.set({ fail: 1 });
      assert.equal((await scene.ask('/usage', { body: { meter: 'apiCalls', quantity: 7 } })).status, 202);
      await eventually('a report that failed', async () => {
        const { rows } = await billing.test.service.db.$client.query(
          `select 1 from pgboss.job where name = 'billing.report-usage' and state = 'retry'`,
        );
        return rows.length > 0;
      });
      billing.sandbox.troubles.reset();
      await reported(scene);
    });

    it('refuses what is not counted, or too long ago', async () => {
      const scene = await createBillingScene(billing);
      const report = (fields: object) => scene.ask('/usage', { body: { meter: 'apiCalls', quantity: 1, ...fields } });
      assertProblem(await report({ meter: 'storage' }), 400, 'unknown_meter');
      assertProblem(await report({ occurredAt: '2020-01-01T00:00:00Z' }), 400, 'invalid_period');
      assertProblem(await report({ occurredAt: '2040-01-01T00:00:00Z' }), 400, 'invalid_period');
      assertProblem(await report({ quantity: 0 }), 400, 'validation_failed');
      const backwards = '/usage?meter=apiCalls&from=2026-12-01T00:00:00Z&to=2026-11-01T00:00:00Z';
      assertProblem(await scene.ask(backwards), 400, 'invalid_period');
    });

    it('up to a limit is used up by no more than that, however many ask at once; a mail comes before', async () => {
      const scene = await createBillingScene(billing);
      const { db, billing: service } = billing.test.service;
      const consume = (quantity: number) =>
        db
          .transaction((tx) => service.usage.consume(tx, scene.id, 'apiCalls', quantity))
          .then(
            () => 'used',
            ({ code }) => code,
          );
      const outcomes = await Promise.all(Array.from({ length: 30 }, () => consume(50)));
      assert.deepEqual([outcomes.filter((each) => each === 'used').length, new Set(outcomes).size], [20, 2]);
      assert.ok(outcomes.includes('limit_reached'));
      await billing.test.mail(scene.owner.email, /limit|API calls/i);
      billing.advanceDays(31);
      assert.equal(await consume(1), 'used', 'a new month');
    });
  });

  describe('entitlements', () => {
    it('cost a guarded route no query while they are known', async () => {
      const scene = await createBillingScene(billing);
      const { db, billing: service } = billing.test.service;
      const { enter } = service.requireFeature(guardOf(scene.id), 'auditExport');
      const request = {} as never;
      await assert.rejects(enter(request));
      const { query } = db.$client;
      let queries = 0;
      const counting = (...args: unknown[]) => {
        if (JSON.stringify(args[0]).includes('billing_')) queries++;
        return (query as (...each: unknown[]) => unknown).apply(db.$client, args);
      };
      db.$client.query = counting as typeof query;
      try {
        for (let call = 0; call < 10; call++) await assert.rejects(enter(request), { code: 'feature_not_included' });
        assert.equal(queries, 0);
        await service.entitlements.of('0198ffff-ffff-7fff-8fff-ffffffffffff');
        assert.equal(queries, 3, 'what is not known is read');
      } finally {
        db.$client.query = query;
      }
    });

    it('change at once in every process that keeps them', async (t) => {
      const scene = await createBillingScene(billing);
      const { databaseUrl } = billing.test.service.config;
      const other = await startTestService({ databaseUrl, jobs: false, clock: billing.test.clock });
      t.after(() => other.close());
      const fromMemory = ({ billing: { entitlements }, feed }: TestService['service']) =>
        eventually('memory answers', async () => {
          await entitlements.of(scene.id);
          await feed.refresh();
          const known = entitlements.of(scene.id);
          return known instanceof Promise ? undefined : known;
        });
      for (const { service } of [billing.test, other]) {
        assert.equal((await fromMemory(service)).because.plan, 'free');
      }
      await scene.subscribe({ plan: 'scale' });
      await billing.deliver();
      for (const { service } of [billing.test, other]) {
        const { entitlements } = service.billing;
        await eventually('the change', async () => (await entitlements.of(scene.id)).because.plan === 'scale');
        assert.equal((await fromMemory(service)).because.plan, 'scale', 'and that is kept too');
      }
    });

    it('guard routes: 402 with the plan that would allow it', async () => {
      const scene = await createBillingScene(billing);
      const { enter } = billing.test.service.billing.requireFeature(guardOf(scene.id), 'singleSignOn');
      const request = {} as never;
      await assert.rejects(enter(request), (error: { code: string; extensions: object }) => {
        assert.equal(error.code, 'feature_not_included');
        assert.deepEqual(error.extensions, { feature: 'singleSignOn', plan: 'scale' });
        return true;
      });
      await scene.subscribe({ plan: 'scale' });
      await billing.deliver();
      await eventually('the guard lets pass', () =>
        enter(request).then(
          () => true,
          () => false,
        ),
      );
    });
  });

  it('ends when the organization is deleted: with the period when that is asked for, at Stripe too when it is purged', async () => {
    const scene = await createBillingScene(billing);
    await scene.subscribe({ plan: 'scale' });
    await billing.deliver();
    assert.equal((await scene.ask('', DELETE)).status, 204);
    await billing.settle();
    const customer = await customerOf(scene);
    const [subscription] = (await billing.stripe.subscriptions.list({ customer: customer.id })).data;
    assert.equal(subscription!.cancel_at_period_end, true);

    billing.advanceDays(15);
    await billing.test.service.organizations.handlers[0]!.handle({}, {} as never);
    await billing.settle();
    assert.equal((await billing.stripe.customers.retrieve(customer.id)).deleted, true);
    assert.equal((await billing.stripe.subscriptions.retrieve(subscription!.id)).status, 'canceled');
    // Of an organization that is gone: taken in, and of no effect.
    await billing.deliver();
    const { billing: service } = billing.test.service;
    assert.equal((await service.entitlements.of(scene.id)).because.status, 'none');
  });

  it('is a customer that was made in the dashboard, where that names the organization', async () => {
    const scene = await createBillingScene(billing);
    const made = await billing.stripe.customers.create({ metadata: { organization_id: scene.id } });
    for (const organization_id of ['nonsense', '0198ffff-ffff-7fff-8fff-ffffffffffff'])
      await billing.stripe.customers.create({ metadata: { organization_id } });
    await billing.deliver();
    assert.ok((await auditActions(billing.test, scene.id)).includes('customer.adopted'));
    const id = await scene.subscribe({ plan: 'scale' });
    assert.equal((await billing.stripe.checkout.sessions.retrieve(id)).customer, made.id);
  });

  it('a customer that is deleted at Stripe leaves a tombstone, and the next checkout makes another one', async () => {
    const scene = await createBillingScene(billing);
    await scene.subscribe({ plan: 'scale' });
    await billing.deliver();
    const gone = await customerOf(scene);
    await billing.stripe.customers.del(gone.id);
    await billing.deliver();
    assert.equal(await scene.access(), 'free none');
    await scene.subscribe({ plan: 'scale' });
    await billing.deliver();
    assert.equal(await scene.access(), 'scale active');
    assert.notEqual((await customerOf(scene)).id, gone.id);
  });

  it('opens the portal', async () => {
    const scene = await createBillingScene(billing);
    const opened = await scene.ask('/portal-sessions', { body: { returnUrl: RETURNS.cancelUrl } });
    assert.equal(opened.status, 201, JSON.stringify(opened.body));
    assert.match(opened.body.url, /^http/);
    const elsewhere = { returnUrl: 'https://evil.example/' };
    assertProblem(await scene.ask('/portal-sessions', { body: elsewhere }), 400, 'redirect_not_allowed');
  });

  it('is shown to those who may see it, and changed by those who may manage it', async () => {
    const scene = await createBillingScene(billing);
    const member = await scene.add('member');
    const accountant = await scene.add('billing');
    assertProblem(await scene.as(member, '/invoices'), 403, 'forbidden');
    assert.equal((await scene.as(member, '/entitlements')).status, 200);
    assert.equal((await scene.as(accountant, '/invoices')).status, 200);
  });

  it('while Stripe is away or talks nonsense: 503, nothing granted, nothing lost', async () => {
    const scene = await createBillingScene(billing);
    const body = { plan: 'scale', interval: 'month', ...RETURNS };
    for (const trouble of [{ fail: 1 }, { rateLimit: 1 }, { garbage: 1 }]) {
      billing.sandbox.troubles.set(trouble);
      const refused = await scene.ask('/checkout-sessions', { body });
      assertProblem(refused, 503, 'payments_unavailable');
      assert.ok(refused.headers.get('retry-after'));
      assertProblem(
        await scene.ask('/portal-sessions', { body: { returnUrl: RETURNS.cancelUrl } }),
        503,
        'payments_unavailable',
      );
      assert.equal(await scene.access(), 'free none');
      billing.sandbox.troubles.reset();
    }
    assert.equal((await scene.ask('/checkout-sessions', { body })).status, 201);
  });
});

/** A guard that lets everybody into one organization. */
function guardOf(organizationId: string): CallerGuard<OrganizationAccess> {
  const access = { organizationId } as OrganizationAccess;
  return { errors: [], security: [], enter: async () => access, callerId: () => '', ownerId: () => organizationId };
}
