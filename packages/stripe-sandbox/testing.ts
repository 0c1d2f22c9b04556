/** The setup of this package's tests: a sandbox with a stopped clock, the unmodified SDK over HTTP, a catalog. */
import type { TestContext } from 'node:test';
import Stripe from 'stripe';
import { type RunningSandbox, type ServerOptions, startStripeSandbox } from './sandbox.ts';

/** 1 January 2027, 00:00 UTC: the start of a month with 31 days. */
export const START = Date.UTC(2027, 0, 1) / 1000;
export const DAY = 86_400;

export interface Bench {
  sandbox: RunningSandbox;
  stripe: Stripe;
}

/** Starts a sandbox for one test, on a free port, with an SDK client that does not retry. */
export async function bench(t: TestContext, options: ServerOptions = {}): Promise<Bench> {
  const sandbox = await startStripeSandbox({ seed: 1, startAt: START, ...options });
  t.after(() => sandbox.close());
  return { sandbox, stripe: sdkFor(sandbox) };
}

export function sdkFor(sandbox: RunningSandbox, config: Stripe.StripeConfig = {}): Stripe {
  return new Stripe('sk_test_sandbox', {
    host: '127.0.0.1',
    port: sandbox.port,
    protocol: 'http',
    maxNetworkRetries: 0,
    ...config,
  });
}

/** Creates a product with a monthly price of that many cents; `params` override the price's fields. */
export async function monthly(
  stripe: Stripe,
  cents: number | undefined,
  params: Partial<Stripe.PriceCreateParams> = {},
): Promise<Stripe.Price> {
  const product = await stripe.products.create({ name: `Plan at ${cents}` });
  return stripe.prices.create({
    product: product.id,
    currency: 'usd',
    ...(cents !== undefined && { unit_amount: cents }),
    recurring: { interval: 'month' },
    ...params,
  });
}

/** Creates a customer whose default payment method is that card. */
export async function customerWith(
  stripe: Stripe,
  card = 'pm_card_visa',
  params: Stripe.CustomerCreateParams = {},
): Promise<Stripe.Customer> {
  const customer = await stripe.customers.create({ email: 'ada@example.com', name: 'Ada', ...params });
  const method = await stripe.paymentMethods.attach(card, { customer: customer.id });
  return stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: method.id } });
}

/** The types of all events, oldest first. */
export async function eventTypes(stripe: Stripe): Promise<string[]> {
  const types: string[] = [];
  for await (const event of stripe.events.list({ limit: 100 })) types.unshift(event.type);
  return types;
}

/** The latest subscription of a customer, whatever its status. */
export async function latestSubscription(stripe: Stripe, customer: string): Promise<Stripe.Subscription> {
  const { data } = await stripe.subscriptions.list({ customer, status: 'all', limit: 1 });
  return data[0]!;
}
