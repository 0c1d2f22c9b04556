import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { assertProblem, startTestService } from '../../../../test/service.ts';
import { MINUTE_MS } from '../../../platform/clock.ts';
import {
  type BillingService,
  createBillingScene,
  DECLINED_CARD,
  FAILING_CARD,
  RETURNS,
  startBillingService,
} from '../testing/scene.ts';

describe('a subscription', () => {
  let billing: BillingService;
  before(async () => {
    billing = await startBillingService();
  });
  after(() => billing.close());

  it('is granted when Stripe says that it exists, not when somebody comes back from paying', async () => {
    const scene = await createBillingScene(billing);
    await scene.subscribe({ plan: 'scale' });
    assert.equal(await scene.access(), 'free none');
    await billing.deliver();
    assert.equal(await scene.access(), 'scale active');
    const { features, limits, because } = (await scene.ask('/entitlements')).body;
    assert.equal(features.singleSignOn, true);
    assert.equal(limits.projects, null);
    assert.ok(Date.parse(because.until) > billing.test.clock.now().getTime());
    const { body } = await scene.ask('/subscription');
    assert.deepEqual(
      [body.plan, body.interval, body.currency, body.unitAmount, body.quantity, body.paymentMethod.last4],
      ['scale', 'month', 'usd', 49_900, 1, '4242'],
    );
    const [invoice] = (await scene.ask('/invoices')).body.data;
    assert.deepEqual([invoice.status, invoice.total, invoice.amountPaid], ['paid', 49_900, 49_900]);
    assert.ok(invoice.hostedUrl && invoice.pdfUrl && invoice.number);
    await billing.test.mail(scene.owner.email, /receipt|payment/i);
  });

  it('has a trial, once for an organization, with a reminder before it ends', async () => {
    const scene = await createBillingScene(billing);
    await scene.subscribe({ plan: 'pro' });
    await billing.deliver();
    assert.equal(await scene.access(), 'pro trialing');
    billing.advanceDays(12);
    await billing.deliver();
    await billing.test.mail(scene.owner.email, /trial/i);
    await scene.change({ cancelAtPeriodEnd: true });
    billing.advanceDays(3);
    await billing.deliver();
    assert.equal(await scene.access(), 'free none');
    await scene.subscribe({ plan: 'pro' });
    await billing.deliver();
    assert.equal(await scene.access(), 'pro active', 'without a second trial');
    assert.equal(scene.subjects().filter((subject) => /trial/i.test(subject)).length, 1);
  });

  it('changes at once where the difference is paid, and shows it before', async () => {
    const scene = await createBillingScene(billing);
    await scene.subscribe({ plan: 'scale' });
    await billing.deliver();
    billing.advanceDays(10);
    const preview = await scene.ask('/subscription/preview', { body: { interval: 'year' } });
    assert.equal(preview.status, 200, JSON.stringify(preview.body));
    assert.ok(preview.body.dueNow > 400_000 && preview.body.dueNow < 499_000, JSON.stringify(preview.body));
    assert.ok(preview.body.lines.length >= 2);
    const changed = await scene.change({ interval: 'year' });
    assert.equal(changed.status, 200, JSON.stringify(changed.body));
    assert.deepEqual([changed.body.interval, changed.body.unitAmount], ['year', 499_000]);
    const [invoice] = (await scene.ask('/invoices')).body.data;
    assert.equal(invoice.total, preview.body.dueNow, 'what was shown is what was charged');
  });

  it('grants nothing of a change that ends the trial before it is paid', async () => {
    const scene = await createBillingScene(billing);
    await scene.subscribe({ plan: 'pro' }, FAILING_CARD);
    await billing.deliver();
    const { body } = await scene.change({ plan: 'scale' });
    assert.deepEqual([body.plan, body.status], ['pro', 'trialing']);
    assert.ok(body.pendingUntil);
    await billing.deliver();
    assert.equal(await scene.access(), 'pro trialing');
  });

  it('survives a missed payment for the grace, then gives way to the free plan, and comes back when it is paid', async (t) => {
    const scene = await createBillingScene(billing);
    await scene.subscribe({ plan: 'scale' });
    await billing.deliver();
    const id = (await scene.ask('/subscription')).body.id;
    const customer = (await billing.stripe.subscriptions.retrieve(id)).customer as string;
    const failing = await billing.stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer });
    await billing.stripe.customers.update(customer, { invoice_settings: { default_payment_method: failing.id } });
    await billing.stripe.subscriptions.update(id, { default_payment_method: failing.id });
    billing.advanceDays(32);
    await billing.deliver();
    assert.equal(await scene.access(), 'scale past_due');
    await billing.test.mail(scene.owner.email, /fail|declined|payment/i);
    const graceEnds = async () => (await scene.ask('/entitlements')).body.because.until;
    const ends = await graceEnds();
    billing.advanceDays(5);
    // One more that cannot be paid begins no grace of its own.
    const { data: items } = (await billing.stripe.subscriptions.retrieve(id)).items;
    const [price] = (await billing.stripe.prices.list({ lookup_keys: ['scale_year_usd'] })).data;
    const item = items.find((each) => each.price.metadata.kind === 'plan')!;
    await billing.stripe.subscriptions.update(id, {
      items: [{ id: item.id, price: price!.id }],
      proration_behavior: 'always_invoice',
    });
    assert.equal((await billing.stripe.invoices.list({ customer, status: 'open' })).data.length, 2);
    await billing.deliver();
    assert.equal(await graceEnds(), ends);
    billing.advanceDays(2);
    await billing.deliver();
    assert.equal(await scene.access(), 'free past_due');
    const { databaseUrl } = billing.test.service.config;
    const patient = await startTestService({
      ...{ databaseUrl, clock: billing.test.clock, jobs: false },
      env: { BILLING_GRACE_DAYS: '30' },
    });
    t.after(() => patient.close());
    assert.equal((await patient.service.billing.entitlements.of(scene.id)).because.plan, 'scale', 'as long as is set');

    const good = await billing.stripe.paymentMethods.attach('pm_card_visa', { customer });
    await billing.stripe.subscriptions.update(id, { default_payment_method: good.id });
    const open = await billing.stripe.invoices.list({ customer, status: 'open' });
    for (const invoice of open.data) await billing.stripe.invoices.pay(invoice.id, { payment_method: good.id });
    await billing.deliver();
    assert.equal(await scene.access(), 'scale active');
  });

  it('ends with its period when it is cancelled, and can be resumed until then', async () => {
    const scene = await createBillingScene(billing);
    await scene.subscribe({ plan: 'scale' });
    await billing.deliver();
    const cancelled = await scene.change({ cancelAtPeriodEnd: true });
    assert.ok(cancelled.body.cancelAt);
    assert.equal((await scene.change({ cancelAtPeriodEnd: false })).body.cancelAt, null);
    await scene.change({ cancelAtPeriodEnd: true });
    billing.advanceDays(29);
    await billing.deliver();
    assert.equal(await scene.access(), 'scale active');
    billing.advanceDays(3);
    await billing.deliver();
    assert.equal(await scene.access(), 'free none');
    assertProblem(await scene.change({ cancelAtPeriodEnd: false }), 409, 'not_subscribed');
    assert.equal(scene.subjects().filter((subject) => /cancel/i.test(subject)).length, 1);
  });

  it('goes on where the date that was set in the dashboard for its end is taken back', async () => {
    const scene = await createBillingScene(billing);
    await scene.subscribe({ plan: 'scale' });
    await billing.deliver();
    const { id } = (await scene.ask('/subscription')).body;
    const cancel_at = Math.floor(billing.test.clock.now().getTime() / 1_000) + 86_400;
    await billing.stripe.subscriptions.update(id, { cancel_at });
    await billing.deliver();
    assert.equal(Date.parse((await scene.ask('/subscription')).body.cancelAt), cancel_at * 1_000);
    assert.equal((await scene.change({ cancelAtPeriodEnd: false })).body.cancelAt, null);
    assert.equal((await billing.stripe.subscriptions.retrieve(id)).cancel_at, null);
  });

  it('is one: a second checkout is refused while one is open, or while it lives', async () => {
    const scene = await createBillingScene(billing);
    const body = { plan: 'scale', interval: 'month', ...RETURNS };
    const open = await scene.ask('/checkout-sessions', { body });
    const second = await scene.ask('/checkout-sessions', { body });
    assertProblem(second, 409, 'checkout_open');
    assert.equal(second.body.checkout.url, open.body.url);
    const replacing = await scene.ask('/checkout-sessions', { body: { ...body, replace: true } });
    assert.equal(replacing.status, 201);
    assert.equal((await billing.stripe.checkout.sessions.retrieve(open.body.id)).status, 'expired');
    billing.sandbox.customer.completeCheckout(replacing.body.id, { card: '4242424242424242' });
    // Not even before the event has come.
    assertProblem(await scene.ask('/checkout-sessions', { body }), 409, 'already_subscribed');
  });

  it('is opened once where twenty ask at a time', async () => {
    const scene = await createBillingScene(billing);
    const body = { plan: 'scale', interval: 'month', ...RETURNS, replace: true };
    const answers = await Promise.all(Array.from({ length: 20 }, () => scene.ask('/checkout-sessions', { body })));
    for (const { status } of answers) assert.ok([201, 409].includes(status), String(status));
    const open = await billing.stripe.checkout.sessions.list({ status: 'open', limit: 100 });
    assert.equal(open.data.filter((session) => session.client_reference_id === scene.id).length, 1);
    const customers = await billing.stripe.customers.list({ limit: 100 });
    assert.equal(customers.data.filter(({ metadata }) => metadata.organization_id === scene.id).length, 1);
  });

  it('is bought by a customer at Stripe with the name of the organization and the address of its own owner', async () => {
    await createBillingScene(billing);
    const scene = await createBillingScene(billing);
    await scene.subscribe({ plan: 'scale' });
    const { data } = await billing.stripe.customers.list({ limit: 100 });
    const customer = data.find(({ metadata }) => metadata.organization_id === scene.id);
    const { name } = (await scene.ask('')).body;
    assert.deepEqual([customer?.name, customer?.email], [name, scene.owner.email]);
  });

  for (const late of [false, true]) {
    const outcome = late ? 'the one that was let in after a minute' : 'the first';
    it(`is opened once where another asks while Stripe takes long over the first: by ${outcome}`, async () => {
      const scene = await createBillingScene(billing);
      const body = { plan: 'scale', interval: 'month', ...RETURNS, replace: true };
      const { sessions } = billing.stripe.checkout;
      const { create } = sessions;
      const [reached, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      sessions.create = async (...args: Parameters<typeof create>) => {
        sessions.create = create;
        reached.resolve();
        await release.promise;
        return create.apply(sessions, args);
      };
      const first = scene.ask('/checkout-sessions', { body });
      await reached.promise;
      if (late) billing.test.clock.advance(MINUTE_MS);
      const second = await scene.ask('/checkout-sessions', { body });
      release.resolve();
      const [opened, refused] = late ? [second, await first] : [await first, second];
      assert.equal(opened.status, 201, JSON.stringify(opened.body));
      assertProblem(refused, 409, 'checkout_open');
      const open = await billing.stripe.checkout.sessions.list({ status: 'open', limit: 100 });
      assert.deepEqual(
        open.data.filter((session) => session.client_reference_id === scene.id).map(({ id }) => id),
        [opened.body.id],
      );
    });
  }

  it('is offered with the decimals of each currency, in an answer that may be cached for five minutes', async () => {
    const { body, headers } = await billing.test.request('/v1/plans');
    assert.equal(headers.get('cache-control'), 'public, max-age=300');
    assert.deepEqual([body.currencies, body.minorDigits], [['usd', 'eur'], { usd: 2, eur: 2 }]);
  });

  it('refuses what is not sold, by name', async () => {
    const scene = await createBillingScene(billing);
    const valid = { plan: 'pro', interval: 'month', ...RETURNS };
    const faults: [Record<string, unknown>, string][] = [
      [{ plan: 'free' }, 'unknown_plan'],
      [{ plan: 'constructor' }, 'unknown_plan'],
      [{ currency: 'jpy' }, 'unknown_currency'],
      [{ promotionCode: 'NOPE' }, 'unknown_promotion_code'],
      [{ quantity: 0 }, 'validation_failed'],
      [{ quantity: 5 }, 'invalid_quantity'],
      [{ plan: 'scale', quantity: 2 }, 'invalid_quantity'],
      [{ interval: 'week' }, 'validation_failed'],
      [{ successUrl: 'https://evil.example/paid' }, 'redirect_not_allowed'],
      [{ cancelUrl: 'https://app.example.com.evil.example/' }, 'redirect_not_allowed'],
      [{ cancelUrl: 'javascript:alert(1)' }, 'redirect_not_allowed'],
      [{ cancelUrl: '/billing' }, 'validation_failed'],
    ];
    for (const [fault, code] of faults)
      assertProblem(await scene.ask('/checkout-sessions', { body: { ...valid, ...fault } }), 400, code);
    assertProblem(await scene.ask('/subscription'), 404, 'not_subscribed');
    assertProblem(await scene.change({ plan: 'scale' }), 409, 'not_subscribed');
    const products = { product: 'unicorn', ...RETURNS };
    assertProblem(await scene.ask('/purchases', { body: products }), 400, 'unknown_product');
  });

  it('is not sold to a card that is declined', async () => {
    const scene = await createBillingScene(billing);
    const { body } = await scene.ask('/checkout-sessions', { body: { plan: 'scale', interval: 'month', ...RETURNS } });
    assert.throws(() => billing.sandbox.customer.completeCheckout(body.id, { card: DECLINED_CARD }));
    await billing.deliver();
    assert.equal(await scene.access(), 'free none');
  });
});
