/** Operations that show a trail. The features that own the owners say under which path, and who may read. */
import { type Static, Type } from 'typebox';
import type { Caller } from '../../platform/http/caller.ts';
import { httpErrors } from '../../platform/http/errors.ts';
import type { CallerGuard, Fields, Operations, Tag, ValuesOf } from '../../platform/http/operations/operations.ts';
import { Id, Named, Nullable, OneOf, Timestamp } from '../../platform/http/schemas.ts';
import { sendStream } from '../../platform/http/streaming.ts';
import type { RateLimit } from '../../platform/security/rate-limits.ts';
import { auditActions } from './actions.ts';
import { type AuditFilter, type AuditReading, presentEvent } from './reading.ts';
import { actorTypes } from './schema.ts';

const filter = {
  action: Type.Optional(OneOf(auditActions, { title: 'AuditAction' })),
  actorId: Type.Optional(Type.String({ maxLength: 100, description: 'User or API key.' })),
  from: Type.Optional(Timestamp('Events at or after this instant.')),
  to: Type.Optional(Timestamp('Events before this instant.')),
};

const Event = Named(
  'AuditEvent',
  {
    id: Id('Event'),
    sequence: Type.Integer({ description: '1, 2, 3 … in the trail.' }),
    occurredAt: Timestamp('When it happened.'),
    action: Type.String(),
    actor: Named('AuditActor', { type: OneOf(actorTypes, { title: 'ActorType' }), id: Nullable(Type.String()) }),
    target: Nullable(Named('AuditTarget', { type: Type.String(), id: Nullable(Type.String()) })),
    requestId: Nullable(Type.String()),
    ipAddress: Nullable(Type.String()),
    userAgent: Nullable(Type.String()),
    details: Named('AuditDetails', {}, undefined, {
      additionalProperties: true,
      description: 'Before and after, without secrets.',
    }),
    hash: Type.String({ description: 'SHA-256 over the hash of the event before and this event.' }),
  },
  {
    id: '01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b40',
    sequence: 12,
    occurredAt: '2026-11-01T09:30:00.000Z',
    action: 'api_key.created',
    actor: { type: 'user', id: '01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b2f' },
    target: { type: 'api_key', id: '01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b41' },
    requestId: '8a8b6d5e-6b0c-4c57-9d9d-0d1f6a1d7f10',
    ipAddress: '203.0.113.7',
    userAgent: 'curl/8.5.0',
    details: { name: 'deploy', scopes: ['members:read'] },
    hash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  },
);

export interface Trail<Access extends Caller, Params extends Fields> {
  /** The name of the owner in operationIds: `Organization` gives `listOrganizationAuditEvents`. */
  name: string;
  /** The path of the owner; its trail is at `/audit-events` below. */
  path: string;
  params: Params;
  tag: Tag;
  /** Its `ownerId` names the owner of the trail. */
  guard: CallerGuard<Access>;
  /** The guard of the export, if it needs more than reading. */
  exportGuard?: CallerGuard<Access>;
  /** Exports of one trail. Key: owner. */
  exports: RateLimit;
}

export function trailRoutes<Access extends Caller, Params extends Fields>(
  operations: Operations,
  reading: AuditReading,
  { name, path, params, tag, guard, exportGuard = guard, exports }: Trail<Access, Params>,
): void {
  const below = operations.at(`${path}/audit-events`, { tag, params });

  below.list('', {
    guard,
    operationId: `list${name}AuditEvents`,
    summary: 'List audit events',
    description: 'The newest first.',
    query: filter,
    item: Event,
    rows: ({ access, query }, limit, before) =>
      reading.list(guard.ownerId(access), toFilter(query), limit, before && Number(before[0])),
    keyOf: ({ sequence }) => [String(sequence)],
    present: (event) => presentEvent(event) as Static<typeof Event>,
  });

  below.operation('GET', '/export', {
    guard: exportGuard,
    operationId: `export${name}AuditEvents`,
    whileActing: 'never',
    summary: 'Export audit events',
    description:
      'As NDJSON: one event per line, the newest first, however many there are; at most 20 times an hour. A connection that ends before the answer does is a failure.',
    query: filter,
    answers: { 200: { description: 'The events, one JSON object per line.', mediaType: 'application/x-ndjson' } },
    errors: [httpErrors.rate_limited],
    sends: ['content-disposition'],
    async handle({ access, query, request, reply }) {
      const ownerId = guard.ownerId(access);
      await exports.consume(ownerId);
      const chunks = lines(reading.stream(ownerId, toFilter(query)));
      return sendStream(request, reply, { mediaType: 'application/x-ndjson', filename: 'audit-events.ndjson', chunks });
    },
  });
}

function toFilter({ action, actorId, from, to }: ValuesOf<typeof filter>): AuditFilter {
  const instant = (text: string | undefined) => (text === undefined ? undefined : new Date(text));
  return { action, actorId, from: instant(from), to: instant(to) };
}

async function* lines(batches: ReturnType<AuditReading['stream']>) {
  for await (const batch of batches) yield batch.map((event) => `${JSON.stringify(presentEvent(event))}\n`).join('');
}
