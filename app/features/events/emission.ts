/**
 * Stores events in the transaction of the change that they tell of: an event exists if, and only if, the change commits. Later features add
 * rows of their own in the same statement, so that an event costs the change one statement, whoever is interested in it.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Clock } from '../../platform/clock.ts';
import { hint } from '../../platform/database/changes/announcing.ts';
import type { Executor } from '../../platform/database/database.ts';
import { prepare } from '../../platform/database/prepared.ts';
import { newId } from '../../platform/security/random.ts';
import type { Metrics } from '../../platform/telemetry/metrics.ts';
import type { EventData, EventType } from './declaration.ts';
import { events } from './schema.ts';

export interface Emission {
  /** Stores an event of an organization. @param tx the transaction of the change */
  emit<T extends EventType>(tx: Executor, organizationId: string, type: T, data: EventData<T>): Promise<void>;
  /** Adds a step to the statement that stores an event. Call it before the first event. */
  alongside(name: string, step: Step): void;
}

export interface Step {
  /** Changes rows, and returns one for each; reads the event's columns from the table `event`. */
  readonly statement: SQL;
  /** Whom to tell after the commit, if there was a row: those who listen to this channel. */
  readonly channel?: string;
}

const { placeholder } = sql;

export function createEmission({ clock, metrics }: { clock: Clock; metrics: Pick<Metrics, 'events_total'> }): Emission {
  const steps: (Step & { name: string })[] = [];
  let insert: ReturnType<typeof statement> | undefined;

  /** Answers, in the order of the steps, whether each changed a row. */
  function statement() {
    const stored = sql`
      insert into ${events} (organization_id, id, type, occurred_at, data)
      values (${placeholder('organizationId')}::uuid, ${placeholder('id')}::uuid, ${placeholder('type')}::text,
        ${placeholder('occurredAt')}::timestamptz, ${placeholder('data')}::jsonb)
      returning organization_id, id, type, occurred_at`;
    const parts = steps.map(({ name, statement }) => sql`${sql.identifier(name)} as (${statement})`);
    const changed = steps.map(({ name }) => sql`exists (select from ${sql.identifier(name)})`);
    return prepare<{ changed: boolean[] }>(
      'event_emit',
      sql`with ${sql.join([sql`event as (${stored})`, ...parts], sql`, `)} select array[${sql.join(changed, sql`, `)}]::boolean[] as changed`,
    );
  }

  return {
    async emit(tx, organizationId, type, data) {
      insert ??= statement();
      const occurredAt = clock.now();
      const values = { organizationId, id: newId(), type, occurredAt, data: JSON.stringify(data) };
      const [stored] = await insert(tx, values);
      steps.forEach(({ channel }, index) => {
        if (channel && stored?.changed[index]) hint(tx, channel);
      });
      metrics.events_total.inc({ type });
    },

    alongside(name, step) {
      if (insert) throw new Error(`${name} comes after the first event`);
      steps.push({ name, ...step });
    },
  };
}
