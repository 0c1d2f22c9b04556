/** What operators see and change of what an organization has bought. */
import { eq } from 'drizzle-orm';
import { Type } from 'typebox';
import type { Database, Transaction } from '../../../platform/database/database.ts';
import { transact } from '../../../platform/database/retry.ts';
import { httpErrors } from '../../../platform/http/errors.ts';
import type { OperationGroup, Operations } from '../../../platform/http/operations/operations.ts';
import { Id, Named, Nullable, OneOf, Timestamp } from '../../../platform/http/schemas.ts';
import type { Audit } from '../../audit/audit.ts';
import {
  exampleReason,
  OPERATOR_PATH,
  type Operator,
  type OperatorAccess,
  operatorTag,
  Reason,
} from '../../operator/operator.ts';
import { type Organizations, organizationParams } from '../../organizations/organizations.ts';
import { organizations as organizationTable } from '../../organizations/schema.ts';
import { features, limits } from '../catalog/catalog.ts';
import type { Entitlements } from '../entitlement/entitlements.ts';
import type { Grants, NewGrant } from '../entitlement/grants.ts';
import { billingErrors } from '../errors.ts';
import type { Invoices } from '../purchase/invoices.ts';
import type { RefundInvoice } from '../purchase/refunds.ts';
import type { Subscriptions } from '../purchase/subscription.ts';
import type { ExtendTrial } from '../purchase/trials.ts';
import type { Grant as Row } from '../schema.ts';
import type { Customers } from '../stripe/customers.ts';
import { presentInvoice } from './invoices.ts';
import { Invoice, LimitValues, Money, Subscription } from './representations.ts';
import { presentSubscription } from './subscription.ts';

export interface OperatingRoutesOptions {
  db: Database;
  operator: Pick<Operator, 'guard' | 'looks'>;
  organizations: Pick<Organizations, 'forOperators'>;
  audit: Audit;
  customers: Pick<Customers, 'find'>;
  subscriptions: Pick<Subscriptions, 'find'>;
  entitlements: Entitlements;
  grants: Grants;
  invoices: Invoices;
  refund: RefundInvoice;
  extendTrial: ExtendTrial;
}

const Grant = Named(
  'EntitlementGrant',
  {
    id: Id('Grant'),
    feature: Nullable(Type.String({ description: 'The feature that is granted.' })),
    limit: Nullable(Type.String({ description: 'The limit that is raised.' })),
    quantity: Nullable(Type.Integer({ description: 'By how much.' })),
    reason: Type.String(),
    createdAt: Timestamp('Since when.'),
    endsAt: Timestamp('Until when.'),
  },
  {
    id: '01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b63',
    feature: 'auditExport',
    limit: null,
    quantity: null,
    reason: exampleReason,
    createdAt: '2026-11-01T09:30:00.000Z',
    endsAt: '2026-12-01T09:30:00.000Z',
  },
);

const OperatorBilling = Named(
  'OperatorBilling',
  {
    customerId: Nullable(Type.String({ description: "Stripe's." })),
    plan: Type.String({ description: 'In force now.' }),
    status: Type.String(),
    features: Named('OperatorBillingFeatures', Object.fromEntries(features.map((name) => [name, Type.Boolean()]))),
    limits: LimitValues,
    subscription: Nullable(Subscription),
    grants: Type.Array(Grant),
  },
  {
    customerId: 'cus_1Qx',
    plan: 'pro',
    status: 'active',
    features: Object.fromEntries(features.map((name) => [name, true])),
    limits: Object.fromEntries(limits.map((name) => [name, null])),
    subscription: null,
    grants: [],
  },
);

const OperatorRefund = Named(
  'OperatorRefund',
  { creditNote: Type.String(), amount: Money('Given back'), currency: Type.String() },
  { creditNote: 'cn_1Qx', amount: 1_900, currency: 'usd' },
);

type One = OperationGroup<typeof organizationParams>;

