/**
 * `node app/features/organizations/bench/organizations.ts [--quick]`: measures the cost of API keys, how soon revoked keys are refused, and how lists of members and events
 * slow down as an organization grows. The figures are ratios within one run, as in `run.ts`.
 */
import { httpRequest } from '../../../../bench/load/protocol.ts';
import {
  createMeter,
  describe,
  interleave,
  type Measurement,
  ratio,
  requireStatus,
} from '../../../../bench/measuring.ts';
import { type Stage, setStage } from '../../../../bench/stage.ts';
import { openTokens } from '../../../../bench/tokens.ts';
import { measureAuthorization, measureKeyRevocation, p99 } from './authorization.ts';
import { eventCursors, memberCursors, path, seedOrganization } from './seed.ts';

const SMALL = 10_000;
const LARGE = 1_000_000;
const CURSORS = 2_000;
/** A small number, so that latency shows the work and not the queue. */
const CONNECTIONS = 2;

const quick = process.argv.includes('--quick');
const log = (line: string) => void process.stdout.write(`${line}\n`);
let short = 0;

function figure(title: string, value: number, must: number, better: 'more' | 'less'): void {
  const passes = better === 'less' ? value <= must : value >= must;
  if (!passes) short++;
  const bound = `must ${better === 'less' ? '<=' : '>='} ${must}`;
  log(`  ${title.padEnd(62)}${value.toFixed(2).padStart(8)}   ${bound.padEnd(12)} ${passes ? 'PASS' : 'short'}`);
}

const detail = (text: string) => log(`      ${text}`);

type Lists = Record<'members' | 'events' | 'eventsOfAction', () => Promise<Measurement>>;

async function sideOf(stage: Stage, meter: ReturnType<typeof createMeter>, size: number) {
  const url = await stage.database(size);
  await seedOrganization(url, size);
  const [api, tokens] = [await stage.api(url), await openTokens(url)];
  const headers = { authorization: `Bearer ${tokens.access(0)}` };
  const measure = (list: string, cursors: readonly string[]) => {
    const requests = cursors.map((cursor) => httpRequest('GET', `${path}/${list}limit=100&cursor=${cursor}`, headers));
    const load = {
      connections: CONNECTIONS,
      durationMs: quick ? 1_000 : 3_000,
      work: { kind: 'list', requests },
    } as const;
    return async () => requireStatus(await meter.measure(api, load), 200);
  };
  const lists: Lists = {
    members: measure('members?', await memberCursors(url, size, CURSORS)),
    events: measure('audit-events?', eventCursors(size, CURSORS)),
    eventsOfAction: measure('audit-events?action=member.joined&', eventCursors(size, CURSORS)),
  };
  return { url, api, lists };
}

async function measureLists(stage: Stage): Promise<string> {
  const large = quick ? LARGE / 10 : LARGE;
  const meter = createMeter(stage.postgresPid);
  const few = await sideOf(stage, meter, SMALL);
  const many = await sideOf(stage, meter, large);
  log(`\nlists: 100 of ${large.toLocaleString('en')} by cursor, to ${SMALL.toLocaleString('en')}`);
  for (const name of ['members', 'events', 'eventsOfAction'] as const) {
    for (const side of [few, many]) await side.lists[name]();
    const measured = await interleave(quick ? 4 : 8, { few: few.lists[name], many: many.lists[name] });
    const compare = (value: (measurement: Measurement) => number) => ratio(measured.many, measured.few, value);
    figure(
      `${name}: median latency`,
      compare(({ p50 }) => p50),
      1.5,
      'less',
    );
    figure(
      `${name}: CPU a request`,
      compare((each) => each.serverCpuUs + each.postgresCpuUs),
      1.5,
      'less',
    );
    detail(`few: ${describe(measured.few)}`);
    detail(`many: ${describe(measured.many)}`);
  }
  await Promise.all([meter.close(), few.api.stop(), many.api.stop()]);
  return many.url;
}

const stage = await setStage(log);
try {
  const url = await measureLists(stage);
  log('\nauthorization: GET /v1/organizations/{organizationId}, by API key to by access token');
  const { moreQueries, throughput, details } = await measureAuthorization(stage, url, quick);
  figure('more queries per request', moreQueries, 1, 'less');
  figure('requests a second', throughput, 0.7, 'more');
  for (const line of details) detail(line);
  log('\nrevocation of a key, to its refusal by another process');
  const delays = await measureKeyRevocation(stage, url, quick);
  figure(`p99 of ${delays.length}, in ms`, p99(delays), 50, 'less');
} finally {
  await stage.close();
}
process.exitCode = short === 0 ? 0 : 1;
