/** The shapes that webhook operations take and answer. */
import { Type } from 'typebox';
import { Id, LINE_PATTERN, Named, Nullable, OneOf, Timestamp } from '../../../platform/http/schemas.ts';
import { EventTypeSchema, publicId } from '../../events/events.ts';
import { type DeliveryRow, deliveryStatuses, disabledReasons, type EndpointRow } from '../schema.ts';

export const tag = { name: 'Webhook endpoints', description: 'Where an organization is told of its events.' };

export const Url = Type.String({ maxLength: 2_000, description: 'https, on port 443 unless another one is allowed.' });
export const Description = Type.String({ maxLength: 200, pattern: LINE_PATTERN });
export const EventTypesField = Nullable(
  Type.Array(EventTypeSchema, {
    minItems: 1,
    maxItems: 200,
    uniqueItems: true,
    description: 'null: all, later ones too.',
  }),
);
export const Enabled = Type.Boolean({ description: 'True if events are delivered.' });

const exampleEndpoint = {
  id: '01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b70',
  url: 'https://hooks.example.com/plinth',
  description: 'CRM',
  eventTypes: null,
  enabled: true,
  disabledReason: null,
  disabledAt: null,
  failingSince: null,
  previousSecretUntil: null,
  createdAt: '2026-11-01T09:30:00.000Z',
  updatedAt: '2026-11-01T09:30:00.000Z',
};
const endpointFields = {
  id: Id('Webhook endpoint'),
  url: Url,
  description: Type.String(),
  eventTypes: Nullable(Type.Array(Type.String(), { description: 'null: all, later ones too.' })),
  enabled: Enabled,
  disabledReason: Nullable(
    OneOf(disabledReasons, {
      title: 'WebhookDisabledReason',
      description:
        'request: by somebody who may. gone: it answered 410. failing: five days without a success. operator: by us.',
    }),
  ),
  disabledAt: Nullable(Timestamp('When it was disabled.')),
  failingSince: Nullable(Timestamp('The first failed attempt since the last success.')),
  previousSecretUntil: Nullable(Timestamp('Until when the secret before the last rotation signs too.')),
  createdAt: Timestamp('When it was created.'),
  updatedAt: Timestamp('When it last changed.'),
};

export const Endpoint = Named('WebhookEndpoint', endpointFields, exampleEndpoint);
export const NewEndpoint = Named(
  'NewWebhookEndpoint',
  {
    ...endpointFields,
    secret: Type.String({ description: 'Verifies the signatures, as Standard Webhooks does; shown this once.' }),
  },
  { ...exampleEndpoint, secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' },
);

export function presentEndpoint(row: EndpointRow) {
  const { id, url, description, eventTypes, enabled, disabledReason } = row;
  return {
    ...{ id, url, description, eventTypes, enabled, disabledReason },
    disabledAt: row.disabledAt?.toISOString() ?? null,
    failingSince: row.failingSince?.toISOString() ?? null,
    previousSecretUntil: row.previousSecretUntil?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

const exampleAttempt = {
  at: '2026-11-01T09:30:00.100Z',
  durationMs: 84,
  status: 200,
  error: null,
  body: 'ok',
};
export const Attempt = Named(
  'WebhookAttempt',
  {
    at: Timestamp('When it began.'),
    durationMs: Type.Integer(),
    status: Nullable(Type.Integer({ description: 'Of the answer; null if there was none.' })),
    error: Nullable(Type.String({ description: 'Why it does not count; null for a success.' })),
    body: Nullable(Type.String({ description: 'The beginning of the answer, up to 1 KB.' })),
  },
  exampleAttempt,
);

export const DeliveryStatusField = OneOf(deliveryStatuses, { title: 'WebhookDeliveryStatus' });
export const Delivery = Named(
  'WebhookDelivery',
  {
    id: Id('Delivery'),
    eventId: Type.String({ description: '`evt_…`; the `webhook-id` of each attempt.' }),
    type: Type.String(),
    status: DeliveryStatusField,
    occurredAt: Timestamp('When the event happened.'),
    nextAttemptAt: Nullable(Timestamp('When the next attempt is due; null: none is.')),
    attempts: Type.Array(Attempt, { description: 'The last ones, oldest first.' }),
  },
  {
    id: '01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b71',
    eventId: 'evt_019a53a0c0de7b1c8f0e0c5a3e9d1b60',
    type: 'member.joined',
    status: 'succeeded',
    occurredAt: '2026-11-01T09:30:00.000Z',
    nextAttemptAt: null,
    attempts: [exampleAttempt],
  },
);

export function presentDelivery({ id, eventId, eventType, status, createdAt, nextAttemptAt, log }: DeliveryRow) {
  return {
    ...{ id, eventId: publicId(eventId), type: eventType, status },
    occurredAt: createdAt.toISOString(),
    nextAttemptAt: nextAttemptAt?.toISOString() ?? null,
    attempts: log,
  };
}
