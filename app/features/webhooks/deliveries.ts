/** Deliveries of an endpoint: reading them, and having them sent again. */
import { and, desc, eq, gte, inArray, lt, sql } from 'drizzle-orm';
import type { Clock } from '../../platform/clock.ts';
import type { Database, Executor } from '../../platform/database/database.ts';
import type { TolerantReads } from '../../platform/database/replica.ts';
import { httpErrors } from '../../platform/http/errors.ts';
import { newId } from '../../platform/security/random.ts';
import type { Audit } from '../audit/audit.ts';
import { events } from '../events/schema.ts';
import type { OrganizationAccess } from '../organizations/organizations.ts';
import { dueNow, wake } from './dispatch/claims.ts';
import { type Endpoints, recordOf } from './endpoints.ts';
import { webhookErrors } from './errors.ts';
import { type DeliveryRow, type DeliveryStatus, webhookDeliveries } from './schema.ts';

export interface DeliveryFilter {
  status?: DeliveryStatus | undefined;
  type?: string | undefined;
  /** When the event happened: inclusive. */
  from?: Date | undefined;
  /** Exclusive. */
  to?: Date | undefined;
}

export interface Replay {
  /** Events at or after this instant. */
  since: Date;
  types?: readonly string[] | undefined;
}

export interface Deliveries {
  /** The newest first, before the one with id `beforeId`. @throws `not_found` where there is no such endpoint */
  list(
    organizationId: string,
    endpointId: string,
    filter: DeliveryFilter,
    limit: number,
    beforeId?: string,
  ): Promise<DeliveryRow[]>;
  /** @throws `not_found` */
  get(organizationId: string, endpointId: string, id: string): Promise<DeliveryRow>;
  /** Makes a delivery due now, with all attempts of the schedule. @throws `not_found`, `webhook_endpoint_disabled` */
  retry(access: OrganizationAccess, endpointId: string, id: string): Promise<DeliveryRow>;
  /**
   * Has the events since an instant delivered, also those that were delivered already, and those from before the endpoint existed.
   * @returns how many
   * @throws `not_found`, `webhook_endpoint_disabled`
   */
  replay(access: OrganizationAccess, endpointId: string, what: Replay): Promise<number>;
}

export interface DeliveriesOptions {
  db: Database;
  reads: TolerantReads;
  clock: Clock;
  audit: Audit;
  endpoints: Pick<Endpoints, 'changing' | 'get'>;
}

export function createDeliveries({ db, reads, clock, audit, endpoints }: DeliveriesOptions): Deliveries {
  const table = webhookDeliveries;
  const ofEndpoint = (organizationId: string, endpointId: string) =>
    and(eq(table.organizationId, organizationId), eq(table.endpointId, endpointId));

  return {
    async list(organizationId, endpointId, { status, type, from, to }, limit, beforeId) {
      await endpoints.get(organizationId, endpointId);
      return reads((reader) =>
        reader
          .select()
          .from(table)
          .where(
            and(
              ofEndpoint(organizationId, endpointId),
              status && eq(table.status, status),
              type === undefined ? undefined : eq(table.eventType, type),
              from && gte(table.createdAt, from),
              to && lt(table.createdAt, to),
              beforeId === undefined ? undefined : lt(table.id, beforeId),
            ),
          )
          .orderBy(desc(table.id))
          .limit(limit),
      );
    },

    async get(organizationId, endpointId, id) {
      const [delivery] = await db
        .select()
        .from(table)
        .where(and(ofEndpoint(organizationId, endpointId), eq(table.id, id)));
      if (!delivery) throw noSuchDelivery();
      return delivery;
    },

    retry: (caller, endpointId, id) =>
      endpoints.changing(caller, endpointId, async (tx, endpoint, access) => {
        if (!endpoint.enabled) throw disabled();
        const again = { status: 'pending', attempts: 0, nextAttemptAt: dueNow(clock.now()) } as const;
        const [delivery] = await tx
          .update(table)
          .set(again)
          .where(and(ofEndpoint(access.organizationId, endpointId), eq(table.id, id)))
          .returning();
        if (!delivery) throw noSuchDelivery();
        await recordOf(audit, tx, access, 'webhook_delivery.retried', { type: 'webhook_delivery', id }, { endpointId });
        wake(tx);
        return delivery;
      }),

    replay: (caller, endpointId, what) =>
      endpoints.changing(caller, endpointId, async (tx, endpoint, access) => {
        if (!endpoint.enabled) throw disabled();
        const count = await addDeliveries(tx, access.organizationId, endpointId, what, clock.now());
        const target = { type: 'webhook_endpoint', id: endpointId };
        const { since, types = null } = what;
        const details = { since: since.toISOString(), types, count };
        await recordOf(audit, tx, access, 'webhook_endpoint.replayed', target, details);
        return count;
      }),
  };
}

/** A request may add at most so many; a later `since` gets the rest. */
export const MAX_REPLAYED = 10_000;

/** Adds a delivery for each event, the oldest ones first. @returns how many */
export async function addDeliveries(
  tx: Executor,
  organizationId: string,
  endpointId: string,
  { since, types }: Replay,
  now: Date,
): Promise<number> {
  const wanted = and(
    eq(events.organizationId, organizationId),
    gte(events.occurredAt, since),
    types && inArray(events.type, [...types]),
  );
  const { rows } = await tx.execute<{ count: number }>(sql`
    with wanted as (
      select ${events.id} as id, ${events.type} as type, ${events.occurredAt} as occurred_at,
        row_number() over (order by ${events.id}) as turn
      from ${events} where ${wanted} order by ${events.id} limit ${MAX_REPLAYED}
    ), added as (
      insert into ${webhookDeliveries} (organization_id, id, endpoint_id, event_id, event_type, status, next_attempt_at, created_at)
      select ${organizationId}::uuid, (left(${newId()}, 26) || lpad(to_hex(turn), 10, '0'))::uuid, ${endpointId}::uuid, id, type, 'pending',
        ${dueNow(now)} + (turn - ${MAX_REPLAYED}) * interval '1 microsecond', occurred_at
      from wanted order by turn returning 1
    ) select count(*)::int as count from added`);
  wake(tx);
  return rows[0]!.count;
}

const noSuchDelivery = () => httpErrors.not_found({ detail: 'There is no such delivery.' });
const disabled = () => webhookErrors.webhook_endpoint_disabled({ detail: 'Enable it first.' });
