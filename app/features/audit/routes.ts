/** Routes that show a trail. The features that own the owners say under which path, and who may read. */
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { httpErrors } from '../../platform/http/errors.ts';
import type { HttpServer } from '../../platform/http/fastify.ts';
import { type Cursors, toPage } from '../../platform/http/pagination.ts';
import { DEFAULT_LIMIT, Id, Nullable, Page, PageQuery, route, Timestamp } from '../../platform/http/schemas.ts';
import { auditActions } from './actions.ts';
import { type AuditFilter, type AuditReading, presentEvent } from './reading.ts';
import { actorTypes } from './schema.ts';

const Filter = {
  action: Type.Optional(Type.Enum([...auditActions])),
  actorId: Type.Optional(Type.String({ maxLength: 100, description: 'User or API key.' })),
  from: Type.Optional(Timestamp('Events at or after this instant.')),
  to: Type.Optional(Timestamp('Events before this instant.')),
};
const ListQuery = Type.Object({ ...PageQuery.properties, ...Filter }, { additionalProperties: false });
const ExportQuery = Type.Object(Filter, { additionalProperties: false });

const example = {
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
};

const Event = Type.Object({
  id: Id('Event'),
  sequence: Type.Integer({ description: '1, 2, 3 … in the trail.' }),
  occurredAt: Timestamp('When it happened.'),
  action: Type.String(),
  actor: Type.Object({ type: Type.Enum([...actorTypes]), id: Nullable(Type.String()) }),
  target: Nullable(Type.Object({ type: Type.String(), id: Nullable(Type.String()) })),
  requestId: Nullable(Type.String()),
  ipAddress: Nullable(Type.String()),
  userAgent: Nullable(Type.String()),
  details: Type.Object({}, { additionalProperties: true, description: 'Before and after, without secrets.' }),
  hash: Type.String({ description: 'SHA-256 over the hash of the event before and this event.' }),
});

export interface TrailRoutes {
  /** Where the trail is, e.g. `/v1/organizations/:organizationId/audit-events`. */
  path: string;
  /** Begins the operationIds: `listOrganizationAuditEvents`. */
  name: string;
  access: { access: 'user' | 'organization'; permission?: string };
  tag: string;
  params?: ReturnType<typeof Type.Object>;
  authorize: (request: FastifyRequest) => Promise<void>;
  /** Whose trail a request is about. */
  ownerOf: (request: FastifyRequest) => string;
}

export interface TrailOptions {
  reading: AuditReading;
  cursors: Cursors;
}

export function trailRoutes(app: HttpServer, { reading, cursors }: TrailOptions, trail: TrailRoutes): void {
  const common = { ...trail.access, tag: trail.tag, ...(trail.params && { params: trail.params }) };
  // Bound to its owner: a cursor of one trail is refused in another.
  const listOf = (ownerId: string) => `audit-events ${ownerId}`;

  app.get(
    trail.path,
    {
      onRequest: trail.authorize,
      schema: route({
        summary: 'List audit events',
        description: 'The newest first.',
        operationId: `list${trail.name}AuditEvents`,
        ...common,
        query: ListQuery,
        answers: { 200: Page(Event, example) },
        errors: [httpErrors.invalid_cursor],
      }),
    },
    async (request, reply) => {
      const {
        limit = DEFAULT_LIMIT,
        cursor,
        ...filter
      } = request.query as typeof request.query & FilterQuery & { limit?: number; cursor?: string };
      const ownerId = trail.ownerOf(request);
      const before = cursor === undefined ? undefined : Number(cursors.decode(listOf(ownerId), cursor)[0]);
      const events = await reading.list(ownerId, toFilter(filter), limit + 1, before);
      reply.header('cache-control', 'no-store');
      return toPage(events, limit, presentEvent, ({ sequence }) => cursors.encode(listOf(ownerId), [String(sequence)]));
    },
  );

  app.get(
    `${trail.path}/export`,
    {
      onRequest: trail.authorize,
      schema: route({
        summary: 'Export audit events',
        description: 'As NDJSON: one event a line, the newest first, however many there are.',
        operationId: `export${trail.name}AuditEvents`,
        ...common,
        query: ExportQuery,
        answers: { 200: { description: 'The events, one JSON object a line.', mediaType: 'application/x-ndjson' } },
      }),
    },
    async (request, reply) => {
      const stream = reading.stream(trail.ownerOf(request), toFilter(request.query as FilterQuery));
      return sendLines(reply, stream);
    },
  );
}

interface FilterQuery {
  action?: AuditFilter['action'];
  actorId?: string;
  from?: string;
  to?: string;
}

function toFilter({ action, actorId, from, to }: FilterQuery): AuditFilter {
  return {
    action,
    actorId,
    from: from === undefined ? undefined : new Date(from),
    to: to === undefined ? undefined : new Date(to),
  };
}

function sendLines(reply: FastifyReply, batches: ReturnType<AuditReading['stream']>): FastifyReply {
  async function* lines() {
    for await (const batch of batches) yield batch.map((event) => `${JSON.stringify(presentEvent(event))}\n`).join('');
  }
  return reply
    .headers({ 'cache-control': 'no-store', 'content-disposition': 'attachment; filename="audit-events.ndjson"' })
    .type('application/x-ndjson')
    .send(Readable.from(lines()));
}
