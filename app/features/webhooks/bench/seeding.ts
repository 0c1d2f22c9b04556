/** Endpoints and events for the benchmark of webhooks, by the service's own code. */
import { sealer } from '../../../../bench/seed.ts';
import { systemClock } from '../../../platform/clock.ts';
import { type Database, openDatabase } from '../../../platform/database/database.ts';
import { newId } from '../../../platform/security/random.ts';
import { createMetrics } from '../../../platform/telemetry/metrics.ts';
import { createEvents } from '../../events/events.ts';
import { organizations } from '../../organizations/schema.ts';
import { fanOut } from '../dispatch/claims.ts';
import { webhookEndpoints } from '../schema.ts';
import { makeSecret } from '../signing.ts';

export interface Seeding {
  readonly db: Database;
  /** Adds an organization with an endpoint. @returns the organization's id */
  endpoint(url: string): Promise<string>;
  /** Stores an event for each organization. */
  emit(ids: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** Events that are stored at the same time. */
const WIDTH = 50;
const DATA = { name: 'Engines', slug: 'engines', previous: { name: 'Machines', slug: 'machines' } };

export function openSeeding(url: string): Seeding {
  const options = { poolSize: 10, lanes: 4, preparedStatements: true, statementTimeoutMs: 600_000 };
  const db = openDatabase({ url, ...options, applicationName: 'bench' });
  const metrics = createMetrics({ release: 'bench' }, { runtime: false });
  const config = { eventRetentionDays: 30 };
  const events = createEvents({ db, reads: (read) => read(db), clock: systemClock, metrics, config });
  events.alongside('deliveries', fanOut);
  return {
    db,
    endpoint: (target) => addEndpoint(db, target),
    async emit(ids) {
      for (let sent = 0; sent < ids.length; sent += WIDTH) {
        const some = ids.slice(sent, sent + WIDTH);
        const emit = (id: string) => db.transaction((tx) => events.emit(tx, id, 'organization.updated', DATA));
        await Promise.all(some.map(emit));
      }
    },
    close: () => db.$client.end(),
  };
}

async function addEndpoint(db: Database, url: string): Promise<string> {
  const [organizationId, id, now] = [newId(), newId(), new Date()];
  const common = { createdAt: now, updatedAt: now };
  const names = { name: 'Bench', slug: `bench-${organizationId}`, personal: false };
  await db.insert(organizations).values({ id: organizationId, ...names, ...common });
  const endpoint = { organizationId, id, url, description: '', enabled: true, createdBy: organizationId };
  await db.insert(webhookEndpoints).values({ ...endpoint, secret: makeSecret(sealer).sealed, ...common });
  return organizationId;
}