export function operatingRoutes(operations: Operations, options: OperatingRoutesOptions): void {
  const path = `${OPERATOR_PATH}/organizations/:organizationId`;
  const one = operations.at(path, { tag: operatorTag, params: organizationParams });
  viewOperations(one, options);
  moneyOperations(one, options);
  grantOperations(one, options);
}

function viewOperations(one: One, options: OperatingRoutesOptions): void {
  const { operator, organizations, customers, subscriptions, entitlements, grants, invoices } = options;
  const { guard, looks } = operator;

  one.get('/billing', {
    guard,
    operationId: 'getOperatorBilling',
    summary: 'Look at what an organization has bought and may use',
    answer: OperatorBilling,
    errors: [httpErrors.not_found],
    async get({ access, params: { organizationId } }) {
      await organizations.forOperators.require(organizationId);
      await looks.at(access, organizationId, 'billing');
      const [customerId, subscription, entitlement, granted] = await Promise.all([
        customers.find(organizationId),
        subscriptions.find(organizationId),
        entitlements.of(organizationId),
        grants.list(organizationId),
      ]);
      return {
        customerId: customerId ?? null,
        plan: entitlement.because.plan,
        status: entitlement.because.status,
        features: entitlement.features,
        limits: entitlement.limits,
        subscription: subscription ? presentSubscription(subscription) : null,
        grants: granted.map(presentGrant),
      };
    },
  });

  one.list('/invoices', {
    guard,
    operationId: 'listOperatorInvoices',
    summary: 'Look at the invoices of an organization',
    item: Invoice,
    errors: [httpErrors.not_found],
    async rows({ access, params: { organizationId } }, limit, after) {
      await organizations.forOperators.require(organizationId);
      await looks.at(access, organizationId, 'invoices');
      return invoices.list(organizationId, limit, after);
    },
    keyOf: ({ createdAt, id }) => [createdAt.toISOString(), id],
    present: presentInvoice,
  });
}

function moneyOperations(one: One, options: OperatingRoutesOptions): void {
  const { db, operator, audit, refund, extendTrial } = options;
  const { guard } = operator;

  one.operation('POST', '/trial-extensions', {
    guard,
    operationId: 'extendTrial',
    summary: 'Extend a trial',
    description: 'Through Stripe. The new end must be later, and at most two years from now.',
    body: { until: Timestamp('The new end.'), reason: Reason },
    example: { until: '2026-12-24T09:30:00.000Z', reason: exampleReason },
    answers: { 204: 'The trial ends later.' },
    errors: [
      ...[httpErrors.not_found, billingErrors.not_subscribed, billingErrors.change_not_possible],
      ...[billingErrors.payments_unavailable, billingErrors.payments_refused],
    ],
    async handle({ access, params: { organizationId }, body: { until, reason } }) {
      await options.organizations.forOperators.require(organizationId);
      await extendTrial(organizationId, new Date(until), ({ subscriptionId, before }) =>
        inOrganization(db, access, organizationId, (tx) =>
          audit.append(tx, {
            ...{ ownerId: organizationId, action: 'subscription.trial_extended', ...by(access) },
            target: { type: 'subscription', id: subscriptionId },
            details: { before: before.toISOString(), after: until, reason },
          }),
        ),
      );
    },
  });

  one.createBeyond('/refunds', {
    guard,
    operationId: 'refundInvoice',
    summary: 'Refund an invoice',
    description: 'By a credit note at Stripe, so that the books say why. All that is left of it, or an amount.',
    body: {
      invoiceId: Type.String({ maxLength: 103, pattern: '^in_\\w{1,100}$', description: "Stripe's." }),
      amount: Type.Optional(Type.Integer({ minimum: 1, maximum: 999_999_999_999, description: 'In minor units.' })),
      reason: Reason,
    },
    example: { invoiceId: 'in_1Qx', amount: 1_900, reason: exampleReason },
    answer: OperatorRefund,
    errors: [
      ...[httpErrors.not_found, httpErrors.conflict, billingErrors.invalid_quantity],
      ...[billingErrors.payments_unavailable, billingErrors.payments_refused],
    ],
    create: ({ access, params: { organizationId }, body: { invoiceId, amount, reason } }) =>
      refund(invoiceId, amount, {
        organizationId,
        confirm: (refunded) =>
          inOrganization(db, access, organizationId, (tx) =>
            audit.append(tx, {
              ...{ ownerId: organizationId, action: 'invoice.refund_asked', ...by(access) },
              target: { type: 'invoice', id: invoiceId },
              details: { amount: refunded, reason },
            }),
          ),
      }),
  });
}

