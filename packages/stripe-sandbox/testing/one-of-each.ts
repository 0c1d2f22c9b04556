/** One object of every kind that the sandbox has, to compare their fields with Stripe's. */
import type Stripe from 'stripe';
import type { RunningSandbox } from '../sandbox.ts';
import { customerWith, DAY, monthly, sdkFor } from '../testing.ts';

/** Creates one object of every kind, by its name in the fixtures. */
export async function oneOfEach(sandbox: RunningSandbox): Promise<Record<string, object>> {
  const stripe = sdkFor(sandbox);
  const meter = await stripe.billing.meters.create({
    display_name: 'Calls',
    event_name: 'calls',
    default_aggregation: { formula: 'sum' },
  });
  const price = await monthly(stripe, 1000);
  const customer = await customerWith(stripe, 'pm_card_visa', { address: { country: 'DE' }, balance: -100 });
  const coupon = await stripe.coupons.create({ percent_off: 10, duration: 'forever' });
  const promotionCode = await stripe.promotionCodes.create({ promotion: { type: 'coupon', coupon: coupon.id } });
  const checkout = await stripe.checkout.sessions.create({
    mode: 'subscription',
    customer: customer.id,
    line_items: [{ price: price.id, quantity: 2 }],
    discounts: [{ promotion_code: promotionCode.id }],
    automatic_tax: { enabled: true },
    success_url: 'https://example.com',
  });
  sandbox.customer.completeCheckout(checkout.id, { card: '4242424242424242' });
  const session = await stripe.checkout.sessions.retrieve(checkout.id, { expand: ['line_items'] });
  const subscription = await stripe.subscriptions.retrieve(session.subscription as string, { expand: ['discounts'] });
  const invoice = await stripe.invoices.retrieve(subscription.latest_invoice as string, { expand: ['payments'] });
  const payment = invoice.payments!.data[0]!;
  const intent = await stripe.paymentIntents.retrieve(payment.payment.payment_intent as string);
  const charge = await stripe.charges.retrieve(intent.latest_charge as string);
  const refund = await stripe.refunds.create({ charge: charge.id, amount: 100 });
  const creditNote = await stripe.creditNotes.create({
    invoice: invoice.id,
    lines: [{ type: 'invoice_line_item', invoice_line_item: invoice.lines.data[0]!.id, amount: 50 }],
    credit_amount: 50,
  });
  await stripe.paymentIntents.create({
    amount: 500,
    currency: 'usd',
    confirm: true,
    payment_method: 'pm_card_createDispute',
  });
  const invoiceItem = await stripe.invoiceItems.create({ customer: customer.id, amount: 5, currency: 'usd' });
  const portal = await stripe.billingPortal.sessions.create({ customer: customer.id });
  const leaving = await stripe.customers.create({});
  const now = sandbox.clock.now();
  const start = Math.floor(now / DAY) * DAY;
  const tax = invoice.total_taxes![0]!.tax_rate_details!.tax_rate;
  return {
    'billing.meter': meter,
    'billing.meter_event': await stripe.billing.meterEvents.create({
      event_name: 'calls',
      identifier: 'one',
      payload: { stripe_customer_id: customer.id, value: '3' },
    }),
    'billing.meter_event_adjustment': await stripe.billing.meterEventAdjustments.create({
      event_name: 'calls',
      type: 'cancel',
      cancel: { identifier: 'one' },
    }),
    'billing.meter_event_summary': (
      await stripe.billing.meters.listEventSummaries(meter.id, {
        customer: customer.id,
        start_time: start,
        end_time: start + DAY,
      })
    ).data[0]!,
    'billing_portal.configuration': await stripe.billingPortal.configurations.retrieve(portal.configuration as string),
    'billing_portal.session': portal,
    charge: await stripe.charges.retrieve(charge.id, { expand: ['refunds'] }),
    'checkout.session': session,
    coupon,
    credit_note: creditNote,
    credit_note_line_item: creditNote.lines.data[0]!,
    customer: await stripe.customers.retrieve(customer.id),
    customer_balance_transaction: (await stripe.customers.listBalanceTransactions(customer.id)).data[0]!,
    deleted_customer: await stripe.customers.del(leaving.id),
    discount: subscription.discounts[0] as Stripe.Discount,
    dispute: (await stripe.disputes.list()).data[0]!,
    event: (await stripe.events.list({ limit: 1 })).data[0]!,
    invoice,
    invoice_payment: payment,
    invoiceitem: invoiceItem,
    item: session.line_items!.data[0]!,
    line_item: invoice.lines.data[0]!,
    payment_intent: intent,
    payment_method: await stripe.paymentMethods.retrieve(charge.payment_method!),
    plan: subscription.items.data[0]!.plan,
    price,
    product: await stripe.products.retrieve(price.product as string),
    promotion_code: promotionCode,
    refund,
    setup_intent: await stripe.setupIntents.create({ customer: customer.id }),
    subscription,
    subscription_item: subscription.items.data[0]!,
    tax_id: await stripe.customers.createTaxId(customer.id, { type: 'eu_vat', value: 'DE123456789' }),
    tax_rate: await stripe.taxRates.retrieve(tax),
    'test_helpers.test_clock': await stripe.testHelpers.testClocks.create({ frozen_time: now }),
    webhook_endpoint: await stripe.webhookEndpoints.create({
      url: 'http://127.0.0.1:9/',
      enabled_events: ['payout.created'],
    }),
  };
}
