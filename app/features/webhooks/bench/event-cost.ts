/** The cost of an event for the change that emits it: the same requests to two copies of the api, of which one emits no events. */
import pg from 'pg';
import type { Detail } from '../../../../bench/figures.ts';
import { httpRequest } from '../../../../bench/load/protocol.ts';
import {
  createMeter,
  describe,
  interleave,
  type Measurement,
  ratio,
  requireStatus,
} from '../../../../bench/measuring.ts';
import { ask, startWorker, stop } from '../../../../bench/processes.ts';
import { APP_SECRET, userId } from '../../../../bench/seed.ts';
import type { Stage } from '../../../../bench/stage.ts';
import { API_URL, openTokens, type Tokens } from '../../../../bench/tokens.ts';

const ORGANIZATIONS = 200;
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
  const [emitting, silent] = [await startApi(url, []), await startApi(url, ['silent'])];
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

async function startApi(url: string, args: string[]) {
  const env = {
    ...{ ...process.env, APP_ENV: 'test', APP_SECRET, DATABASE_URL: url, PORT: '0', METRICS_PORT: '0', API_URL },
    ...{ APP_URL: 'https://app.example.com', SMTP_URL: 'smtp://127.0.0.1:1', EMAIL_FROM: 'a@example.com' },
    NETWORK_LIMIT_FACTOR: '10000',
  };
  const child = startWorker('server', new URL('./changes.ts', import.meta.url), { args, env });
  const { port } = await ask<{ port: number }>(child, {}, 30_000);
  return { child, pid: child.pid!, port };
}

/** Organizations without endpoints, each owned by the user of the same number. */
async function seedOrganizations(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const owners = Array.from({ length: ORGANIZATIONS }, (_, index) => userId(index));
  const { rows } = await client.query<{ id: string }>(
    `with owner as (select user_id, uuidv7() as id, n from unnest($1::uuid[]) with ordinality as given (user_id, n)),
       organization as (
         insert into organizations (id, name, slug, personal, created_at, updated_at)
         select id, 'Change', 'change-' || n, false, now(), now() from owner),
       membership as (
         insert into memberships (organization_id, user_id, role, created_at) select id, user_id, 'owner', now() from owner)
     select id from owner order by n`,
    [owners],
  );
  await client.end();
  return rows.map(({ id }) => id);
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

/** Organizations that get one name, one after the other, and then the next: more than there are connections. */
const BLOCK = 10;

/** Each request changes something, wherever the load ends and begins again. */
function changesOf(tokens: Tokens, organizations: readonly string[]): string[] {
  const named = organizations.map((id, index) => {
    const headers = { authorization: `Bearer ${tokens.access(index)}` };
    return (name: string) => httpRequest('PATCH', `/v1/organizations/${id}`, headers, JSON.stringify({ name }));
  });
  const blocks = Array.from({ length: organizations.length / BLOCK }, (_, block) =>
    named.slice(block * BLOCK, (block + 1) * BLOCK),
  );
  return blocks.flatMap((block) => ['One', 'Two'].flatMap((name) => block.map((request) => request(name))));
}
