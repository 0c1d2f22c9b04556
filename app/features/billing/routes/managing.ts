/** What an organization has bought: subscription, entitlements, invoices, usage. */
import { Type } from 'typebox';
import { httpErrors } from '../../../platform/http/errors.ts';
import type { HttpServer } from '../../../platform/http/fastify.ts';
import type { Idempotency } from '../../../platform/http/idempotency.ts';
import { type Cursors, toPage } from '../../../platform/http/pagination.ts';
import { Body, DEFAULT_LIMIT, Page, PageQuery, route, Timestamp } from '../../../platform/http/schemas.ts';
import { accountErrors } from '../../accounts/accounts.ts';
import { type Authorization, accessOf } from '../../organizations/organizations.ts';
import { isPlan, type MeterName, meterNames, type PlanName, planOf } from '../catalog.ts';
import type { Entitlements as EntitlementsOf } from '../entitlements.ts';
import { billingErrors } from '../errors.ts';
import type { Invoices } from '../invoices.ts';
import type { Invoice as InvoiceRow } from '../schema.ts';
import type { Seats } from '../seats.ts';
import type { CurrentSubscription, SubscriptionChange, Subscriptions } from '../subscription.ts';
import type { Usage } from '../usage.ts';
import {
  Entitlements,
  exampleInvoice,
  IntervalName,
  Invoice,
  MeterText,
  OrganizationParams,
  PlanText,
  Preview,
  Quantity,
  Subscription,
  UsageSum,
} from './schemas.ts';

export interface ManagingRoutesOptions {
  authorization: Authorization;
  idempotency: Idempotency;
  cursors: Cursors;
  subscriptions: Subscriptions;
  entitlements: EntitlementsOf;
  invoices: Invoices;
  usage: Usage;
  seats: Seats;
}

const base = '/v1/organizations/:organizationId';
const tag = 'Billing';
const signedInErrors = [accountErrors.token_expired, accountErrors.session_revoked];
const changeErrors = [
  ...signedInErrors,
  billingErrors.unknown_plan,
  billingErrors.invalid_quantity,
  billingErrors.payment_declined,
  billingErrors.not_subscribed,
  billingErrors.change_pending,
  billingErrors.payments_refused,
  billingErrors.payments_unavailable,
];
const change = {
  plan: Type.Optional(PlanText),
  interval: Type.Optional(IntervalName),
  quantity: Type.Optional(Quantity),
};

export function managingRoutes(app: HttpServer, options: ManagingRoutesOptions): void {
  subscriptionRoutes(app, options);
  entitlementRoutes(app, options);
  invoiceRoutes(app, options);
  usageRoutes(app, options);
}

