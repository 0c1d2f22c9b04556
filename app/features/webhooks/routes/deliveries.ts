import { Type } from 'typebox';
import { httpErrors } from '../../../platform/http/errors.ts';
import type { OperationGroup, Operations } from '../../../platform/http/operations/operations.ts';
import { Id, Named, Timestamp } from '../../../platform/http/schemas.ts';
import type { RateLimit } from '../../../platform/security/rate-limits.ts';
import { EventTypeSchema } from '../../events/events.ts';
import { type Authorization, organizationParams } from '../../organizations/organizations.ts';
import { type Deliveries, MAX_REPLAYED } from '../deliveries.ts';
import { webhookErrors } from '../errors.ts';
import { ENDPOINTS_PATH, endpointParams } from './endpoints.ts';
import { Delivery, DeliveryStatusField, presentDelivery, tag } from './representations.ts';

export interface DeliveryRoutesOptions {
  authorization: Authorization;
  deliveries: Deliveries;
  /** Replays, and deliveries that are sent again. Key: organization. */
  replays: RateLimit;
  retries: RateLimit;
}

const params = { ...organizationParams, ...endpointParams };
const deliveryParams = { deliveryId: Id('Delivery') };
const Replayed = Named(
  'WebhookReplay',
  { deliveries: Type.Integer({ description: 'How many were added.' }) },
  { deliveries: 12 },
);

export function deliveryRoutes(operations: Operations, options: DeliveryRoutesOptions): void {
  const below = operations.at(`${ENDPOINTS_PATH}/:endpointId`, { tag, params });
  reading(below, options);
  sendingAgain(below, options);
}

type Below = OperationGroup<typeof params>;

function reading(below: Below, { authorization, deliveries }: DeliveryRoutesOptions): void {
  const guard = authorization.needs('webhooks:read');

  below.list('/deliveries', {
    guard,
    operationId: 'listWebhookDeliveries',
    summary: 'List deliveries of a webhook endpoint',
    description: 'The newest first, each with its attempts.',
    query: {
      status: Type.Optional(DeliveryStatusField),
      type: Type.Optional(EventTypeSchema),
      from: Type.Optional(Timestamp('Of events at or after this instant.')),
      to: Type.Optional(Timestamp('Of events before this instant.')),
    },
    item: Delivery,
    rows: ({ access, params: { endpointId }, query: { status, type, from, to } }, limit, before) => {
      const filter = { status, type, from: instant(from), to: instant(to) };
      return deliveries.list(access.organizationId, endpointId, filter, limit, before?.[0]);
    },
    keyOf: ({ id }) => [id],
    present: presentDelivery,
  });

  below.get('/deliveries/:deliveryId', {
    guard,
    operationId: 'getWebhookDelivery',
    summary: 'Get a delivery',
    params: deliveryParams,
    answer: Delivery,
    get: async ({ access, params: { endpointId, deliveryId } }) =>
      presentDelivery(await deliveries.get(access.organizationId, endpointId, deliveryId)),
  });
}

const instant = (text: string | undefined) => (text === undefined ? undefined : new Date(text));

function sendingAgain(below: Below, { authorization, deliveries, replays, retries }: DeliveryRoutesOptions): void {
  const guard = authorization.needs('webhooks:manage');
  const errors = [webhookErrors.webhook_endpoint_disabled, httpErrors.rate_limited];

  below.operation('POST', '/deliveries/:deliveryId/retry', {
    guard,
    operationId: 'retryWebhookDelivery',
    summary: 'Send a delivery again',
    description:
      'Now, and with all retries if it fails; also one that succeeded. Its `webhook-id` stays the same. At most 120 times a minute: replay where there are many.',
    params: deliveryParams,
    answers: { 202: Delivery },
    errors,
    async handle({ access, params: { endpointId, deliveryId } }) {
      await retries.consume(access.organizationId);
      return presentDelivery(await deliveries.retry(access, endpointId, deliveryId));
    },
  });

  below.operation('POST', '/replay', {
    guard,
    operationId: 'replayWebhooks',
    summary: 'Send events again',
    description: `Each event since an instant, as far as it is kept, whether it was delivered or not: the oldest ${MAX_REPLAYED.toLocaleString('en')} of them. Their \`webhook-id\` stays the same. At most 20 times an hour.`,
    body: {
      since: Timestamp('Events at or after this instant.'),
      types: Type.Optional(Type.Array(EventTypeSchema, { minItems: 1, maxItems: 200, uniqueItems: true })),
    },
    example: { since: '2026-11-01T00:00:00.000Z', types: ['member.joined'] },
    answers: { 202: Replayed },
    errors,
    async handle({ access, params: { endpointId }, body: { since, types } }) {
      await replays.consume(access.organizationId);
      return { deliveries: await deliveries.replay(access, endpointId, { since: new Date(since), types }) };
    },
  });
}
