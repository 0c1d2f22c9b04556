/** The emails about money. Their texts are in `emails/`. */
import {
  button,
  count,
  day,
  dayNotice,
  defineEmails,
  details,
  interval,
  link,
  money,
  moneyNotice,
  notes,
  paragraph,
  words,
} from '../email/email.ts';

const name = 'Ada Lovelace';
const organization = 'Analytical Engines';
const amount = { amount: 1900, currency: 'usd' };
const url = 'https://app.example.com/billing';

const ending = { organization: words, plan: words, endsAt: day };
const ended = {
  fields: { ...ending, owed: moneyNotice('owed.left', 'owed.nothing'), url: link },
  parts: [paragraph('intro'), paragraph('undo'), button('button'), notes('notYou')],
  sample: { name, organization, plan: 'Team', endsAt: '2026-12-21T00:00:00Z', owed: amount, url },
} as const;

export const billingEmails = defineEmails(
  {
    'trial-ending': {
      bulk: true,
      fields: { organization: words, plan: words, endsAt: day, price: money, interval, url: link },
      parts: [paragraph('intro'), paragraph('action'), button('button')],
      sample: {
        name,
        organization,
        plan: 'Team',
        endsAt: '2026-11-29T00:00:00Z',
        price: amount,
        interval: 'month',
        url,
      },
    },
    'payment-failed': {
      fields: {
        organization: words,
        amount: money,
        nextAttemptAt: dayNotice('nextAttempt', 'noNextAttempt'),
        url: link,
      },
      parts: [paragraph('intro'), paragraph('action'), button('button'), notes('consequence')],
      sample: { name, organization, amount, nextAttemptAt: '2026-11-25T09:00:00Z', url },
    },
    'payment-action-required': {
      fields: { organization: words, amount: money, url: link },
      parts: [paragraph('intro'), button('button'), notes('consequence')],
      sample: { name, organization, amount, url: `${url}/confirm` },
    },
    receipt: {
      fields: {
        organization: words,
        amount: money,
        paidAt: day,
        invoiceNumber: words,
        description: words,
        url: link,
      },
      parts: [
        paragraph('intro'),
        details({ invoice: 'invoiceNumber', description: 'description', paidAt: 'paidAt', amount: 'amount' }),
        button('button'),
      ],
      sample: {
        name,
        organization,
        amount,
        paidAt: '2026-11-22T09:41:00Z',
        invoiceNumber: 'PL-0042',
        description: 'Team, 22 November to 21 December 2026',
        url: `${url}/invoices/PL-0042`,
      },
    },
    'subscription-cancelled': {
      fields: { ...ending, url: link },
      parts: [paragraph('intro'), paragraph('undo'), button('button'), notes('notYou')],
      sample: { name, organization, plan: 'Team', endsAt: '2026-12-21T00:00:00Z', url },
    },
    // It will end, and an open invoice is collected until then.
    'subscription-cancelled-unpaid': {
      fields: { ...ending, owed: money, url: link },
      parts: [paragraph('intro'), paragraph('owed'), button('button'), notes('notYou')],
      sample: { name, organization, plan: 'Team', endsAt: '2026-12-21T00:00:00Z', owed: amount, url },
    },
    // It has ended: Stripe collects nothing for it any more (docs.stripe.com/api/subscriptions/cancel).
    'subscription-ended': ended,
    'subscription-ended-unpaid': ended,
    'subscription-ended-disputed': ended,
    'subscription-not-started': {
      fields: { organization: words, plan: words, url: link },
      parts: [paragraph('intro'), paragraph('undo'), button('button')],
      sample: { name, organization, plan: 'Team', url },
    },
    'usage-limit-near': {
      bulk: true,
      fields: {
        organization: words,
        meter: words,
        used: count,
        limit: count,
        resetsAt: dayNotice('resets', 'doesNotReset'),
        url: link,
      },
      parts: [paragraph('intro'), paragraph('action'), button('button')],
      sample: {
        name,
        organization,
        meter: 'API calls',
        used: 81_200,
        limit: 100_000,
        resetsAt: '2026-12-01T00:00:00Z',
        url,
      },
    },
  },
  [
    'role.billing',
    'interval.month',
    'interval.year',
    'nextAttempt',
    'noNextAttempt',
    'resets',
    'doesNotReset',
    'owed.nothing',
    'owed.left',
  ],
);
type Own = typeof billingEmails.emails;

declare module '../email/declaration.ts' {
  interface DeclaredEmails extends Own {}
}
