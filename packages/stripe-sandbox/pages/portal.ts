/** The customer portal: the subscription, the card and the invoices, as far as the configuration allows. */
import type Stripe from 'stripe';
import { attach } from '../billing/payments/payment-methods.ts';
import type { StripeSandbox } from '../controls.ts';
import type { Answer } from '../protocol/answer.ts';
import { Fault } from '../world/fault.ts';
import { idOf } from '../world/world.ts';
import { enteredCard } from './entered-card.ts';
import { chipOf } from './invoice.ts';
import {
  ask,
  cardFields,
  day,
  FOREIGN,
  fieldsOf,
  type Html,
  html,
  money,
  page,
  problem,
  refusal,
  seeOther,
} from './layout.ts';
import type { Page } from './page.ts';

const path = /^\/p\/session\/(?<secret>[\w-]+)$/;

export const portalPages: Page[] = [
  {
    method: 'GET',
    path,
    answer: (sandbox, _request, { secret }) => withSession(sandbox, secret!, (session) => show(sandbox, session)),
  },
  {
    method: 'POST',
    path,
    answer(sandbox, request, { secret }) {
      const fields = fieldsOf(request);
      if (!fields) return FOREIGN;
      return withSession(sandbox, secret!, (session) => act(sandbox, session, secret!, fields));
    },
  },
];

function withSession<T extends Answer | Promise<Answer>>(
  sandbox: StripeSandbox,
  secret: string,
  answer: (session: Stripe.BillingPortal.Session) => T,
): T | Answer {
  const session = sandbox.customer.portalSession(secret);
  return session ? answer(session) : refusal(404, 'This link is not valid any more.');
}

async function act(
  sandbox: StripeSandbox,
  session: Stripe.BillingPortal.Session,
  secret: string,
  fields: Record<string, string>,
): Promise<Answer> {
  const { features } = configurationOf(sandbox, session);
  const own = subscriptionsOf(sandbox, session).find(({ id }) => id === fields.subscription);
  let message = 'This action is not available.';
  if (fields.action === 'cancel' && own && features.subscription_cancel.enabled) {
    const now = features.subscription_cancel.mode === 'immediately';
    // Under flexible billing Stripe's portal sets the time, not `cancel_at_period_end`.
    const asked = now
      ? await ask(sandbox, 'DELETE', `/v1/subscriptions/${own.id}`)
      : await ask(sandbox, 'POST', `/v1/subscriptions/${own.id}`, { cancel_at: 'max_period_end' });
    message = asked.message;
  } else if (fields.action === 'resume' && own) {
    ({ message } = await ask(sandbox, 'POST', `/v1/subscriptions/${own.id}`, { cancel_at: '' }));
  } else if (fields.action === 'change' && own && features.subscription_update.enabled) {
    ({ message } = await ask(sandbox, 'POST', `/v1/subscriptions/${own.id}`, {
      'items[0][id]': own.items.data[0]!.id,
      'items[0][price]': fields.price ?? '',
      proration_behavior: features.subscription_update.proration_behavior,
    }));
  } else if (fields.action === 'card' && features.payment_method_update.enabled) {
    message = await replaceCard(sandbox, session.customer, fields);
  }
  return message ? show(sandbox, session, message) : seeOther(`/p/session/${secret}`);
}

/** Makes the new card the default of the customer and of every subscription. @returns an error message, or an empty string */
async function replaceCard(sandbox: StripeSandbox, customer: string, fields: Record<string, string>): Promise<string> {
  try {
    const method = attach(sandbox.world, enteredCard(sandbox, customer, fields), customer);
    const invoicing = { 'invoice_settings[default_payment_method]': method.id };
    const asked = [await ask(sandbox, 'POST', `/v1/customers/${customer}`, invoicing)];
    for (const { id } of liveOf(sandbox, customer))
      asked.push(await ask(sandbox, 'POST', `/v1/subscriptions/${id}`, { default_payment_method: method.id }));
    return asked.find(({ ok }) => !ok)?.message ?? '';
  } catch (error) {
    if (error instanceof Fault) return error.message;
    throw error;
  }
}

function configurationOf({ world }: StripeSandbox, session: Stripe.BillingPortal.Session) {
  return world.store.get('billing_portal.configuration', idOf(session.configuration));
}

function liveOf({ world }: StripeSandbox, customer: string): Stripe.Subscription[] {
  const over = ['canceled', 'incomplete_expired'];
  return world.store.all('subscription').filter((one) => idOf(one.customer) === customer && !over.includes(one.status));
}

