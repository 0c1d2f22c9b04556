/**
 * `npm run test:browser`: uses the hosted pages of the Stripe sandbox in Chromium, as a person does. Stores a screenshot of each in `artifacts/`.
 * Needs Chromium (Debian: apt-get install chromium); CHROMIUM is its path, if not /usr/bin/chromium.
 */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import Stripe from 'stripe';
import { type RunningSandbox, startStripeSandbox } from 'stripe-sandbox';
import { launchChromium, SCREENSHOTS } from './chromium.ts';

const DESKTOP = { width: 1_200, height: 900 };
const PHONE = { width: 390, height: 844 };

describe('the hosted pages', { timeout: 120_000 }, () => {
  let sandbox: RunningSandbox;
  let stripe: Stripe;
  let browser: Browser;
  let page: Page;
  let price: Stripe.Price;
  let yearly: Stripe.Price;
  const shop = createServer((request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end(`<h1>The shop: ${request.url?.split('?')[0]}</h1>`);
  });
  let shopUrl: string;

  before(async () => {
    sandbox = await startStripeSandbox({ seed: 1 });
    stripe = new Stripe('sk_test_browser', { host: '127.0.0.1', port: sandbox.port, protocol: 'http' });
    await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve));
    shopUrl = `http://127.0.0.1:${(shop.address() as AddressInfo).port}`;
    sandbox.addWebhook({ url: `${shopUrl}/webhook` });
    const product = await stripe.products.create({ name: 'Scale <b>& more</b>' });
    const terms = { product: product.id, currency: 'usd' };
    price = await stripe.prices.create({
      ...terms,
      unit_amount: 4_900,
      recurring: { interval: 'month' },
      lookup_key: 'monthly',
    });
    yearly = await stripe.prices.create({
      ...terms,
      unit_amount: 49_000,
      recurring: { interval: 'year' },
      lookup_key: 'yearly',
    });
    browser = await launchChromium();
    page = await browser.newPage({ viewport: DESKTOP });
    page.setDefaultTimeout(10_000);
  });
  after(async () => {
    await browser?.close();
    await sandbox?.close();
    shop.closeAllConnections();
    shop.close();
  });

  /** Takes a wide and a narrow screenshot of the current page. Fails if the page is wider than the screen. */
  async function picture(name: string): Promise<void> {
    for (const [suffix, viewport] of [
      ['', DESKTOP],
      ['-phone', PHONE],
    ] as const) {
      await page.setViewportSize(viewport);
      await page.screenshot({ path: `${SCREENSHOTS}/${name}${suffix}.png`, fullPage: true });
      const overflow = await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      assert.ok((overflow as number) <= 0, `${name} is wider than a screen of ${viewport.width}`);
    }
    await page.setViewportSize(DESKTOP);
    assert.match(await page.locator('.notice').innerText(), /no money moves/);
  }

  const checkout = (fields: Partial<Stripe.Checkout.SessionCreateParams> = {}) =>
    stripe.checkout.sessions.create({
      mode: 'subscription',
      line_items: [{ price: price.id, quantity: 1 }],
      success_url: `${shopUrl}/paid?session={CHECKOUT_SESSION_ID}`,
      cancel_url: `${shopUrl}/basket`,
      allow_promotion_codes: true,
      ...fields,
    });

  async function pay(card: string): Promise<void> {
    await page.getByLabel('Email').fill('ada@example.com');
    await page.getByLabel('Card number').fill(card);
    await page.getByRole('button', { name: /^(Subscribe|Pay|Start|Save)/ }).click();
  }

  it('take a card, and redirect to the shop', async () => {
    const { id, url } = await checkout();
    await page.goto(url!);
    assert.match(await page.locator('table').innerText(), /Scale <b>& more<\/b>/, 'a name is text, not HTML');
    await picture('checkout');
    await pay('4242 4242 4242 4242');
    await page.waitForURL(`${shopUrl}/paid?session=${id}`);
    assert.equal((await stripe.checkout.sessions.retrieve(id)).payment_status, 'paid');
    await page.goto(url!);
    assert.match(await page.locator('h1').innerText(), /is paid/);
  });

  it('say why a card was declined, and take another one', async () => {
    const { id, url } = await checkout();
    await page.goto(url!);
    await pay('4000 0000 0000 9995');
    assert.match(await page.getByRole('alert').innerText(), /insufficient funds/);
    await picture('checkout-declined');
    assert.equal((await stripe.checkout.sessions.retrieve(id)).status, 'open');
    await pay('4242424242424242');
    await page.waitForURL(/paid/);
  });

  it('show the 3-D Secure page for cards that require it', async () => {
    const { id, url } = await checkout();
    await page.goto(url!);
    await pay('4000 0027 6000 3184');
    await picture('three-d-secure');
    await page.getByRole('button', { name: 'Fail' }).click();
    assert.ok(await page.getByRole('alert').isVisible());
    await pay('4000 0027 6000 3184');
    await page.getByRole('button', { name: 'Complete' }).click();
    await page.waitForURL(/paid/);
    assert.equal((await stripe.checkout.sessions.retrieve(id)).status, 'complete');
  });

  it('apply a promotion code, and refuse an invalid one', async () => {
    const coupon = await stripe.coupons.create({ percent_off: 50, duration: 'once' });
    await stripe.promotionCodes.create({ code: 'HALF', promotion: { type: 'coupon', coupon: coupon.id } });
    await page.goto((await checkout()).url!);
    await page.getByLabel('Promotion code').fill('NOPE');
    await page.getByRole('button', { name: 'Apply' }).click();
    assert.match(await page.getByRole('alert').innerText(), /not valid/);
    await page.getByLabel('Promotion code').fill('half');
    await page.getByRole('button', { name: 'Apply' }).click();
    assert.equal(await page.locator('#total').innerText(), '$24.50');
    await picture('checkout-promotion');
    await pay('4242424242424242');
    await page.waitForURL(/paid/);
  });

  it('accept the tax number of a business abroad, which then pays no tax', async () => {
    const { id, url } = await checkout({ automatic_tax: { enabled: true }, tax_id_collection: { enabled: true } });
    await page.goto(url!);
    await page.getByLabel('Country').fill('DE');
    await page.getByLabel(/VAT number/).fill('DE123456789');
    await pay('4242424242424242');
    await page.waitForURL(/paid/);
    const { customer_details: details, amount_total: total } = await stripe.checkout.sessions.retrieve(id);
    assert.deepEqual(details!.tax_ids, [{ type: 'eu_vat', value: 'DE123456789' }]);
    assert.equal(total, 4_900);
  });

  it('lead back to the shop without paying', async () => {
    await page.goto((await checkout()).url!);
    await page.getByRole('link', { name: 'Back without paying' }).click();
    await page.waitForURL(`${shopUrl}/basket`);
  });

  it('let a customer change, cancel, resume and pay with another card', async () => {
    const customer = await stripe.customers.create({ email: 'grace@example.com', name: 'Grace' });
    const card = await stripe.paymentMethods.attach('pm_card_visa', { customer: customer.id });
    const terms = { customer: customer.id, default_payment_method: card.id };
    const { id } = await stripe.subscriptions.create({ ...terms, items: [{ price: price.id }] });
    const configuration = await stripe.billingPortal.configurations.create({
      features: {
        invoice_history: { enabled: true },
        payment_method_update: { enabled: true },
        subscription_cancel: { enabled: true, mode: 'at_period_end' },
        subscription_update: {
          enabled: true,
          default_allowed_updates: ['price'],
          proration_behavior: 'always_invoice',
          products: [{ product: price.product as string, prices: [price.id, yearly.id] }],
        },
      },
    });
    const returns = { return_url: `${shopUrl}/billing`, configuration: configuration.id };
    const session = await stripe.billingPortal.sessions.create({ customer: customer.id, ...returns });
    await page.goto(session.url);
    await picture('portal');
    const subscription = () => stripe.subscriptions.retrieve(id);

    await page.getByRole('button', { name: 'Cancel the subscription' }).click();
    assert.ok(await page.getByText(/Ends on/).isVisible());
    assert.equal((await subscription()).cancel_at, (await subscription()).items.data[0]!.current_period_end);
    await picture('portal-cancelled');
    await page.getByRole('button', { name: 'Keep the subscription' }).click();
    assert.ok(await page.getByText(/Renews on/).isVisible());

    await page.getByLabel('Plan').selectOption({ label: 'yearly' });
    await page.getByRole('button', { name: 'Change' }).click();
    assert.ok(await page.getByText('$490.00 a year').isVisible());
    assert.equal((await subscription()).items.data[0]!.price.id, yearly.id);

    await page.getByText('Use another card').click();
    await page.getByLabel('Card number').fill('5555 5555 5555 4444');
    await page.getByRole('button', { name: 'Save the card' }).click();
    assert.ok(await page.getByText(/mastercard ending in 4444/).isVisible());

    await page.getByRole('link', { name: /-0001$/ }).click();
    assert.match(await page.locator('#status').innerText(), /paid/);
    const pdf = await page.request.get(`${page.url()}/pdf`);
    assert.match((await pdf.body()).toString('latin1'), /^%PDF-1\.4/);
    await page.goto(session.url);
    await page.getByRole('link', { name: 'Back' }).click();
    await page.waitForURL(`${shopUrl}/billing`);
  });

  it('let an open invoice be paid', async () => {
    const customer = await stripe.customers.create({ email: 'joan@example.com' });
    const card = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer: customer.id });
    const terms = {
      customer: customer.id,
      default_payment_method: card.id,
      payment_behavior: 'allow_incomplete',
    } as const;
    const { latest_invoice: id } = await stripe.subscriptions.create({ ...terms, items: [{ price: price.id }] });
    const { hosted_invoice_url: url } = await stripe.invoices.retrieve(id as string);
    await page.goto(url!);
    await picture('invoice-open');
    await page.getByLabel('Card number').fill('4000 0000 0000 0341');
    await page.getByRole('button', { name: /^Pay/ }).click();
    assert.ok(await page.getByRole('alert').isVisible());
    await page.getByLabel('Card number').fill('4242 4242 4242 4242');
    await page.getByRole('button', { name: /^Pay/ }).click();
    assert.match(await page.locator('#status').innerText(), /paid/);
    assert.equal((await stripe.invoices.retrieve(id as string)).status, 'paid');
  });

  it('show everything on the dashboard, advance time, resend an event, and fail a payment', async () => {
    await page.goto(sandbox.url);
    await picture('dashboard');
    const before = sandbox.clock.now();
    await page.getByLabel('Advance time by days').fill('40');
    await page.getByRole('button', { name: 'Advance' }).click();
    await page.waitForLoadState();
    assert.ok(sandbox.clock.now() - before >= 40 * 86_400);
    const attempts = () => sandbox.deliveries.all().length;
    const sent = attempts();
    await page.getByRole('button', { name: 'Resend' }).first().click();
    await page.waitForLoadState();
    assert.ok(attempts() > sent);
    await page.getByRole('button', { name: 'Fail the next payment' }).first().click();
    assert.ok(await page.getByText('the next payment fails').isVisible());
    await page.emulateMedia({ colorScheme: 'dark' });
    await picture('dashboard-dark');
    await page.emulateMedia({ colorScheme: 'light' });
    await picture('dashboard-later');
  });

  it('refuse a form of another site', async () => {
    const { url } = await checkout();
    const response = await fetch(url!, {
      method: 'POST',
      headers: { origin: 'https://evil.example', 'content-type': 'application/x-www-form-urlencoded' },
      body: 'card=4242424242424242&email=a@example.com&action=pay',
    });
    assert.equal(response.status, 403);
  });
});