function grantOperations(one: One, { db, operator, grants }: OperatingRoutesOptions): void {
  const { guard } = operator;

  one.create('/grants', {
    guard,
    operationId: 'createGrant',
    summary: 'Grant a feature, or more of a limit',
    description: 'Beyond the plan, until an instant. Name a feature, or a limit with a quantity.',
    body: {
      feature: Type.Optional(OneOf(features, { title: 'GrantedFeature' })),
      limit: Type.Optional(OneOf(limits, { title: 'GrantedLimit' })),
      quantity: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
      endsAt: Timestamp('Until when.'),
      reason: Reason,
    },
    example: { limit: 'members', quantity: 5, endsAt: '2026-12-24T09:30:00.000Z', reason: exampleReason },
    answer: Grant,
    errors: [httpErrors.not_found],
    async create(tx, { access, params: { organizationId }, body: { endsAt, reason, ...what } }) {
      await enter(tx, access, organizationId);
      const grant = { what: requireOne(what), reason, endsAt: new Date(endsAt) };
      return presentGrant(await grants.add(tx, organizationId, grant, by(access)));
    },
  });

  one.operation('POST', '/grants/:grantId/end', {
    guard,
    operationId: 'endGrant',
    summary: 'End a grant before its time',
    params: { grantId: Id('Grant') },
    body: { reason: Reason },
    example: { reason: exampleReason },
    answers: { 204: 'The grant has ended.' },
    errors: [httpErrors.not_found],
    handle: ({ access, params: { organizationId, grantId }, body: { reason } }) =>
      inOrganization(db, access, organizationId, (tx) => grants.end(tx, organizationId, grantId, reason, by(access))),
  });
}

/** Locks the organization, and decides again whether the operator may. @throws `not_found` */
async function enter(tx: Transaction, access: OperatorAccess, organizationId: string): Promise<void> {
  const own = eq(organizationTable.id, organizationId);
  const [found] = await tx.select({ id: organizationTable.id }).from(organizationTable).where(own).for('share');
  if (!found) throw httpErrors.not_found();
  await access.again(tx);
}

function inOrganization(
  db: Database,
  access: OperatorAccess,
  organizationId: string,
  work: (tx: Transaction) => Promise<void>,
): Promise<void> {
  return transact(db, async (tx) => {
    await enter(tx, access, organizationId);
    await work(tx);
  });
}

const by = ({ actor, origin }: OperatorAccess) => ({ actor, origin });

type Asked = { feature?: string | undefined; limit?: string | undefined; quantity?: number | undefined };

/** @throws `validation_failed` unless it is a feature alone, or a limit with its quantity */
function requireOne({ feature, limit, quantity }: Asked): NewGrant['what'] {
  if (feature !== undefined && limit === undefined && quantity === undefined) return { feature } as NewGrant['what'];
  if (feature === undefined && limit !== undefined && quantity !== undefined)
    return { limit, quantity } as NewGrant['what'];
  const fault = { in: 'body', path: '', message: 'needs a feature, or a limit with a quantity' };
  throw httpErrors.validation_failed({ detail: `The body ${fault.message}.`, extensions: { errors: [fault] } });
}

const presentGrant = ({ id, feature, limit, quantity, reason, createdAt, endsAt }: Row) => ({
  ...{ id, feature, limit, quantity, reason },
  createdAt: createdAt.toISOString(),
  endsAt: endsAt.toISOString(),
});
