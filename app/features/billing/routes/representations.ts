/** The common parts of billing's operations: their tag, their path, and the shapes of their bodies and answers. */
import { Type } from 'typebox';
import type { Operations } from '../../../platform/http/operations/operations.ts';
import { Named, Nullable, OneOf, Timestamp } from '../../../platform/http/schemas.ts';
import { ORGANIZATION_PATH, organizationParams } from '../../organizations/organizations.ts';
import { currencies, features, intervals, limits, meterNames } from '../catalog/catalog.ts';

export const tag = {
  name: 'Billing',
  description: 'Plans, checkouts, subscriptions, invoices, usage, and what they allow.',
};

/** Billing's operations below an organization. */
export const below = (operations: Operations) => operations.at(ORGANIZATION_PATH, { tag, params: organizationParams });

/** @returns the URL, where it is on an allowed origin @throws `redirect_not_allowed` */
export type ReturnTo = (url: string) => string;

export const Currency = OneOf(currencies, { title: 'Currency' });
export const Feature = OneOf(features, { title: 'Feature' });

export const Money = (description: string) =>
  Type.Integer({
    description: `${description}, in minor units of the currency: "minorDigits" of GET /v1/plans says how many decimals that are.`,
  });
export const IntervalName = OneOf(intervals, { title: 'Interval', description: 'How often it is paid.' });
/** Free text on purpose: an unknown name is answered with its own error, not with a list of all names. */
export const PlanText = Type.String({ minLength: 1, maxLength: 64, description: 'A plan of GET /v1/plans.' });
export const ProductText = Type.String({ minLength: 1, maxLength: 64, description: 'A product of GET /v1/plans.' });
export const CurrencyText = Type.String({
  minLength: 3,
  maxLength: 3,
  description: `One of ${currencies.join(', ')}.`,
});
export const MeterText = Type.String({
  minLength: 1,
  maxLength: 64,
  description: `One of ${meterNames.join(', ')}.`,
  examples: [meterNames[0]],
});
export const Quantity = Type.Integer({ minimum: 1, maximum: 10_000 });
export const ReturnUrl = (description: string) =>
  Type.String({
    format: 'uri',
    maxLength: 2_000,
    description: `${description}; on the origin of APP_URL or one of CORS_ORIGINS.`,
  });

export const LimitValues = Named(
  'LimitValues',
  Object.fromEntries(limits.map((limit) => [limit, Nullable(Type.Integer({ description: 'null: without limit.' }))])),
);

export const CheckoutSession = Named(
  'CheckoutSession',
  { id: Type.String(), url: Type.String(), expiresAt: Timestamp('Until when it can be paid.') },
  {
    id: 'cs_test_a1b2',
    url: 'https://checkout.stripe.com/c/pay/cs_test_a1b2',
    expiresAt: '2026-11-25T09:30:00.000Z',
  },
);

export const PortalSession = Named(
  'PortalSession',
  { url: Type.String({ description: 'Works once, for a short time.' }) },
  { url: 'https://billing.stripe.com/p/session/test_a1b2' },
);

const exampleSubscription = {
  id: 'sub_1Qx',
  plan: 'pro',
  status: 'active',
  interval: 'month',
  currency: 'usd',
  unitAmount: 1_900,
  quantity: 3,
  currentPeriodEnd: '2026-12-22T09:30:00.000Z',
  trialEnd: null,
  cancelAt: null,
  pastDueSince: null,
  pendingUntil: null,
  openInvoiceUrl: null,
  paymentMethod: { type: 'card', brand: 'visa', last4: '4242', expMonth: 12, expYear: 2030 },
};
export const Subscription = Named(
  'Subscription',
  {
    id: Type.String(),
    plan: Nullable(Type.String({ description: 'null: one that is not in the catalog.' })),
    status: Type.String({ description: 'As Stripe names it: trialing, active, past_due, unpaid, paused, incomplete.' }),
    interval: Nullable(Type.String()),
    currency: Type.String(),
    unitAmount: Nullable(Money('Price of one')),
    quantity: Type.Integer(),
    currentPeriodEnd: Nullable(Timestamp('When the paid period ends.')),
    trialEnd: Nullable(Timestamp('When the trial ends or ended.')),
    cancelAt: Nullable(Timestamp('When it will end; null: it renews.')),
    pastDueSince: Nullable(Timestamp('Since when a payment is overdue.')),
    pendingUntil: Nullable(Timestamp('A change waits for its payment until then; null: none does.')),
    openInvoiceUrl: Nullable(
      Type.String({ description: 'Where its newest open invoice can be paid; null: none is open.' }),
    ),
    paymentMethod: Nullable(
      Named(
        'PaymentMethod',
        {
          type: Type.String(),
          brand: Nullable(Type.String()),
          last4: Nullable(Type.String()),
          expMonth: Nullable(Type.Integer()),
          expYear: Nullable(Type.Integer()),
        },
        undefined,
        {
          description: "The payment method of the next invoice: the subscription's, else the customer's default.",
        },
      ),
    ),
  },
  exampleSubscription,
);

