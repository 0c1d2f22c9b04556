/** An export of 1,000,000 audit events: what it takes of memory, and what the requests of others notice of it. */
import { setTimeout as delay } from 'node:timers/promises';
import { administer } from '../../test/database.ts';
import { createMeter, describe, type Measurement, requireStatus } from '../measuring.ts';
import { residentMb } from '../processes.ts';
import { userId } from '../seed.ts';
import { median } from '../statistics.ts';
import { openTokens } from '../tokens.ts';
import { meRequests } from './me.ts';
import { type Part, USERS } from './part.ts';

const EVENTS = 1_000_000;
/** Few enough for latency to show the work and not the queue. */
const CONNECTIONS = 8;
const CALLERS = 2_000;
const SAMPLE_MS = 50;
/** The organization whose events are exported; it is not one of the callers. */
const EXPORTER = USERS - 1;

export const measureExport: Part = async ({ stage, quick, log }) => {
  const url = await stage.database(USERS);
  const events = quick ? EVENTS / 10 : EVENTS;
  log(`adding ${events.toLocaleString('en')} audit events`);
  await addEvents(url, userId(EXPORTER), events);
  const api = await stage.api(url);
  const tokens = await openTokens(url);
  const meter = createMeter(stage.postgresPid);
  const work = { kind: 'list', requests: meRequests(tokens, USERS, CALLERS) } as const;
  const others = async () =>
    requireStatus(await meter.measure(api, { connections: CONNECTIONS, durationMs: 1_000, work }), 200);
  const exported = (signal?: AbortSignal) => exportTo(`http://127.0.0.1:${api.port}`, tokens.access(EXPORTER), signal);

  for (let warmUp = 0; warmUp < 3; warmUp++) await others();
  await delay(2_000);
  const idle = residentMb(api.pid);
  let most = idle;
  const sampling = setInterval(() => {
    most = Math.max(most, residentMb(api.pid));
  }, SAMPLE_MS);
  // Once with nothing else to do, for the memory; once beside others.
  const startedAt = performance.now();
  const bytes = await exported();
  const seconds = (performance.now() - startedAt) / 1_000;
  clearInterval(sampling);

  const alone: Measurement[] = [];
  const beside: Measurement[] = [];
  for (let round = 0; round < (quick ? 2 : 4); round++) {
    for (let turn = 0; turn < 3; turn++) alone.push(await others());
    const enough = new AbortController();
    let done = false;
    const running = exported(enough.signal).then(
      () => {
        done = true;
      },
      (error: Error) => {
        if (!enough.signal.aborted) throw error;
      },
    );
    await delay(200);
    for (let turn = 0; turn < 3 && !done; turn++) {
      const measured = await others();
      // One that the export did not last for says nothing.
      if (!done) beside.push(measured);
    }
    enough.abort();
    await running;
  }
  await Promise.all([meter.close(), api.stop()]);
  await administer(url, `delete from audit_events where owner_id = '${userId(EXPORTER)}'`);

  const p99 = (measurements: Measurement[]) => median(measurements.map((measurement) => measurement.p99));
  return {
    figures: { exportMemory: most - idle, exportBystanders: p99(beside) / p99(alone) },
    details: [
      {
        label: 'events',
        text: `${events.toLocaleString('en')}, ${Math.round(bytes / 1e6)} MB in ${seconds.toFixed(1)} s`,
      },
      { label: '/me without an export', text: describe(alone) },
      { label: '/me beside one', text: describe(beside) },
    ],
    raw: { events, bytes, seconds, idle, most, alone, beside },
  };
};

async function addEvents(url: string, ownerId: string, count: number): Promise<void> {
  await administer(
    url,
    `insert into audit_events (owner_id, sequence, id, occurred_at, actor_type, actor_id, action, request_id, ip_address, user_agent, details, hash)
     select '${ownerId}', n, gen_random_uuid(), now(), 'user', '${ownerId}', 'user.updated', gen_random_uuid()::text, '203.0.113.7',
       'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
       '{"before": {"name": "Ada"}, "after": {"name": "Ada King"}}', sha256(n::text::bytea)
     from generate_series(1, ${count}) n`,
  );
  await administer(
    url,
    `insert into audit_chains (owner_id, sequence, hash) values ('${ownerId}', ${count}, sha256(''))
     on conflict (owner_id) do update set sequence = excluded.sequence`,
  );
  await administer(url, 'vacuum analyze audit_events');
}

/** Reads an export to its end, as fast as it comes, or until `signal`. @returns its length in bytes */
async function exportTo(origin: string, token: string, signal?: AbortSignal): Promise<number> {
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`${origin}/v1/users/me/export`, { headers, ...(signal && { signal }) });
  if (response.status !== 200) throw new Error(`export: ${response.status} ${await response.text()}`);
  let bytes = 0;
  for await (const chunk of response.body!) bytes += chunk.length;
  return bytes;
}
