/**
 * Metered usage of many organizations, each report a commit that enqueues work, where a flush takes 3 ms more, as with a synchronous standby;
 * beside the same service that tells nobody of new work.
 */
import pg from 'pg';
import { httpRequest } from '../load/protocol.ts';
import { createMeter, describe, interleave, ratio, requireStatus } from '../measuring.ts';
import { seedOrganizations, startVariant } from '../organizations.ts';
import { stop } from '../processes.ts';
import { openTokens } from '../tokens.ts';
import { type Part, USERS } from './part.ts';

const CONNECTIONS = 64;
const FLUSH_US = 3_000;

export const measureCommits: Part = async ({ stage, quick }) => {
  const url = await stage.database(USERS);
  const organizations = await seedOrganizations(url);
  const tokens = await openTokens(url);
  const requests = organizations.map((id, index) =>
    httpRequest(
      ...(['POST', `/v1/organizations/${id}/usage`, { authorization: `Bearer ${tokens.access(index)}` }] as const),
      '{"meter":"apiCalls","quantity":1}',
    ),
  );
  const [shipped, unhinted] = [await startVariant(url), await startVariant(url, 'unhinted')];
  const meter = createMeter(stage.postgresPid);
  const durationMs = quick ? 2_000 : 5_000;
  const side = (subject: typeof shipped) => async () =>
    requireStatus(
      await meter.measure(subject, { connections: CONNECTIONS, durationMs, work: { kind: 'list', requests } }),
      202,
    );
  const sides = { shipped: side(shipped), unhinted: side(unhinted) };
  for (const measure of Object.values(sides)) await measure();
  const settle = await slowFlush(url);
  const measured = await interleave(quick ? 3 : 6, sides);
  await settle();
  await Promise.all([meter.close(), stop(shipped.child), stop(unhinted.child)]);
  return {
    figures: { commits: ratio(measured.shipped, measured.unhinted, ({ perSecond }) => perSecond) },
    details: [
      { label: 'as shipped', text: describe(measured.shipped) },
      { label: 'nobody told', text: describe(measured.unhinted) },
    ],
    raw: measured,
  };
};

/** Makes PostgreSQL wait before each flush. @returns what ends it */
async function slowFlush(url: string): Promise<() => Promise<void>> {
  const alter = async (...statements: string[]) => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    for (const statement of [...statements, 'select pg_reload_conf()']) await client.query(statement);
    await client.end();
  };
  await alter(`alter system set commit_delay = ${FLUSH_US}`, 'alter system set commit_siblings = 0');
  return () => alter('alter system reset commit_delay', 'alter system reset commit_siblings');
}