export const Preview = Named(
  'SubscriptionPreview',
  {
    currency: Type.String(),
    dueNow: Money('The amount that would be charged now; negative: credited for later'),
    lines: Type.Array(
      Named('PreviewLine', { description: Type.String(), amount: Money('Amount'), proration: Type.Boolean() }),
    ),
    prorationDate: Timestamp('From when it is prorated. Send it with the change, and what was shown is charged.'),
  },
  {
    currency: 'usd',
    dueNow: 48_000,
    lines: [{ description: 'Remaining time on Scale after 22 Nov 2026', amount: 49_900, proration: true }],
    prorationDate: '2026-11-22T09:30:00.000Z',
  },
);

export const Entitlements = Named(
  'Entitlements',
  {
    features: Named('FeatureFlags', Object.fromEntries(features.map((feature) => [feature, Type.Boolean()]))),
    limits: LimitValues,
    usage: Named(
      'LimitUsage',
      Object.fromEntries(limits.map((limit) => [limit, Type.Optional(Type.Integer())])),
      undefined,
      {
        description:
          'The usage in this calendar month (UTC); for things that are counted, such as members, their number.',
      },
    ),
    because: Named('EntitlementReason', {
      plan: Type.String(),
      status: Type.String({ description: 'Of the subscription that decides; none without one.' }),
      subscriptionId: Nullable(Type.String()),
      until: Nullable(Timestamp('Until when, as far as is known now.')),
    }),
  },
  {
    features: { auditExport: true, singleSignOn: false, prioritySupport: false },
    limits: { members: 100, projects: 50, apiCalls: 100_000, webhookEndpoints: 10 },
    usage: { members: 3, apiCalls: 1_204 },
    because: { plan: 'pro', status: 'active', subscriptionId: 'sub_1Qx', until: '2026-12-22T09:30:00.000Z' },
  },
);

const exampleInvoice = {
  id: 'in_1Qx',
  number: 'PL-0042',
  status: 'paid',
  currency: 'usd',
  total: 5_700,
  amountPaid: 5_700,
  amountRemaining: 0,
  amountRefunded: 0,
  description: '3 × Pro (at $19.00 / month)',
  product: null,
  withdrawn: null,
  createdAt: '2026-11-22T09:30:00.000Z',
  paidAt: '2026-11-22T09:30:05.000Z',
  nextPaymentAttempt: null,
  hostedUrl: 'https://invoice.stripe.com/i/acct_1/test_a1',
  pdfUrl: 'https://pay.stripe.com/invoice/acct_1/test_a1/pdf',
};
export const Invoice = Named(
  'Invoice',
  {
    id: Type.String(),
    number: Nullable(Type.String()),
    status: Type.String({ description: 'open, paid, void or uncollectible.' }),
    currency: Type.String(),
    total: Money('Total, tax included'),
    amountPaid: Money('Paid'),
    amountRemaining: Money('Still to be paid'),
    amountRefunded: Money('Given back by credit notes'),
    description: Type.String(),
    product: Nullable(Type.String({ description: 'The one-off product, if it is for one.' })),
    withdrawn: Nullable(
      Type.String({ description: 'Why the product was taken back: revoked, dispute_lost. null: it was not.' }),
    ),
    createdAt: Timestamp('When it was made.'),
    paidAt: Nullable(Timestamp('When it was paid.')),
    nextPaymentAttempt: Nullable(Timestamp('When an unpaid one is tried again.')),
    hostedUrl: Nullable(Type.String({ description: 'A page to see and pay it.' })),
    pdfUrl: Nullable(Type.String()),
  },
  exampleInvoice,
);

export const UsageSum = Named(
  'UsageSum',
  {
    meter: Type.String(),
    from: Timestamp('Inclusive.'),
    to: Timestamp('Exclusive.'),
    quantity: Type.Integer(),
  },
  { meter: 'apiCalls', from: '2026-11-01T00:00:00.000Z', to: '2026-12-01T00:00:00.000Z', quantity: 1_204 },
);
