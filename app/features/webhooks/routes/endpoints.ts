import { Type } from 'typebox';
import { httpErrors } from '../../../platform/http/errors.ts';
import type { OperationGroup, Operations } from '../../../platform/http/operations/operations.ts';
import { Id } from '../../../platform/http/schemas.ts';
import type { RateLimit } from '../../../platform/security/rate-limits.ts';
import { EventTypeSchema } from '../../events/events.ts';
import { type Authorization, ORGANIZATION_PATH, organizationParams } from '../../organizations/organizations.ts';
import type { Endpoints, WithSecret } from '../endpoints.ts';
import { webhookErrors } from '../errors.ts';
import type { WebhookFollowers } from '../followers.ts';
import type { TryEndpoint } from '../trials.ts';
import {
  Attempt,
  Description,
  Enabled,
  Endpoint,
  EventTypesField,
  NewEndpoint,
  presentEndpoint,
  tag,
  Url,
} from './representations.ts';

export interface EndpointRoutesOptions {
  authorization: Authorization;
  endpoints: Endpoints;
  followers: Pick<WebhookFollowers, 'errors'>;
  tryEndpoint: TryEndpoint;
  /** Test deliveries. Key: organization. */
  trials: RateLimit;
}

export const ENDPOINTS_PATH = `${ORGANIZATION_PATH}/webhook-endpoints`;
export const endpointParams = { endpointId: Id('Webhook endpoint') };

export function endpointRoutes(operations: Operations, options: EndpointRoutesOptions): void {
  const below = operations.at(ENDPOINTS_PATH, { tag, params: organizationParams });
  secretOperations(below, options);
  endpointOperations(below, options);
  changingOperations(below, options);
  trialOperation(below, options);
}

type Below = OperationGroup<typeof organizationParams>;

/** Those that answer with a secret. */
function secretOperations(below: Below, { authorization, endpoints, followers }: EndpointRoutesOptions): void {
  const guard = authorization.needs('webhooks:manage');

  below.create('', {
    guard,
    operationId: 'createWebhookEndpoint',
    whileActing: 'never',
    summary: 'Create a webhook endpoint',
    description: 'Events from now on are delivered to it. The secret is shown this once. See the guide for receivers.',
    body: {
      url: Url,
      description: Type.Optional(Description),
      eventTypes: Type.Optional(EventTypesField),
      enabled: Type.Optional(Enabled),
    },
    example: { url: 'https://hooks.example.com/plinth', description: 'CRM', eventTypes: null },
    answer: NewEndpoint,
    errors: [webhookErrors.invalid_webhook_url, webhookErrors.too_many_webhook_endpoints, ...followers.errors],
    async create(tx, { access, body: { url, description = '', eventTypes = null, enabled = true } }) {
      return present(await endpoints.create(tx, access, { url, description, eventTypes, enabled }));
    },
  });

  below.operation('POST', '/:endpointId/rotate-secret', {
    guard,
    operationId: 'rotateWebhookSecret',
    whileActing: 'never',
    summary: 'Rotate the secret of a webhook endpoint',
    description:
      'Gives it another secret, shown this once. For 24 hours, each delivery has a signature of each of both.',
    params: endpointParams,
    answers: { 200: NewEndpoint },
    handle: async ({ access, params }) => present(await endpoints.rotate(access, params.endpointId)),
  });
}

const present = ({ endpoint, secret }: WithSecret) => ({ ...presentEndpoint(endpoint), secret });

function endpointOperations(below: Below, { authorization, endpoints }: EndpointRoutesOptions): void {
  const reading = authorization.needs('webhooks:read');

  below.list('', {
    guard: reading,
    operationId: 'listWebhookEndpoints',
    summary: 'List webhook endpoints',
    description: 'The newest first.',
    item: Endpoint,
    rows: ({ access }, limit, before) => endpoints.list(access.organizationId, limit, before?.[0]),
    keyOf: ({ id }) => [id],
    present: presentEndpoint,
  });

  below.get('/:endpointId', {
    guard: reading,
    operationId: 'getWebhookEndpoint',
    summary: 'Get a webhook endpoint',
    params: endpointParams,
    answer: Endpoint,
    get: async ({ access, params }) => presentEndpoint(await endpoints.get(access.organizationId, params.endpointId)),
  });
}

function changingOperations(below: Below, { authorization, endpoints }: EndpointRoutesOptions): void {
  const managing = authorization.needs('webhooks:manage');

  below.change('/:endpointId', {
    guard: managing,
    operationId: 'updateWebhookEndpoint',
    whileActing: 'never',
    summary: 'Change a webhook endpoint',
    description:
      'Deliveries that wait while it is disabled are sent once it is enabled again, if they are not too old then.',
    params: endpointParams,
    body: {
      url: Type.Optional(Url),
      description: Type.Optional(Description),
      eventTypes: Type.Optional(EventTypesField),
      enabled: Type.Optional(Enabled),
    },
    example: { eventTypes: ['member.joined'], enabled: true },
    answer: Endpoint,
    errors: [webhookErrors.invalid_webhook_url],
    change: async ({ access, params, body }) =>
      presentEndpoint(await endpoints.update(access, params.endpointId, body)),
  });

  below.remove('/:endpointId', {
    guard: managing,
    operationId: 'deleteWebhookEndpoint',
    whileActing: 'never',
    summary: 'Delete a webhook endpoint',
    description: 'Its deliveries are deleted with it.',
    params: endpointParams,
    removed: 'Nothing more is delivered, but for what is being sent at this moment.',
    remove: ({ access, params }) => endpoints.remove(access, params.endpointId),
  });
}

function trialOperation(below: Below, { authorization, tryEndpoint, trials }: EndpointRoutesOptions): void {
  below.operation('POST', '/:endpointId/test', {
    guard: authorization.needs('webhooks:manage'),
    operationId: 'testWebhookEndpoint',
    summary: 'Send an example to a webhook endpoint',
    description: 'At once, signed as a delivery is; at most 30 times a minute. The answer says what the receiver said.',
    params: endpointParams,
    body: { type: EventTypeSchema },
    example: { type: 'member.joined' },
    answers: { 200: Attempt },
    errors: [httpErrors.rate_limited],
    async handle({ access, params, body }) {
      await trials.consume(access.organizationId);
      return tryEndpoint(access, params.endpointId, body.type);
    },
  });
}
