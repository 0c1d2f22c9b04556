/** The hosted checkout page: the lines, a card form, a Pay button. */
import type Stripe from 'stripe';
import type { CheckoutAsked } from '../billing/checkout/blank-session.ts';
import type { CheckoutForm } from '../billing/checkout/completion.ts';
import { type Quote, quoteOf } from '../billing/checkout/quote.ts';
import type { StripeSandbox } from '../controls.ts';
import type { Answer } from '../protocol/answer.ts';
import { Fault } from '../world/fault.ts';
import { idOf } from '../world/world.ts';
import { cardFields, FOREIGN, fieldsOf, type Html, html, money, page, problem, refusal, seeOther } from './layout.ts';
import type { Page } from './page.ts';

const path = /^\/c\/pay\/(?<id>cs_\w+)$/;

export const checkoutPages: Page[] = [
  {
    method: 'GET',
    path,
    answer: (sandbox, _request, { id }) => withOpen(sandbox, id!, (session) => form(sandbox, session)),
  },
  {
    method: 'POST',
    path,
    answer(sandbox, request, { id }) {
      const fields = fieldsOf(request);
      if (!fields) return FOREIGN;
      return withOpen(sandbox, id!, (session) => pay(sandbox, session, fields));
    },
  },
];

function withOpen(sandbox: StripeSandbox, id: string, answer: (session: Stripe.Checkout.Session) => Answer): Answer {
  const session = sandbox.world.store.find('checkout.session', id);
  if (!session) return refusal(404, 'Checkout session not found.');
  if (session.status === 'open') return answer(session);
  const said = session.status === 'complete' ? 'This checkout is paid.' : 'This checkout has expired.';
  const back = session.status === 'complete' ? successUrl(session) : session.cancel_url;
  return page('Checkout', html`<h1>${said}</h1>${back && html`<p><a href="${back}">Go back</a></p>`}`, { status: 410 });
}

function pay(sandbox: StripeSandbox, session: Stripe.Checkout.Session, fields: Record<string, string>): Answer {
  if (fields.action === 'promotion') return form(sandbox, session, fields);
  try {
    const outcome = sandbox.customer.completeCheckout(session.id, formOf(fields));
    return outcome.status === 'complete' ? seeOther(successUrl(session)) : challenge(sandbox, session, fields);
  } catch (error) {
    if (error instanceof Fault) return form(sandbox, session, { ...fields, authentication: '' }, error.message);
    throw error;
  }
}

function formOf(fields: Record<string, string>): CheckoutForm {
  const { card, expiry, cvc, email, name, country, taxId, promotion, authentication } = fields;
  return {
    ...(card && { card }),
    ...(expiry && { expiry }),
    ...(cvc && { cvc }),
    ...(email && { email }),
    ...(name && { name }),
    ...(country && { country }),
    ...(taxId && { taxId: { type: 'eu_vat', value: taxId } }),
    ...(promotion && { promotionCode: promotion }),
    ...((authentication === 'passed' || authentication === 'failed') && { authentication }),
  };
}

function successUrl({ success_url: url, id }: Stripe.Checkout.Session): string {
  return (url ?? '/').replaceAll('{CHECKOUT_SESSION_ID}', id);
}