const subscriptionsOf = (sandbox: StripeSandbox, { customer }: Stripe.BillingPortal.Session) =>
  liveOf(sandbox, customer);

function show(sandbox: StripeSandbox, session: Stripe.BillingPortal.Session, message?: string): Answer {
  const { features } = configurationOf(sandbox, session);
  const subscriptions = subscriptionsOf(sandbox, session);
  const customer = sandbox.world.store.find('customer', session.customer);
  const name = customer && !customer.deleted ? (customer.name ?? customer.email ?? customer.id) : session.customer;
  return page(
    'Billing',
    html`<h1>Billing of ${name}</h1>
${session.return_url && html`<p><a href="${session.return_url}">Back</a></p>`}${problem(message)}
<h2>Subscription</h2>${subscriptions.length === 0 && html`<p class="card soft">None.</p>`}
${subscriptions.map((one) => subscriptionCard(sandbox, one, features))}
${features.payment_method_update.enabled && cards(sandbox, session.customer)}
${features.invoice_history.enabled && invoices(sandbox, session.customer)}`,
    { status: message ? 402 : 200 },
  );
}

function subscriptionCard(
  { world }: StripeSandbox,
  one: Stripe.Subscription,
  features: Stripe.BillingPortal.Configuration.Features,
): Html {
  const [item] = one.items.data;
  const product = world.store.find('product', idOf(item?.price.product) ?? '');
  const amount = item?.price.unit_amount;
  const ends = one.cancel_at_period_end && item ? item.current_period_end : one.cancel_at;
  const button = (action: string, text: string, style = '') =>
    html`<form class="inline" method="post"><input type="hidden" name="subscription" value="${one.id}"><button class="${style}" name="action" value="${action}">${text}</button></form>`;
  const choices = world.store
    .all('price')
    .filter(
      (price) =>
        price.active &&
        world.store.find('product', idOf(price.product))?.active &&
        price.recurring &&
        price.unit_amount !== null &&
        price.currency === one.currency,
    );
  return html`<section class="card"><p><b>${product?.name ?? one.id}</b>${item && (item.quantity ?? 1) > 1 && ` × ${item.quantity}`} <span class="chip ${chipOf(one.status)}">${one.status}</span></p>
<p class="soft">${amount !== null && amount !== undefined && `${money(amount, one.currency)} a ${item?.price.recurring?.interval}. `}${
    ends ? `Ends on ${day(ends)}.` : item && `Renews on ${day(item.current_period_end)}.`
  }</p>
${
  features.subscription_update.enabled &&
  html`<form class="inline" method="post"><input type="hidden" name="subscription" value="${one.id}"><label>Plan<select name="price">${choices.map(
    (price) =>
      html`<option value="${price.id}"${price.id === item?.price.id && html` selected`}>${price.lookup_key ?? price.id}</option>`,
  )}</select></label><button name="action" value="change">Change</button></form>`
}
${ends ? button('resume', 'Keep the subscription') : features.subscription_cancel.enabled && button('cancel', 'Cancel the subscription', 'danger')}</section>`;
}

function cards({ world }: StripeSandbox, customer: string): Html {
  const methods = world.store.all('payment_method').filter((one) => idOf(one.customer) === customer);
  const owner = world.store.find('customer', customer);
  const standard = owner && !owner.deleted ? idOf(owner.invoice_settings.default_payment_method) : null;
  return html`<h2>Card</h2><section class="card"><ul>${methods.map(
    ({ id, card }) =>
      html`<li>${card?.brand} ending in ${card?.last4}, ${card?.exp_month} / ${card?.exp_year}${id === standard && html` <span class="chip good">default</span>`}</li>`,
  )}</ul>
<details><summary>Use another card</summary><form method="post">${cardFields}<button class="main" name="action" value="card">Save the card</button></form></details></section>`;
}

function invoices({ world }: StripeSandbox, customer: string): Html {
  const own = world.store
    .all('invoice')
    .filter((one) => idOf(one.customer) === customer && one.status !== 'draft')
    .toReversed();
  return html`<h2>Invoices</h2><section class="card scroll"><table><tr><th>Date</th><th>Number</th><th>Status</th><th class="number">Total</th></tr>${own.map(
    (one) =>
      html`<tr><td>${day(one.created)}</td><td><a href="/i/${one.id}">${one.number ?? one.id}</a></td><td><span class="chip ${chipOf(one.status)}">${one.status}</span></td><td class="number">${money(one.total, one.currency)}</td></tr>`,
  )}</table></section>`;
}
