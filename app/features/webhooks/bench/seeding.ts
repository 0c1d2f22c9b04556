/** Endpoints and events for the benchmark of webhooks, by the service's own code. */

import { sealer } from '../../../../bench/seed.ts';
import { systemClock } from '../../../platform/clock.ts';
import { type Database, openDatabase } from '../../../platform/database/database.ts';
import { createMetrics } from '../../../platform/telemetry/metrics.ts';
import { createEvents } from '../../events/events.ts';
import { fanOut } from '../dispatch/claims.ts';
import { seedEndpoint } from '../testing/seed.ts';

export interface Seeding {
  readonly db: Database;
  /** Adds an organization with an endpoint. @returns the organization's id */
  endpoint(url: string): Promise<string>;
  /** Stores an event for each organization. */
  emit(organizations: readonly string[]): Promise<void>;
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
    endpoint: async (target) => (await seedEndpoint({ db, sealer }, { url: target })).organizationId,
    async emit(organizations) {
      for (let sent = 0; sent < organizations.length; sent += WIDTH) {
        const some = organizations.slice(sent, sent + WIDTH);
        await Promise.all(some.map((id) => events.emit(db, id, 'organization.updated', DATA)));
      }
    },
    close: () => db.$client.end(),
  };
}
