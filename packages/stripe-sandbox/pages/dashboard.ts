/** The dashboard: customers, subscriptions, invoices, clocks, events and deliveries, with buttons for time and trouble. */
import type Stripe from 'stripe';
import type { StripeSandbox } from '../controls.ts';
import type { Answer } from '../protocol/answer.ts';
import { furthest } from '../resources/test-clocks.ts';
import type { TroubleRates } from '../world/trouble.ts';
import { idOf } from '../world/world.ts';
import { chipOf } from './invoice.ts';
import { ask, day, FOREIGN, fieldsOf, type Html, html, moment, money, page, problem, seeOther } from './layout.ts';
import type { Page } from './page.ts';

const SHOWN = 30;
const RATES = [
  'duplicate',
  'reorder',
  'delay',
  'drop',
  'rateLimit',
  'fail',
  'slow',
] as const satisfies (keyof TroubleRates)[];
const MAX_DAYS = 800;

export const dashboardPages: Page[] = [
  { method: 'GET', path: /^\/$/, answer: (sandbox) => show(sandbox) },
  {
    method: 'POST',
    path: /^\/$/,
    async answer(sandbox, request) {
      const fields = fieldsOf(request);
      if (!fields) return FOREIGN;
      const message = await act(sandbox, fields);
      return message ? show(sandbox, message) : seeOther('/');
    },
  },
];

/** @returns an error message, or an empty string */
async function act(sandbox: StripeSandbox, fields: Record<string, string>): Promise<string> {
  switch (fields.action) {
    case 'advance': {
      const days = Number(fields.days);
      if (!(days > 0 && days <= MAX_DAYS)) return `The number of days must be more than 0 and at most ${MAX_DAYS}.`;
      if (!fields.clock) {
        sandbox.clock.advance({ days });
        return '';
      }
      const clock = sandbox.world.store.find('test_helpers.test_clock', fields.clock);
      if (!clock) return 'Clock not found.';
      return advanceTestClock(sandbox, clock, clock.frozen_time + Math.round(days * 86_400));
    }
    case 'resend': {
      const delivery = sandbox.deliveries.all().find(({ id }) => id === fields.delivery);
      if (!delivery) return 'Delivery not found.';
      sandbox.deliveries.resend(delivery.event, delivery.endpoint);
      return '';
    }
    case 'decline':
      sandbox.troubles.declineNext('generic_decline', fields.customer || undefined);
      return '';
    case 'forget':
      sandbox.troubles.forgetDecline(fields.customer ?? '');
      return '';
    case 'trouble': {
      const rates = RATES.map((name) => [name, Number(fields[name] ?? 0) / 100] as const);
      if (rates.some(([, rate]) => !(rate >= 0 && rate <= 1))) return 'Rates are 0 to 100 %.';
      sandbox.troubles.set(Object.fromEntries(rates));
      return '';
    }
    default:
      return 'Unknown action.';
  }
}

/** Advances a test clock, in steps as long as Stripe's API allows. @returns an error message, or an empty string */
async function advanceTestClock(
  sandbox: StripeSandbox,
  clock: Stripe.TestHelpers.TestClock,
  until: number,
): Promise<string> {
  while (clock.frozen_time < until) {
    const frozen_time = String(Math.min(until, furthest(sandbox.world, clock)));
    const asked = await ask(sandbox, 'POST', `/v1/test_helpers/test_clocks/${clock.id}/advance`, { frozen_time });
    if (!asked.ok) return asked.message;
  }
  return '';
}

function show(sandbox: StripeSandbox, message?: string): Answer {
  const { store } = sandbox.world;
  const customers = store.all('customer').toReversed();
  const clocks = store.all('test_helpers.test_clock').toReversed().slice(0, SHOWN);
  return page(
    'Dashboard',
    html`<h1>Stripe sandbox <span class="soft">${moment(sandbox.clock.now())} UTC</span> <a class="button" href="/">Refresh</a></h1>${problem(message)}
<section class="card"><form class="inline" method="post"><label>Advance time by days<input name="days" type="number" min="0" max="${MAX_DAYS}" step="any" value="31"></label>
<label>of<select name="clock"><option value="">customers without a test clock</option>${clocks.map(
      (clock) => html`<option value="${clock.id}">${clock.name ?? clock.id} (${day(clock.frozen_time)})</option>`,
    )}</select></label><button name="action" value="advance">Advance</button></form>
<details${Object.entries(sandbox.troubles.rates).some(([name, rate]) => (RATES as readonly string[]).includes(name) && rate > 0) && html` open`}><summary>Trouble</summary>${troubleForm(sandbox)}</details></section>
<h2>Customers (${customers.length})</h2>${customerTable(sandbox, customers.slice(0, SHOWN))}
<h2>Invoices</h2>${invoiceTable(sandbox)}
<h2>Events and deliveries</h2>${deliveryTable(sandbox)}`,
    { wide: true, status: message ? 400 : 200 },
  );
}

