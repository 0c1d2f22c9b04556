/** The events of billing: what receivers of webhooks and readers of `GET …/events` are told. Not here: Stripe's events, which are in `events/`. */
import { Type } from 'typebox';
import { Named, Nullable, OneOf, Timestamp } from '../../platform/http/schemas.ts';
import { defineEvents } from '../events/events.ts';
import { features, limits, planNames } from './catalog/catalog.ts';

const subscription = {
  subscriptionId: Type.String(),
  plan: Nullable(Type.String({ description: 'null: none that the catalog knows.' })),
  interval: Nullable(Type.String()),
  quantity: Type.Integer(),
  currency: Type.String(),
  unitAmount: Nullable(Type.Integer({ description: 'For one, in minor units.' })),
};
const terms = { plan: 'pro', interval: 'month', quantity: 3, currency: 'usd', unitAmount: 1_900 };
const exampleSubscription = { subscriptionId: 'sub_1PlnthExample', ...terms };

const invoice = {
  invoiceId: Type.String(),
  amount: Type.Integer({ description: 'In minor units.' }),
  currency: Type.String(),
};
const exampleInvoice = { invoiceId: 'in_1PlnthExample', amount: 5_700, currency: 'usd' };

const usage = {
  limit: Type.String({ description: 'Its name in the catalog.' }),
  used: Type.Integer(),
  allowed: Type.Integer(),
  periodStart: Timestamp('The beginning of the calendar month (UTC).'),
};
const exampleUsage = { limit: 'apiCalls', allowed: 1_000, periodStart: '2026-11-01T00:00:00.000Z' };

const declared = defineEvents({
  'subscription.started': {
    about: 'A subscription began.',
    data: Named('SubscriptionStarted', subscription, exampleSubscription),
  },
  'subscription.changed': {
    about: 'The plan, the interval, the quantity or the price of a subscription changed.',
    data: Named('SubscriptionChanged', subscription, exampleSubscription),
  },
  'subscription.ended': {
    about: 'A subscription is over.',
    data: Named(
      'SubscriptionEnded',
      { subscriptionId: subscription.subscriptionId, plan: subscription.plan, endedAt: Timestamp('When it ended.') },
      { subscriptionId: 'sub_1PlnthExample', plan: 'pro', endedAt: '2026-11-22T12:00:00.000Z' },
    ),
  },
  'invoice.paid': { about: 'An invoice was paid.', data: Named('InvoicePaid', invoice, exampleInvoice) },
  'invoice.payment_failed': {
    about: 'An attempt to charge an invoice failed.',
    data: Named(
      'InvoicePaymentFailed',
      {
        ...invoice,
        attempt: Type.Integer({ description: '1 for the first.' }),
        nextAttemptAt: Nullable(Timestamp('When it is tried again; null: it is not.')),
      },
      { ...exampleInvoice, attempt: 1, nextAttemptAt: '2026-11-25T09:00:00.000Z' },
    ),
  },
  'entitlements.changed': {
    about: 'The entitlements of the organization changed: its purchases did, or a grace period ended.',
    data: Named(
      'EntitlementsChanged',
      {
        plan: OneOf(planNames, { title: 'PlanName' }),
        features: Named('EntitledFeatures', Object.fromEntries(features.map((name) => [name, Type.Boolean()]))),
        limits: Named(
          'EntitledLimits',
          Object.fromEntries(limits.map((name) => [name, Nullable(Type.Integer())])),
          undefined,
          { description: 'null: without limit.' },
        ),
      },
      {
        plan: 'pro',
        features: Object.fromEntries(features.map((name) => [name, name === 'auditExport'])),
        limits: Object.fromEntries(limits.map((name) => [name, 100])),
      },
    ),
  },
  'usage.limit_near': {
    about: 'Four fifths of a limit are used up.',
    data: Named('UsageLimitNear', usage, { ...exampleUsage, used: 812 }),
  },
  'usage.limit_reached': {
    about: 'A limit is used up.',
    data: Named('UsageLimitReached', usage, { ...exampleUsage, used: 1_000 }),
  },
});
type Own = typeof declared;

declare module '../events/declaration.ts' {
  interface DeclaredEvents extends Own {}
}
