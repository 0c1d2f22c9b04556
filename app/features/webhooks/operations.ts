/** The actions of operators on webhooks, from the command line. */
import { and, asc, eq, or, sql } from 'drizzle-orm';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import type { Sealer } from '../../platform/security/sealing.ts';
import { dueNow, wake } from './dispatch/claims.ts';
import type { Disabling } from './dispatch/disabling.ts';
import { type DisabledReason, webhookDeliveries, webhookEndpoints } from './schema.ts';
import { openSecrets } from './signing.ts';

export interface EndpointSummary {
  organizationId: string;
  id: string;
  url: string;
  enabled: boolean;
  disabledReason: DisabledReason | null;
  failures: number;
  failingSince: Date | null;
  pending: number;
}

export interface WebhookOperations {
  /** Endpoints, those that have failed for longest first. */
  list(options: { failing: boolean; limit: number }): Promise<EndpointSummary[]>;
  /** Makes what waits for an endpoint due now, and ends its pause. @returns how many deliveries; undefined if there is no such endpoint */
  retry(endpointId: string): Promise<number | undefined>;
  /** Has the events since an instant delivered again. @returns how many; undefined if there is no such enabled endpoint */
  replay(endpointId: string, since: Date): Promise<number | undefined>;
  /** Disables an endpoint, and tells those who manage it. @returns whether it was enabled; undefined if there is no such endpoint */
  disable(endpointId: string): Promise<boolean | undefined>;
  /** How many secrets cannot be opened with the current `APP_SECRET`. */
  unreadableSecrets(): Promise<number>;
}

export interface WebhookOperationsOptions {
  db: Database;
  clock: Clock;
  sealer: Sealer;
  disabling: Disabling;
  addReplayed(organizationId: string, endpointId: string, since: Date): Promise<number>;
}

export function createWebhookOperations(options: WebhookOperationsOptions): WebhookOperations {
  const { db, clock, sealer, disabling } = options;

  async function find(id: string) {
    const [endpoint] = await db.select().from(webhookEndpoints).where(eq(webhookEndpoints.id, id));
    return endpoint;
  }

  return {
    list({ failing, limit }) {
      const { organizationId, id, url, enabled, disabledReason, failures, failingSince } = webhookEndpoints;
      const pending = sql<number>`(select count(*)::int from ${webhookDeliveries}
        where endpoint_id = ${webhookEndpoints}.id and status = 'pending')`;
      return db
        .select({ organizationId, id, url, enabled, disabledReason, failures, failingSince, pending })
        .from(webhookEndpoints)
        .where(failing ? or(eq(enabled, false), sql`${failures} > 0`) : undefined)
        .orderBy(sql`${failingSince} asc nulls last`, asc(id))
        .limit(limit);
    },

    async retry(endpointId) {
      const endpoint = await find(endpointId);
      if (!endpoint) return undefined;
      return db.transaction(async (tx) => {
        const { id, organizationId } = webhookEndpoints;
        const own = and(eq(organizationId, endpoint.organizationId), eq(id, endpointId));
        await tx.update(webhookEndpoints).set({ failures: 0, pausedUntil: null }).where(own);
        const waiting = and(eq(webhookDeliveries.endpointId, endpointId), eq(webhookDeliveries.status, 'pending'));
        const due = await tx
          .update(webhookDeliveries)
          .set({ nextAttemptAt: dueNow(clock.now()) })
          .where(waiting);
        wake(tx);
        return due.rowCount ?? 0;
      });
    },

    async replay(endpointId, since) {
      const endpoint = await find(endpointId);
      return endpoint?.enabled ? options.addReplayed(endpoint.organizationId, endpointId, since) : undefined;
    },

    async disable(endpointId) {
      const endpoint = await find(endpointId);
      return endpoint && disabling.disable(endpoint, 'operator');
    },

    async unreadableSecrets() {
      const now = clock.now();
      const rows = await db.select().from(webhookEndpoints).where(eq(webhookEndpoints.enabled, true));
      return rows.filter((endpoint) => !isReadable(() => openSecrets(sealer, endpoint, now))).length;
    },
  };
}

function isReadable(open: () => unknown): boolean {
  try {
    open();
    return true;
  } catch {
    return false;
  }
}
