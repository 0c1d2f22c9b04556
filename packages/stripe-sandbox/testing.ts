/** What the tests of this package start from: a sandbox with a standing clock, the unmodified SDK over HTTP, a catalog. */
import type { TestContext } from 'node:test';
import Stripe from 'stripe';
import { type RunningSandbox, type ServerOptions, startStripeSandbox } from './sandbox.ts';

/** 1 January 2027, 00:00 UTC: a month of 31 days. */
export const START = Date.UTC(2027, 0, 1) / 1000;
export const DAY = 86_400;

export interface Bench {
  sandbox: RunningSandbox;
  stripe: Stripe;
}

/** A sandbox of its own for a test, on a free port, with an SDK that talks to it and does not retry. */
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

/** A product with a monthly price of that many cents, or what `params` make of it. */
export async function monthly(
  stripe: Stripe,
  cents: number,
  params: Partial<Stripe.PriceCreateParams> = {},
): Promise<Stripe.Price> {
  const product = await stripe.products.create({ name: `Plan at ${cents}` });
  return stripe.prices.create({
    product: product.id,
    currency: 'usd',
    unit_amount: cents,
    recurring: { interval: 'month' },
    ...params,
  });
}

/** A customer who pays with that card by default. */
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