function subscriptionRoutes(app: HttpServer, { authorization, subscriptions }: ManagingRoutesOptions): void {
  const found = async (organizationId: string) => {
    const current = await subscriptions.find(organizationId);
    if (!current) throw billingErrors.not_subscribed();
    return presentSubscription(current);
  };

  app.get(
    `${base}/subscription`,
    {
      onRequest: authorization.requires('billing:read'),
      schema: route({
        summary: 'Get the subscription',
        operationId: 'getSubscription',
        tag,
        access: 'organization',
        permission: 'billing:read',
        params: OrganizationParams,
        answers: { 200: Subscription },
        errors: [...signedInErrors, billingErrors.not_subscribed],
      }),
    },
    async (request, reply) => {
      reply.header('cache-control', 'no-store');
      return found(accessOf(request).organizationId);
    },
  );

  app.patch(
    `${base}/subscription`,
    {
      onRequest: authorization.requires('billing:manage'),
      schema: route({
        summary: 'Change, end or resume the subscription',
        description:
          'Plan, interval and quantity are charged or credited at once, and what is new is granted once that is paid: until then ' +
          '`pendingUntil` is set. `cancelAtPeriodEnd` ends it with the paid period; false takes that back.',
        operationId: 'updateSubscription',
        tag,
        access: 'organization',
        permission: 'billing:manage',
        params: OrganizationParams,
        body: Body(
          { ...change, cancelAtPeriodEnd: Type.Optional(Type.Boolean()) },
          { plan: 'scale', interval: 'month' },
        ),
        answers: { 200: Subscription },
        errors: changeErrors,
      }),
    },
    async (request, reply) => {
      const access = accessOf(request);
      const { cancelAtPeriodEnd, ...wanted } = request.body;
      if (Object.keys(wanted).length > 0) await subscriptions.change(access, toChange(wanted));
      if (cancelAtPeriodEnd !== undefined) await subscriptions.setCancelAtPeriodEnd(access, cancelAtPeriodEnd);
      reply.header('cache-control', 'no-store');
      return found(access.organizationId);
    },
  );

  app.post(
    `${base}/subscription/preview`,
    {
      onRequest: authorization.requires('billing:manage'),
      schema: route({
        summary: 'Preview a change of the subscription',
        description: 'What it would cost now, with the proration. Changes nothing.',
        operationId: 'previewSubscription',
        tag,
        access: 'organization',
        permission: 'billing:manage',
        params: OrganizationParams,
        body: Body(change, { plan: 'scale', interval: 'month' }),
        answers: { 200: Preview },
        errors: changeErrors,
      }),
    },
    async (request, reply) => {
      reply.header('cache-control', 'no-store');
      return subscriptions.preview(accessOf(request), toChange(request.body));
    },
  );
}

function entitlementRoutes(
  app: HttpServer,
  { authorization, entitlements, usage, seats }: ManagingRoutesOptions,
): void {
  app.get(
    `${base}/entitlements`,
    {
      onRequest: authorization.requires('organization:read'),
      schema: route({
        summary: 'Get what the organization may use',
        description: 'Features, limits and what is used of them, and why.',
        operationId: 'getEntitlements',
        tag,
        access: 'organization',
        permission: 'organization:read',
        params: OrganizationParams,
        answers: { 200: Entitlements },
        errors: signedInErrors,
      }),
    },
    async (request, reply) => {
      const { organizationId } = accessOf(request);
      const [entitlement, consumed, members] = await Promise.all([
        entitlements.of(organizationId),
        usage.consumed(organizationId),
        seats.count(organizationId),
      ]);
      const { features, limits, because } = entitlement;
      reply.header('cache-control', 'no-store');
      return {
        features,
        limits,
        usage: { members, ...consumed },
        because: { ...because, until: because.until?.toISOString() ?? null },
      };
    },
  );
}

function invoiceRoutes(app: HttpServer, { authorization, invoices, cursors }: ManagingRoutesOptions): void {
  app.get(
    `${base}/invoices`,
    {
      onRequest: authorization.requires('billing:read'),
      schema: route({
        summary: 'List invoices',
        description: 'The newest first, with links to a page and a PDF.',
        operationId: 'listInvoices',
        tag,
        access: 'organization',
        permission: 'billing:read',
        params: OrganizationParams,
        query: PageQuery,
        answers: { 200: Page(Invoice, exampleInvoice) },
        errors: [...signedInErrors, httpErrors.invalid_cursor],
      }),
    },
    async (request, reply) => {
      const { organizationId } = accessOf(request);
      const { limit = DEFAULT_LIMIT, cursor } = request.query;
      const list = `invoices ${organizationId}`;
      const beyond = cursor === undefined ? undefined : cursors.decode(list, cursor);
      const rows = await invoices.list(organizationId, limit + 1, beyond);
      reply.header('cache-control', 'no-store');
      return toPage(rows, limit, presentInvoice, ({ createdAt, id }) =>
        cursors.encode(list, [createdAt.toISOString(), id]),
      );
    },
  );
}