function troubleForm({ troubles }: StripeSandbox): Html {
  const inputs = RATES.map(
    (name) =>
      html`<label>${name} %<input name="${name}" type="number" min="0" max="100" value="${Math.round(troubles.rates[name] * 100)}"></label>`,
  );
  return html`<p>Probability in percent of each trouble: deliveries that are duplicated, reordered, delayed or dropped; requests that are refused (429), fail (500) or are slow.</p>
<form class="inline" method="post">${inputs}<button name="action" value="trouble">Set</button></form>`;
}

/** Shows if the customer's next payment fails, with the button that changes it. */
function nextPayment({ troubles }: StripeSandbox, customer: string): Html {
  const fails = troubles.declines.some((one) => one.customer === customer);
  const [action, text] = fails ? ['forget', 'Let it succeed'] : ['decline', 'Fail the next payment'];
  return html`${fails && html`<span class="chip bad">the next payment fails</span> `}<form class="inline" method="post"><input type="hidden" name="customer" value="${customer}"><button name="action" value="${action}">${text}</button></form>`;
}

function customerTable(sandbox: StripeSandbox, customers: ReturnType<StripeSandbox['world']['store']['all']>): Html {
  const rows = (customers as { id: string; deleted?: boolean; name?: string | null; email?: string | null }[]).map(
    (customer) => {
      const subscriptions = sandbox.world.store.all('subscription').filter((one) => idOf(one.customer) === customer.id);
      const shown = subscriptions.map((one) => {
        const price = one.items.data[0]?.price;
        return html`<div>${price?.lookup_key ?? price?.id} <span class="chip ${chipOf(one.status)}">${one.status}</span></div>`;
      });
      return html`<tr><td>${customer.name ?? customer.email ?? ''}<br><code>${customer.id}</code></td><td>${shown}</td><td>${customer.deleted ? html`<span class="chip bad">deleted</span>` : nextPayment(sandbox, customer.id)}</td></tr>`;
    },
  );
  return html`<section class="card scroll"><table><tr><th>Customer</th><th>Subscriptions</th><th>Next payment</th></tr>${rows}</table></section>`;
}

function invoiceTable({ world }: StripeSandbox): Html {
  const rows = world.store
    .all('invoice')
    .toReversed()
    .slice(0, SHOWN)
    .map(
      (one) =>
        html`<tr><td>${day(one.created)}</td><td><a href="/i/${one.id}">${one.number ?? one.id}</a></td><td><code>${idOf(one.customer)}</code></td><td><span class="chip ${chipOf(one.status)}">${one.status}</span></td><td class="number">${money(one.total, one.currency)}</td></tr>`,
    );
  return html`<section class="card scroll"><table><tr><th>Date</th><th>Number</th><th>Customer</th><th>Status</th><th class="number">Total</th></tr>${rows}</table></section>`;
}

function deliveryTable({ world, deliveries }: StripeSandbox): Html {
  const rows = deliveries
    .all()
    .toReversed()
    .slice(0, SHOWN)
    .map((one) => {
      const last = one.attempts.at(-1);
      const event = world.store.find('event', one.event);
      const answered = last ? `${last.status ?? 'no answer'}, attempt ${one.attempts.length}` : 'not sent yet';
      return html`<tr><td>${event && moment(event.created)}</td><td>${one.type}<br><code>${one.event}</code></td><td>${one.url}</td><td><span class="chip ${chipOf(one.status)}">${one.status}</span><br><span class="soft">${answered}</span></td>
<td><form class="inline" method="post"><input type="hidden" name="delivery" value="${one.id}"><button name="action" value="resend">Resend</button></form></td></tr>`;
    });
  return html`<section class="card scroll"><table><tr><th>When</th><th>Event</th><th>To</th><th>Delivery</th><th></th></tr>${rows}</table></section>`;
}
