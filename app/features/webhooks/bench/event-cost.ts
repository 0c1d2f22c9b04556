/** The cost of an event for the change that emits it: the same requests to two copies of the api, of which one emits no events. */
import pg from 'pg';
import type { Detail } from '../../../../bench/figures.ts';
import {
  createMeter,
  describe,
  interleave,
  type Measurement,
  ratio,
  requireStatus,
} from '../../../../bench/measuring.ts';
import { changesOf, seedOrganizations, startVariant } from '../../../../bench/organizations.ts';
import { stop } from '../../../../bench/processes.ts';
import type { Stage } from '../../../../bench/stage.ts';
import { openTokens } from '../../../../bench/tokens.ts';

/** Few enough that no two requests change one organization at a time. */
const CONNECTIONS = 8;

export interface EventCost {
  /** The CPU of the api and of PostgreSQL for a change with its event, to one without. */
  readonly ratio: number;
  readonly details: Detail[];
  readonly raw: unknown;
}

export async function measureEventCost(stage: Stage, url: string, quick: boolean): Promise<EventCost> {
  const organizations = await seedOrganizations(url);
  const requests = changesOf(await openTokens(url), organizations);
  const [emitting, silent] = [await startVariant(url), await startVariant(url, 'silent')];
  const meter = createMeter(stage.postgresPid);
  const durationMs = quick ? 1_000 : 3_000;
  const side = (subject: { pid: number; port: number }) => async () =>
    requireStatus(
      await meter.measure(subject, { connections: CONNECTIONS, durationMs, work: { kind: 'list', requests } }),
      200,
    );
  const sides = { emitting: side(emitting), silent: side(silent) };
  const warmUp = await sides.emitting();
  await sides.silent();
  const measured = await interleave(quick ? 6 : 12, sides);
  await Promise.all([meter.close(), stop(emitting.child), stop(silent.child)]);
  const emitted = [warmUp, ...measured.emitting].reduce((sum, { answers }) => sum + answers, 0);
  await requireEvents(url, organizations, emitted);
  const cpu = ({ serverCpuUs, postgresCpuUs }: Measurement) => serverCpuUs + postgresCpuUs;
  return {
    ratio: ratio(measured.emitting, measured.silent, cpu),
    details: [
      { label: 'a change with its event', text: describe(measured.emitting) },
      { label: 'a change without', text: describe(measured.silent) },
    ],
    raw: measured,
  };
}

/** @throws Error if a tenth of the changes has no event, because then something else was measured: requests that change nothing */
async function requireEvents(url: string, organizations: readonly string[], expected: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const text = 'select count(*)::int as stored from events where organization_id = any($1::uuid[])';
  const { rows } = await client.query<{ stored: number }>(text, [organizations]);
  await client.end();
  if (rows[0]!.stored < 0.9 * expected) throw new Error(`${rows[0]!.stored} events of ${expected} changes`);
}
