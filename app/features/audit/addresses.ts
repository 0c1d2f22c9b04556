/**
 * Addresses that events are about. Events are chained and cannot be changed, so they refer to a row that can be erased: whoever reads the
 * event then sees that it was about somebody, and no longer about whom.
 */
import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Database, Executor } from '../../platform/database/database.ts';
import { newId } from '../../platform/security/random.ts';
import { type AuditEvent, auditAddresses } from './schema.ts';

/** The member of an event's details that names the row. */
export const ADDRESS_ID = 'addressId';

export interface AuditAddresses {
  /** @returns what the details of an event of the owner contain in place of an address: `{ addressId }` */
  refer(tx: Executor, ownerId: string, address: string): Promise<{ addressId: string }>;
  /** Erases addresses from the trails of all owners. */
  forgetAddresses(addresses: readonly string[]): Promise<void>;
}

export function createAuditAddresses(db: Database): AuditAddresses {
  return {
    async refer(tx, ownerId, address) {
      const [row] = await tx
        .insert(auditAddresses)
        .values({ ownerId, id: newId(), address })
        // An update of nothing: it returns the row that is there.
        .onConflictDoUpdate({ target: [auditAddresses.ownerId, auditAddresses.address], set: { address } })
        .returning({ id: auditAddresses.id });
      return { addressId: row!.id };
    },

    async forgetAddresses(addresses) {
      if (addresses.length === 0) return;
      await db.delete(auditAddresses).where(inArray(auditAddresses.address, [...addresses]));
    },
  };
}

/** Events as readers see them: with `email` in the details, which is null once the address was erased. */
export async function withAddresses(executor: Executor, ownerId: string, events: AuditEvent[]): Promise<AuditEvent[]> {
  const ids = events.flatMap(({ details }) => (typeof details[ADDRESS_ID] === 'string' ? [details[ADDRESS_ID]] : []));
  if (ids.length === 0) return events;
  const known = await executor
    .select()
    .from(auditAddresses)
    .where(
      and(
        eq(auditAddresses.ownerId, ownerId),
        sql`${auditAddresses.id} = any(${sql.param([...new Set(ids)])}::uuid[])`,
      ),
    );
  const byId = new Map(known.map(({ id, address }) => [id, address]));
  return events.map((event) => {
    const id = event.details[ADDRESS_ID];
    if (typeof id !== 'string') return event;
    return { ...event, details: { ...event.details, email: byId.get(id) ?? null } };
  });
}