function form(
  sandbox: StripeSandbox,
  session: Stripe.Checkout.Session,
  fields: Record<string, string> = {},
  message?: string,
): Answer {
  const { world } = sandbox;
  const asked = world.notes.checkouts[session.id] as CheckoutAsked;
  const code = fields.promotion && promotionNamed(sandbox, fields.promotion);
  const fault = fields.promotion && !code ? 'This promotion code is not valid.' : message;
  const quote = quoteOf(world, session, code ? [{ promotion_code: code.id }] : asked.discounts);
  const currency = session.currency ?? 'usd';
  const customer = world.store.find('customer', idOf(session.customer) ?? '');
  const email = fields.email ?? (customer && !customer.deleted ? customer.email : null) ?? session.customer_email ?? '';
  const { amount_discount: discount = 0, amount_tax: tax = 0 } = session.total_details ?? {};
  const needsCard = quote.total > 0 || session.mode === 'setup' || session.payment_method_collection === 'always';
  const lines = quote.lines.map(({ price, line, subtotal }) => {
    const product = world.store.find('product', idOf(price.product));
    const each = price.recurring && html`<br><span class="soft">${rhythm(price)}</span>`;
    return html`<tr><td>${product?.name ?? price.id}${(line.quantity ?? 1) > 1 && ` × ${line.quantity}`}${each}</td><td class="number">${money(subtotal, currency)}</td></tr>`;
  });
  const days = asked.subscription?.trial_period_days;
  return page(
    'Checkout',
    html`<p class="soft">${world.settings.accountName}</p><h1>${titleOf(sandbox, session, quote)}</h1>
${problem(fault || undefined)}
<section class="card" aria-label="Order summary"><table>${lines}
${discount > 0 && html`<tr><td>Discount${code && ` (${code.code})`}</td><td class="number">−${money(discount, currency)}</td></tr>`}
${tax > 0 && html`<tr><td>Tax</td><td class="number">${money(tax, currency)}</td></tr>`}
${session.mode !== 'setup' && html`<tr class="total"><td>Due today</td><td class="number" id="total">${money(quote.total, currency)}</td></tr>`}</table>
${days !== undefined && html`<p class="soft">${days} days free, then the price above.</p>`}
${session.allow_promotion_codes && html`<form class="beside" method="post"><label>Promotion code<input name="promotion" autocomplete="off" value="${code ? code.code : (fields.promotion ?? '')}"></label><button name="action" value="promotion">Apply</button></form>`}</section>
<form class="card" method="post"><input type="hidden" name="promotion" value="${code ? code.code : ''}">
<label>Email<input name="email" type="email" autocomplete="email" required value="${email}"></label>
${needsCard && cardFields}
<label>Name on card<input name="name" autocomplete="name" value="${fields.name ?? ''}"></label>
${session.automatic_tax.enabled && html`<label>Country<input name="country" maxlength="2" value="${fields.country ?? 'US'}"></label>`}
${session.tax_id_collection?.enabled && html`<label>VAT number (businesses in the EU)<input name="taxId" autocomplete="off" placeholder="DE123456789" value="${fields.taxId ?? ''}"></label>`}
<button class="main" name="action" value="pay">${buttonOf(session, quote.total, currency, days !== undefined)}</button>
</form>${session.cancel_url && html`<p><a href="${session.cancel_url}">Back without paying</a></p>`}`,
    { status: fault ? 402 : 200 },
  );
}

function titleOf({ world }: StripeSandbox, session: Stripe.Checkout.Session, { lines }: Quote): string {
  if (session.mode === 'setup') return 'Save a card';
  const product = world.store.find('product', idOf(lines[0]?.price.product) ?? '')?.name ?? '';
  return session.mode === 'subscription' ? `Subscribe to ${product}` : `Pay for ${product}`;
}

function promotionNamed({ world }: StripeSandbox, typed: string): Stripe.PromotionCode | undefined {
  return world.store.all('promotion_code').find((one) => one.active && one.code.toUpperCase() === typed.toUpperCase());
}

function rhythm(price: Stripe.Price): string {
  const amount = price.unit_amount === null ? 'by usage' : money(price.unit_amount, price.currency);
  return `${amount} a ${price.recurring!.interval}`;
}

function buttonOf(session: Stripe.Checkout.Session, total: number, currency: string, trial: boolean): string {
  if (session.mode === 'setup') return 'Save the card';
  if (trial) return 'Start the trial';
  return session.mode === 'subscription' ? `Subscribe for ${money(total, currency)}` : `Pay ${money(total, currency)}`;
}

/** The 3-D Secure page, which a bank shows in reality: a button for each possible result. */
function challenge({ world }: StripeSandbox, session: Stripe.Checkout.Session, fields: Record<string, string>): Answer {
  const due = money(session.amount_total ?? 0, session.currency ?? 'usd');
  const kept = ['card', 'expiry', 'cvc', 'email', 'name', 'country', 'taxId', 'promotion'].map(
    (name): Html => html`<input type="hidden" name="${name}" value="${fields[name] ?? ''}">`,
  );
  return page(
    '3-D Secure',
    html`<h1>3-D Secure</h1><form class="card" method="post" action="/c/pay/${session.id}">${kept}
<p>${world.settings.accountName} asks for ${due}. Your bank wants to know that it is you who pays.</p>
<button class="main" name="authentication" value="passed">Complete</button>
<p><button name="authentication" value="failed" class="danger">Fail</button></p></form>`,
  );
}
