/**
 * Events, the public surface: what happens in organizations, stored with the change that it tells of. Not here: what happens (the features
 * that emit it), who may read it, and telling others of it (webhooks).
 */
import './settings.ts';
import './metrics.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import type { TolerantReads } from '../../platform/database/replica.ts';
import { defineFeature } from '../../platform/feature.ts';
import type { OutgoingRequest } from '../../platform/http/operations/document.ts';
import type { Operations } from '../../platform/http/operations/operations.ts';
import type { JobHandler, JobSchedule } from '../../platform/jobs/jobs.ts';
import type { Metrics } from '../../platform/telemetry/metrics.ts';
import { createEmission, type Emission } from './emission.ts';
import { createReading, type ListEvents } from './reading.ts';
import { createRetention, forget, forgetAddresses, retainSchedule } from './retention.ts';
import { catalogueRoute, describeEvents } from './routes.ts';

export { allEvents, defineEvents, type EventData, type EventType, eventTypes } from './declaration.ts';
export { type Emission, type Step, storedEvent } from './emission.ts';
export { presentEvent, publicId, storedId } from './payload.ts';
export { EventType as EventTypeSchema, eventRoutes, examplePayload } from './routes.ts';

export interface EventsOptions {
  db: Database;
  /** For lists that may be some seconds old. */
  reads: TolerantReads;
  clock: Clock;
  metrics: Metrics;
  config: { eventRetentionDays: number };
}

export interface Events extends Emission {
  readonly list: ListEvents;
  readonly handlers: readonly JobHandler[];
  readonly schedules: readonly JobSchedule[];
  routes(operations: Operations): void;
  sends(): OutgoingRequest[];
  /** Deletes every event of an organization, in batches. */
  forget(organizationId: string): Promise<void>;
  /** Erases addresses from the events of every organization. The events stay. */
  forgetAddresses(addresses: readonly string[]): Promise<void>;
}

export function createEvents({ db, reads, clock, metrics, config }: EventsOptions): Events {
  return {
    ...createEmission({ clock, metrics }),
    list: createReading(reads),
    handlers: [createRetention({ db, clock, days: config.eventRetentionDays })],
    schedules: [retainSchedule],
    routes: catalogueRoute,
    sends: describeEvents,
    forget: (organizationId) => forget(db, organizationId),
    forgetAddresses: (addresses) => forgetAddresses(db, addresses),
  };
}

export const events = defineFeature({ needs: [], create: createEvents });
