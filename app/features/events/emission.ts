/**
 * Stores events in the transaction of the change that they tell of: an event exists if, and only if, the change commits. Later features add
 * rows of their own by a statement that is sent with the event's, so that an event costs the change one turn, whoever is interested in it.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Clock } from '../../platform/clock.ts';
import { hint } from '../../platform/database/changes/announcing.ts';
import type { Transaction } from '../../platform/database/database.ts';
import { type Prepared, prepare } from '../../platform/database/prepared.ts';
import { newId } from '../../platform/security/random.ts';
import type { Metrics } from '../../platform/telemetry/metrics.ts';
import type { EventData, EventType } from './declaration.ts';
import { events } from './schema.ts';

export interface Emission {
  /** Stores an event of an organization. @param tx the transaction of the change */
  emit<T extends EventType>(tx: Transaction, organizationId: string, type: T, data: EventData<T>): Promise<void>;
  /** Adds a statement that follows the one that stores an event. Call it before the first event. */
  alongside(name: string, step: Step): void;
}

export interface Step {
  /** Changes rows, and returns one for each. It may read the event's columns from the relation that `storedEvent` names. */
  readonly statement: SQL;
  /** Whom to tell after the commit, if there was a row: those who listen to this channel. */
  readonly channel?: string;
}

const { placeholder } = sql;

/** In a step: the row of the event that was just stored, under the name `event`. */
export const storedEvent = sql`(select organization_id, id, type, occurred_at from ${events}
  where organization_id = ${placeholder('organizationId')}::uuid and id = ${placeholder('id')}::uuid) event`;

const insert = prepare(
  'event_emit',
  sql`
    insert into ${events} (organization_id, id, type, occurred_at, data)
    values (${placeholder('organizationId')}::uuid, ${placeholder('id')}::uuid, ${placeholder('type')}::text,
      ${placeholder('occurredAt')}::timestamptz, ${placeholder('data')}::jsonb)`,
);

export function createEmission({ clock, metrics }: { clock: Clock; metrics: Pick<Metrics, 'events_total'> }): Emission {
  const steps: (Step & { run: Prepared<object> })[] = [];
  let begun = false;

  return {
    async emit(tx, organizationId, type, data) {
      begun = true;
      const occurredAt = clock.now();
      const values = { organizationId, id: newId(), type, occurredAt, data: JSON.stringify(data) };
      // Sent together, and run one after the other: each of them is about one owner, so that a sharded PostgreSQL runs it on one node.
      const [, ...changed] = await Promise.all([insert(tx, values), ...steps.map(({ run }) => run(tx, values))]);
      steps.forEach(({ channel }, index) => {
        if (channel && changed[index]!.length > 0) hint(tx, channel);
      });
      metrics.events_total.inc({ type });
    },

    alongside(name, step) {
      if (begun) throw new Error(`${name} comes after the first event`);
      steps.push({ ...step, run: prepare(`event_${name}`, step.statement) });
    },
  };
}
