/** Reading a trail: the newest events first, filtered, a page at a time or as a stream. */
import { and, desc, eq, gte, lt, type SQL } from 'drizzle-orm';
import type { TolerantReads } from '../../platform/database/replica.ts';
import type { AuditAction } from './actions.ts';
import { type AuditEvent, auditEvents } from './schema.ts';

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

const BATCH = 500;

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
    reads((db) =>
      db
        .select()
        .from(auditEvents)
        .where(matching(ownerId, filter, before))
        .orderBy(desc(auditEvents.sequence))
        .limit(limit),
    );

  return {
    list,
    async *stream(ownerId, filter) {
      let before: number | undefined;
      for (;;) {
        const batch = await list(ownerId, filter, BATCH, before);
        if (batch.length > 0) yield batch;
        if (batch.length < BATCH) return;
        before = batch.at(-1)!.sequence;
      }
    },
  };
}

/** What readers of a trail see of an event. */
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
