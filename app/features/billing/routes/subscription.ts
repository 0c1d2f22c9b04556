import { Type } from 'typebox';
import type { ProblemFactory } from '../../../platform/errors.ts';
import type { Operations } from '../../../platform/http/operations/operations.ts';
import { Timestamp } from '../../../platform/http/schemas.ts';
import type { Authorization } from '../../organizations/organizations.ts';
import { isPlan, type PlanName, planOf } from '../catalog/catalog.ts';
import { billingErrors, noSubscription } from '../errors.ts';
import type { CurrentSubscription, SubscriptionChange, Subscriptions } from '../purchase/subscription.ts';
import { below, IntervalName, PlanText, Preview, Quantity, Subscription } from './representations.ts';

export interface SubscriptionRoutesOptions {
  authorization: Authorization;
  subscriptions: Subscriptions;
}

const change = {
  plan: Type.Optional(PlanText),
  interval: Type.Optional(IntervalName),
  quantity: Type.Optional(Quantity),
  prorationDate: Type.Optional(
    Timestamp('`prorationDate` of a preview of the last hour: then what it showed is charged. By default now.'),
  ),
};
const changeErrors = [
  billingErrors.unknown_plan,
  billingErrors.invalid_quantity,
  billingErrors.invalid_period,
  billingErrors.payment_declined,
  billingErrors.not_subscribed,
  billingErrors.change_pending,
  billingErrors.change_not_possible,
  billingErrors.payments_refused,
  billingErrors.payments_unavailable,
];

export function subscriptionRoutes(operations: Operations, options: SubscriptionRoutesOptions): void {
  const { authorization, subscriptions } = options;
  const { needs } = authorization;
  const organization = below(operations);

  const read = async ({ organizationId }: { organizationId: string }, absent: ProblemFactory) => {
    const current = await subscriptions.find(organizationId);
    if (!current) throw absent();
    return presentSubscription(current);
  };

  organization.get('/subscription', {
    guard: needs('billing:read'),
    operationId: 'getSubscription',
    summary: 'Get the subscription',
    answer: Subscription,
    errors: [noSubscription],
    get: ({ access }) => read(access, noSubscription),
  });

  organization.change('/subscription', {
    guard: needs('billing:manage'),
    operationId: 'updateSubscription',
    summary: 'Change, end or resume the subscription',
    description:
      'Plan, interval and quantity are charged or credited at once, and what is new is granted once that is paid: until then ' +
      '`pendingUntil` is set. `cancelAtPeriodEnd` ends it with the paid period; false takes that back.',
    body: { ...change, cancelAtPeriodEnd: Type.Optional(Type.Boolean()) },
    example: { plan: 'scale', interval: 'month' },
    answer: Subscription,
    errors: changeErrors,
    async change({ access, body: { cancelAtPeriodEnd, ...wanted } }) {
      if (changes(wanted)) await subscriptions.change(access, toChange(wanted));
      if (cancelAtPeriodEnd !== undefined) await subscriptions.setCancelAtPeriodEnd(access, cancelAtPeriodEnd);
      return read(access, billingErrors.not_subscribed);
    },
  });

  organization.operation('POST', '/subscription/resume', {
    guard: needs('billing:manage'),
    operationId: 'resumeSubscription',
    summary: 'Bring the subscription back',
    description:
      'Resumes a paused subscription, and charges the latest invoice of one that is incomplete, unpaid or past due. ' +
      '`status` of the answer says whether it is back. If it is not, a person can pay at `openInvoiceUrl`.',
    answers: { 200: Subscription },
    errors: [
      billingErrors.not_subscribed,
      billingErrors.payment_declined,
      billingErrors.payments_refused,
      billingErrors.payments_unavailable,
    ],
    async handle({ access }) {
      await subscriptions.resume(access);
      return read(access, billingErrors.not_subscribed);
    },
  });

  organization.operation('POST', '/subscription/preview', {
    guard: needs('billing:manage'),
    operationId: 'previewSubscription',
    summary: 'Preview a change of the subscription',
    description: 'The cost of the change now, with the proration. Changes nothing.',
    body: change,
    example: { plan: 'scale', interval: 'month' },
    answers: { 200: Preview },
    errors: changeErrors,
    async handle({ access, body }) {
      const { prorationDate, ...preview } = await subscriptions.preview(access, toChange(body));
      return { ...preview, prorationDate: prorationDate.toISOString() };
    },
  });
}

interface Wanted {
  plan?: string;
  interval?: 'month' | 'year';
  quantity?: number;
  prorationDate?: string;
}

/** A date alone changes nothing. */
const changes = ({ prorationDate: _, ...terms }: Wanted) => Object.keys(terms).length > 0;

function toChange({ plan, interval, quantity, prorationDate }: Wanted): SubscriptionChange {
  if (plan !== undefined && (!isPlan(plan) || planOf(plan).prices === null)) throw billingErrors.unknown_plan();
  const date = prorationDate === undefined ? undefined : new Date(prorationDate);
  return { plan: plan as PlanName | undefined, interval, quantity, prorationDate: date };
}

/** A subscription as members and operators see it. */
export function presentSubscription({ subscription, paymentMethod, openInvoiceUrl }: CurrentSubscription) {
  const { id, plan, status, interval, currency, unitAmount, quantity } = subscription;
  const { currentPeriodEnd, trialEnd, cancelAt, pastDueSince, pendingUntil } = subscription;
  const text = (instant: Date | null) => instant?.toISOString() ?? null;
  const { type, brand, last4, expMonth, expYear } = paymentMethod ?? {};
  return {
    ...{ id, plan, status, interval, currency, unitAmount, quantity },
    currentPeriodEnd: text(currentPeriodEnd),
    trialEnd: text(trialEnd),
    cancelAt: text(cancelAt),
    pastDueSince: text(pastDueSince),
    pendingUntil: text(pendingUntil),
    openInvoiceUrl,
    paymentMethod: paymentMethod
      ? { type: type!, brand: brand!, last4: last4!, expMonth: expMonth!, expYear: expYear! }
      : null,
  };
}
