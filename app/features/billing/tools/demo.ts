import Stripe from 'stripe';
import type { Stage, Variables } from '../../../../scripts/demo/stage.ts';
import { describeAmount } from '../../../platform/currencies.ts';
import { SANDBOX_KEY } from '../settings.ts';
import { payHostedPage } from './hosted-page.ts';

const DAY_SECONDS = 86_400;

/**
 * An organization buys a plan, changes it, misses a payment and pays it, cancels, and gets money back; time is moved by a test clock.
 * @param env the settings of the service: where its Stripe sandbox is, and the key for it
 */
export async function story(stage: Stage, env: Variables): Promise<void> {
  const { step, until, elsewhere, mail, expect } = stage;
  const sandbox = env.STRIPE_API_BASE ?? `http://localhost:${env.STRIPE_SANDBOX_PORT ?? 12_111}`;
  const { hostname: host, port } = new URL(sandbox);
  const stripe = new Stripe(env.STRIPE_SECRET_KEY ?? SANDBOX_KEY, { host, port, protocol: 'http' });

  stage.chapter('Joan looks at the plans, and opens a checkout');
  const email = stage.newAddress('joan');
  const password = 'correct horse battery staple';
  await step('Joan registers', '/v1/users', 202, { body: { email, password, name: 'Joan' } });
  const { token: proof } = await mail('Joan reads the email', email, /confirm/i);
  await step('Joan verifies', '/v1/email-verifications/confirm', 204, { body: { token: proof } });
  const { body: session } = await step('Joan signs in', '/v1/sessions', 201, { body: { email, password } });
  const token: string = session.accessToken;
  const { body: founded } = await step('found an organization', '/v1/organizations', 201, {
    token,
    body: { name: 'Harbour Lights' },
  });
  const path = `/v1/organizations/${founded.id}`;
  const { body: catalog } = await step('look at the plans', '/v1/plans', 200);
  expect(catalog.plans.length >= 3, 'there are no plans');
  await step('list what may be used now', `${path}/entitlements`, 200, { token });

  // The sandbox starts shortly after the service.
  const prices = () => stripe.prices.list({ lookup_keys: ['pro_month_usd'] });
  await stage.patiently('Stripe does not have the catalog yet', async () => (await prices()).data.length > 0);

  // With a test clock a year passes in a second. A customer on a test clock must be created in Stripe; the service finds it by its metadata.
  const clock = await elsewhere(
    'Stripe: a test clock',
    () => stripe.testHelpers.testClocks.create({ frozen_time: Math.floor(Date.now() / 1_000), name: 'demo' }),
    ({ status }) => status,
  );
  const customer = await elsewhere(
    'Stripe: a customer on that clock',
    () => stripe.customers.create({ email, test_clock: clock.id, metadata: { organization_id: founded.id } }),
    ({ id }) => id,
  );
  const isAdopted = (body: { data: { action: string }[] }) =>
    body.data.some(({ action }) => action === 'customer.adopted');
  await until('the service adopts it', `${path}/audit-events`, isAdopted, { token });
  let frozen = clock.frozen_time;
  const pass = async (days: number) => {
    frozen += days * DAY_SECONDS;
    await elsewhere(
      `Stripe: ${days} days pass`,
      async () => {
        await stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: frozen });
        for (;;) {
          const now = await stripe.testHelpers.testClocks.retrieve(clock.id);
          if (now.status === 'ready') return now;
        }
      },
      ({ frozen_time: at }) => new Date(at * 1_000).toISOString().slice(0, 10),
    );
  };
  const access = (what: string, plan: string, status: string) =>
    until(what, `${path}/entitlements`, ({ because }) => because.plan === plan && because.status === status, { token });

  // In development the service itself serves these pages in place of a frontend.
  const returns = { successUrl: `${stage.apiUrl}/?paid`, cancelUrl: `${stage.apiUrl}/` };
  const checkout = { plan: 'pro', interval: 'month', ...returns };
  await step('a return address of another site is refused', `${path}/checkout-sessions`, 400, {
    token,
    body: { ...checkout, successUrl: 'https://evil.example/' },
  });
  const { body: opened } = await step('open a checkout of Pro', `${path}/checkout-sessions`, 201, {
    token,
    body: checkout,
  });
  await step('open another one', `${path}/checkout-sessions`, 409, { token, body: checkout });
  await elsewhere(
    'pay on the hosted page with 4242 4242 4242 4242',
    () => payHostedPage(opened.url, '4242424242424242'),
    (status) => `redirected with ${status}`,
  ).then((status) => expect(status === 303, `the hosted page answered ${status}`));
  await access('Pro is there, on trial', 'pro', 'trialing');

  stage.chapter('Trial, renewal, upgrade');
  await pass(12);
  await mail('an email announces the end of the trial', email, /trial/i);
  await pass(4);
  await access('the first month is paid', 'pro', 'active');
  await mail('the receipt', email, /receipt/i);
  await pass(15);
  const upgrade = { plan: 'scale' };
  const { body: preview } = await step('preview the cost of Scale', `${path}/subscription/preview`, 200, {
    token,
    body: upgrade,
  });
  const { body: scaled } = await step('change to Scale', `${path}/subscription`, 200, {
    method: 'PATCH',
    token,
    body: upgrade,
  });
  expect(scaled.plan === 'scale', `the plan is ${scaled.plan}`);
  const { body: invoices } = await step('list invoices', `${path}/invoices`, 200, { token });
  expect(invoices.data[0].total === preview.dueNow, `${preview.dueNow} was shown, ${invoices.data[0].total} charged`);
  await pass(31);
  await access('the next month is paid', 'scale', 'active');

  stage.chapter('A card fails');
  const subscription = scaled.id;
  await elsewhere(
    'Stripe: the card now fails',
    async () => {
      const failing = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer: customer.id });
      return stripe.subscriptions.update(subscription, { default_payment_method: failing.id });
    },
    ({ status }) => status,
  );
  await pass(15);
  await access('overdue, with Scale during the grace period', 'scale', 'past_due');
  await mail('an email asks for another card', email, /payment|card/i);
  await pass(8);
  await access('the free plan after the grace period', 'free', 'past_due');
  const paid = await elsewhere(
    'Stripe: another card pays the open invoice',
    async () => {
      const good = await stripe.paymentMethods.attach('pm_card_visa', { customer: customer.id });
      await stripe.subscriptions.update(subscription, { default_payment_method: good.id });
      const open = await stripe.invoices.list({ customer: customer.id, status: 'open' });
      return stripe.invoices.pay(open.data[0]!.id, { payment_method: good.id });
    },
    ({ amount_paid, currency }) => `paid ${describeAmount(amount_paid, currency)}`,
  );
  await access('Scale is back', 'scale', 'active');

  stage.chapter('Joan cancels, and gets a refund');
  const cancel = (cancelAtPeriodEnd: boolean) => ({ method: 'PATCH', token, body: { cancelAtPeriodEnd } });
  await step('cancel at the end of the period', `${path}/subscription`, 200, cancel(true));
  await mail('an email says when the subscription ends', email, /cancel/i);
  await elsewhere(
    'Stripe: the last invoice is refunded',
    () => stripe.creditNotes.create({ invoice: paid.id, amount: paid.amount_paid, refund_amount: paid.amount_paid }),
    ({ total, currency }) => `refunded ${describeAmount(total, currency)}`,
  );
  const isRefunded = (body: { data: { id: string; amountRefunded: number }[] }) =>
    body.data.some(({ id, amountRefunded }) => id === paid.id && amountRefunded === paid.amount_paid);
  await until('the invoice says so', `${path}/invoices`, isRefunded, { token });
  await pass(32);
  await access('the period is over', 'free', 'none');
  await step('resuming is refused', `${path}/subscription`, 409, cancel(false));
}