function usageRoutes(app: HttpServer, { authorization, idempotency, usage }: ManagingRoutesOptions): void {
  app.post(
    `${base}/usage`,
    {
      onRequest: authorization.requires('billing:manage'),
      schema: route({
        summary: 'Report usage',
        description:
          'Counted, and billed where the plan has a price for it. Send an Idempotency-Key, so that a repetition counts once.',
        operationId: 'reportUsage',
        tag,
        access: 'organization',
        permission: 'billing:manage',
        params: OrganizationParams,
        body: Body(
          {
            meter: MeterText,
            quantity: Type.Integer({ minimum: 1, maximum: 1_000_000_000 }),
            occurredAt: Type.Optional(Timestamp('When, if not now; at most 30 days ago.')),
          },
          { meter: 'apiCalls', quantity: 12 },
        ),
        answers: { 202: Type.Object({ status: Type.Literal('accepted') }, { examples: [{ status: 'accepted' }] }) },
        errors: [
          ...signedInErrors,
          billingErrors.unknown_meter,
          billingErrors.invalid_period,
          httpErrors.idempotency_key_reused,
          httpErrors.request_in_progress,
        ],
      }),
    },
    async (request, reply) => {
      const { organizationId, actor } = accessOf(request);
      const { quantity, occurredAt } = request.body;
      const meter = toMeter(request.body.meter);
      return idempotency.run(request, reply, actor.id, async (tx) => {
        const at = occurredAt === undefined ? undefined : new Date(occurredAt);
        await usage.record(tx, organizationId, { meter, quantity, occurredAt: at });
        return { status: 202, body: { status: 'accepted' } };
      });
    },
  );

  app.get(
    `${base}/usage`,
    {
      onRequest: authorization.requires('billing:read'),
      schema: route({
        summary: 'Sum usage',
        operationId: 'getUsage',
        tag,
        access: 'organization',
        permission: 'billing:read',
        params: OrganizationParams,
        query: Type.Object(
          { meter: MeterText, from: Timestamp('Inclusive.'), to: Timestamp('Exclusive.') },
          { additionalProperties: false },
        ),
        answers: { 200: UsageSum },
        errors: [...signedInErrors, billingErrors.unknown_meter, billingErrors.invalid_period],
      }),
    },
    async (request, reply) => {
      const { organizationId } = accessOf(request);
      const meter = toMeter(request.query.meter);
      const [from, to] = [new Date(request.query.from), new Date(request.query.to)];
      if (from >= to) throw billingErrors.invalid_period({ detail: '`from` must be before `to`.' });
      reply.header('cache-control', 'no-store');
      const quantity = await usage.sum(organizationId, meter, from, to);
      return { meter, from: from.toISOString(), to: to.toISOString(), quantity };
    },
  );
}

function toChange(wanted: { plan?: string; interval?: 'month' | 'year'; quantity?: number }): SubscriptionChange {
  const { plan, interval, quantity } = wanted;
  if (plan !== undefined && (!isPlan(plan) || planOf(plan).prices === null)) throw billingErrors.unknown_plan();
  return { plan: plan as PlanName | undefined, interval, quantity };
}

function toMeter(text: string): MeterName {
  const meter = meterNames.find((known) => known === text);
  if (!meter) throw billingErrors.unknown_meter({ detail: `There is ${meterNames.join(', ')}.` });
  return meter;
}

function presentSubscription({ subscription, paymentMethod }: CurrentSubscription) {
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
    paymentMethod: paymentMethod
      ? { type: type!, brand: brand!, last4: last4!, expMonth: expMonth!, expYear: expYear! }
      : null,
  };
}

function presentInvoice({ amountCredited, createdAt, paidAt, nextPaymentAttempt, ...row }: InvoiceRow) {
  const { id, number, status, currency, total, amountPaid, amountRemaining, description, product, hostedUrl, pdfUrl } =
    row;
  return {
    ...{ id, number, status, currency, total, amountPaid, amountRemaining, description, product, hostedUrl, pdfUrl },
    amountRefunded: amountCredited,
    createdAt: createdAt.toISOString(),
    paidAt: paidAt?.toISOString() ?? null,
    nextPaymentAttempt: nextPaymentAttempt?.toISOString() ?? null,
  };
}
