/** Events and webhook endpoints (docs.stripe.com/api/events, docs.stripe.com/api/webhook_endpoints). */
import type Stripe from 'stripe';
import * as p from '../protocol/parameters.ts';
import { listing, type Route, retrieve, route } from '../protocol/routes.ts';
import { newId, type World } from '../world/world.ts';
import { WORDS } from './words.ts';

const eventTypeMatches = (type: string, asked: string) =>
  asked.endsWith('*') ? type.startsWith(asked.slice(0, -1)) : type === asked;

const writable = {
  description: p.emptyable(p.text),
  enabled_events: p.list(p.oneOf(...WORDS.eventTypes)),
  metadata: p.metadata,
  url: p.text,
};

const creatable = {
  ...writable,
  api_version: p.oneOf(...WORDS.apiVersions),
  connect: p.flag,
  enabled_events: p.needed(p.list(p.oneOf(...WORDS.eventTypes))),
  url: p.needed(p.text),
};

/** Creates a webhook endpoint. Only the answer to its creation shows the secret. */
export function createWebhookEndpoint(
  world: World,
  given: {
    url: string;
    enabled_events: string[];
    api_version?: string | undefined;
    description?: string | null | undefined;
    metadata?: Record<string, string> | null | undefined;
    secret?: string;
  },
): Stripe.WebhookEndpoint {
  return world.store.put('webhook_endpoint', {
    id: newId(world, 'we'),
    object: 'webhook_endpoint',
    api_version: given.api_version ?? null,
    application: null,
    created: world.now(),
    description: given.description ?? null,
    enabled_events: given.enabled_events,
    livemode: false,
    metadata: given.metadata ?? {},
    secret: given.secret ?? `whsec_${world.random.characters(32)}`,
    status: 'enabled',
    url: given.url,
  });
}

function withoutSecret({ secret: _, ...endpoint }: Stripe.WebhookEndpoint): Stripe.WebhookEndpoint {
  return endpoint;
}

const endpoints = listing('/v1/webhook_endpoints', 'webhook_endpoint', {});

export const eventRoutes: Route[] = [
  retrieve('/v1/events', 'event'),
  listing(
    '/v1/events',
    'event',
    { type: p.text, types: p.list(p.text), delivery_success: p.flag },
    (event, asked) =>
      (!asked.type || eventTypeMatches(event.type, asked.type)) &&
      (!asked.types || asked.types.some((type) => eventTypeMatches(event.type, type))) &&
      (asked.delivery_success === undefined || (event.pending_webhooks === 0) === asked.delivery_success),
  ),
  route('POST /v1/webhook_endpoints', creatable, createWebhookEndpoint),
  route('GET /v1/webhook_endpoints/:id', {}, (world, _, { id }) =>
    withoutSecret(world.store.get('webhook_endpoint', id)),
  ),
  route('POST /v1/webhook_endpoints/:id', { ...writable, disabled: p.flag }, (world, given, { id }) => {
    const endpoint = world.store.get('webhook_endpoint', id);
    if (given.url !== undefined) endpoint.url = given.url;
    if (given.enabled_events) endpoint.enabled_events = given.enabled_events;
    if (given.description !== undefined) endpoint.description = given.description;
    if (given.metadata !== undefined) endpoint.metadata = p.mergeMetadata(endpoint.metadata, given.metadata);
    if (given.disabled !== undefined) endpoint.status = given.disabled ? 'disabled' : 'enabled';
    return withoutSecret(endpoint);
  }),
  route('DELETE /v1/webhook_endpoints/:id', {}, (world, _, { id }) => {
    world.store.get('webhook_endpoint', id);
    world.store.remove('webhook_endpoint', id);
    return { id, object: 'webhook_endpoint', deleted: true };
  }),
  {
    ...endpoints,
    handle(world, params, bound) {
      const list = endpoints.handle(world, params, bound) as Stripe.ApiList<Stripe.WebhookEndpoint>;
      return { ...list, data: list.data.map(withoutSecret) };
    },
  },
];
