/** Reading a trail: the newest events first, filtered, a page at a time or as a stream. */
import { and, asc, desc, eq, gt, gte, lt, lte, type SQL, sql } from 'drizzle-orm';
import { readPages } from '../../platform/database/batches.ts';
import type { Database } from '../../platform/database/database.ts';
import type { TolerantReads } from '../../platform/database/replica.ts';
import type { AuditAction } from './actions.ts';
import { withAddresses } from './addresses.ts';
import { type AuditEvent, auditChains, auditEvents } from './schema.ts';

export interface AuditFilter {
  action?: AuditAction | undefined;
  actorId?: string | undefined;
  /** Inclusive. */
  from?: Date | undefined;
  /** Exclusive. */
  to?: Date | undefined;
}

export interface AuditReading {
  /** Events before the one with the sequence number `before`. */
  list(ownerId: string, filter: AuditFilter, limit: number, before?: number): Promise<AuditEvent[]>;
  /** All events that fit, in batches, so that a trail of any length takes little memory. */
  stream(ownerId: string, filter: AuditFilter): AsyncGenerator<AuditEvent[]>;
}

export function createAuditReading(reads: TolerantReads): AuditReading {
  const matching = (ownerId: string, { action, actorId, from, to }: AuditFilter, before?: number): SQL =>
    and(
      eq(auditEvents.ownerId, ownerId),
      action && eq(auditEvents.action, action),
      actorId === undefined ? undefined : eq(auditEvents.actorId, actorId),
      from && gte(auditEvents.occurredAt, from),
      to && lt(auditEvents.occurredAt, to),
      before === undefined ? undefined : lt(auditEvents.sequence, before),
    )!;

  const list: AuditReading['list'] = (ownerId, filter, limit, before) =>
    reads(async (db) => {
      const events = await db
        .select()
        .from(auditEvents)
        .where(matching(ownerId, filter, before))
        .orderBy(desc(auditEvents.sequence))
        .limit(limit);
      return withAddresses(db, ownerId, events);
    });

  return {
    list,
    stream: (ownerId, filter) => readPages((limit, last) => list(ownerId, filter, limit, last?.sequence)),
  };
}

/** Reads a trail from its first event to the one that is its last now. From the primary: what was just appended is among them. */
export function createHistory(db: Database): (ownerId: string) => AsyncGenerator<AuditEvent[]> {
  const { placeholder } = sql;
  const page = db
    .select()
    .from(auditEvents)
    .where(
      and(
        eq(auditEvents.ownerId, placeholder('ownerId')),
        gt(auditEvents.sequence, placeholder('after')),
        lte(auditEvents.sequence, placeholder('end')),
      ),
    )
    .orderBy(asc(auditEvents.sequence))
    .limit(placeholder('limit'))
    .prepare('audit_history');

  return async function* history(ownerId) {
    const [head] = await db
      .select({ end: auditChains.sequence })
      .from(auditChains)
      .where(eq(auditChains.ownerId, ownerId));
    if (!head) return;
    yield* readPages((limit, last: AuditEvent | undefined) =>
      page.execute({ ownerId, after: last?.sequence ?? 0, end: head.end, limit }),
    );
  };
}

/** An event as readers of a trail see it. */
export function presentEvent(event: AuditEvent) {
  return {
    id: event.id,
    sequence: event.sequence,
    occurredAt: event.occurredAt.toISOString(),
    action: event.action,
    actor: { type: event.actorType, id: event.actorId },
    target: event.targetType === null ? null : { type: event.targetType, id: event.targetId },
    requestId: event.requestId,
    ipAddress: event.ipAddress,
    userAgent: event.userAgent,
    details: event.details,
    hash: event.hash.toString('hex'),
  };
}
