/** Reading the events of an organization, the newest first. */
import { and, desc, eq, gte, lt } from 'drizzle-orm';
import type { TolerantReads } from '../../platform/database/replica.ts';
import { type EventRow, events } from './schema.ts';

export interface EventFilter {
  type?: string | undefined;
  /** Inclusive. */
  from?: Date | undefined;
  /** Exclusive. */
  to?: Date | undefined;
}

/** Lists events before the one with the id `beforeId`. */
export type ListEvents = (
  organizationId: string,
  filter: EventFilter,
  limit: number,
  beforeId?: string,
) => Promise<EventRow[]>;

export function createReading(reads: TolerantReads): ListEvents {
  return (organizationId, { type, from, to }, limit, beforeId) =>
    reads((db) =>
      db
        .select()
        .from(events)
        .where(
          and(
            eq(events.organizationId, organizationId),
            type === undefined ? undefined : eq(events.type, type),
            from && gte(events.occurredAt, from),
            to && lt(events.occurredAt, to),
            beforeId === undefined ? undefined : lt(events.id, beforeId),
          ),
        )
        .orderBy(desc(events.id))
        .limit(limit),
    );
}
