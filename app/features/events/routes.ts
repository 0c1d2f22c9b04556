/** Operations that show events. The feature that knows who may read says so. */
import { Type } from 'typebox';
import type { Caller } from '../../platform/http/caller.ts';
import type { OutgoingRequest } from '../../platform/http/operations/document.ts';
import {
  type CallerGuard,
  type Fields,
  type Operations,
  publicRoute,
  type Tag,
} from '../../platform/http/operations/operations.ts';
import { Id, Named, OneOf, Timestamp } from '../../platform/http/schemas.ts';
import { allEvents, eventTypes, exampleOf } from './declaration.ts';
import { presentEvent } from './payload.ts';
import type { ListEvents } from './reading.ts';

const tag = { name: 'Events', description: 'The events of an organization.' };

const exampleEvent = {
  id: 'evt_019a53a0c0de7b1c8f0e0c5a3e9d1b60',
  type: 'member.joined',
  timestamp: '2026-11-01T09:30:00.000Z',
  organizationId: '01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b50',
};

const common = {
  id: Type.String({ description: '`evt_…`, in the order of time. The same in each attempt to deliver it.' }),
  timestamp: Timestamp('When it happened.'),
  organizationId: Id('Organization'),
};

export const EventType = OneOf(eventTypes, { title: 'EventType' });

const Event = Named(
  'Event',
  {
    ...common,
    type: Type.String({ description: 'As `GET /v1/event-types` lists them.' }),
    data: Named('EventData', {}, undefined, { additionalProperties: true, description: 'By type.' }),
  },
  { ...exampleEvent, data: { userId: '01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b2f', role: 'member' } },
);

const EventTypes = Named(
  'EventTypes',
  {
    data: Type.Array(
      Named('EventTypeDescription', {
        type: Type.String(),
        about: Type.String({ description: 'When it happens.' }),
        example: Named('EventExample', {}, undefined, {
          additionalProperties: true,
          description: 'A payload as it is delivered.',
        }),
      }),
    ),
  },
  // Without an element: linters (Spectral 6) take an object with `type` and `example` for a schema, and report it as a wrong one.
  { data: [] },
);

/** A payload as a delivery of it looks, for tests of receivers and for the catalogue. */
export function examplePayload(type: string): Record<string, unknown> {
  return { ...exampleEvent, type, data: exampleOf(type) ?? {} };
}

export function catalogueRoute(operations: Operations): void {
  operations.at('/v1/event-types', { tag }).get('', {
    guard: publicRoute,
    operationId: 'listEventTypes',
    summary: 'List the types of events',
    description:
      'All of them, each with an example of its payload. The document of the API has their schemas under `webhooks`.',
    caching: 'public, max-age=300',
    answer: EventTypes,
    get: () => ({
      data: allEvents().map(([type, { about }]) => ({ type, about, example: examplePayload(type) })),
    }),
  });
}

export interface EventListing<Access extends Caller, Params extends Fields> {
  path: string;
  params: Params;
  guard: CallerGuard<Access>;
  /** `listEvents` if absent. */
  operationId?: string;
  tag?: Tag;
}

/** Adds the list of an organization's events below its path. */
export function eventRoutes<Access extends Caller, Params extends Fields>(
  operations: Operations,
  list: ListEvents,
  { path, params, guard, operationId = 'listEvents', tag: under = tag }: EventListing<Access, Params>,
): void {
  operations.at(`${path}/events`, { tag: under, params }).list('', {
    ...{ guard, operationId },
    summary: 'List events',
    description:
      'The newest first. Events of transactions that ran at the same time may appear out of order for a moment: who polls reads the last minute again.',
    query: {
      type: Type.Optional(EventType),
      from: Type.Optional(Timestamp('Events at or after this instant.')),
      to: Type.Optional(Timestamp('Events before this instant.')),
    },
    item: Event,
    rows: ({ access, query }, limit, before) => {
      const { type, from, to } = query;
      return list(guard.ownerId(access), { type, from: instant(from), to: instant(to) }, limit, before?.[0]);
    },
    keyOf: ({ id }) => [id],
    present: presentEvent,
  });
}

const instant = (text: string | undefined) => (text === undefined ? undefined : new Date(text));

/** Describes each event for the document of the API. */
export function describeEvents(): OutgoingRequest[] {
  return allEvents().map(([type, { about, data }]) => ({
    name: type,
    summary: about,
    tag,
    headers: {
      'webhook-id': 'The id of the event: the same in each attempt.',
      'webhook-timestamp': 'When this attempt was made, in seconds since 1970.',
      'webhook-signature':
        '`v1,` and a signature in base64; several, separated by spaces, while a secret is being rotated.',
    },
    body: Named(
      `${pascal(type)}Event`,
      { ...common, type: OneOf([type]), data },
      { ...exampleEvent, type, data: exampleOf(type) },
    ),
  }));
}

function pascal(type: string): string {
  return type.replace(/(?:^|[._])(\w)/g, (_match, letter: string) => letter.toUpperCase());
}
