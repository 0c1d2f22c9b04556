/** Changes of other organizations while 100 calls to one wait for its row, to those without. */
import pg from 'pg';
import { httpRequest } from '../load/protocol.ts';
import { createMeter, describe, interleave, ratio, requireStatus } from '../measuring.ts';
import { changesOf, seedOrganizations } from '../organizations.ts';
import { openTokens } from '../tokens.ts';
import { type Part, USERS } from './part.ts';

const WAITING = 100;
const CONNECTIONS = 8;

export const measureNeighbours: Part = async ({ stage, quick }) => {
  const url = await stage.database(USERS);
  const [held, ...others] = await seedOrganizations(url);
  const tokens = await openTokens(url);
  const api = await stage.api(url);
  const [meter, crowd] = [createMeter(stage.postgresPid), createMeter(stage.postgresPid)];
  const holder = new pg.Client({ connectionString: url });
  await holder.connect();
  const durationMs = quick ? 2_000 : 5_000;
  // The first owner is the one of the organization that is held.
  const requests = changesOf({ ...tokens, access: (user) => tokens.access(user + 1) }, others.slice(0, 190));
  const measure = async () =>
    requireStatus(
      await meter.measure(api, { connections: CONNECTIONS, durationMs, work: { kind: 'list', requests } }),
      200,
    );
  const authorization = `Bearer ${tokens.access(0)}`;
  const waiting = httpRequest('PATCH', `/v1/organizations/${held}`, { authorization }, '{"name":"Held"}');
  const besideWaiting = async () => {
    await holder.query('begin');
    await holder.query('select 1 from organizations where id = $1 for update', [held]);
    const crowded = crowd.measure(api, {
      connections: WAITING,
      durationMs,
      work: { kind: 'list', requests: [waiting] },
    });
    const measurement = await measure();
    await holder.query('rollback');
    await crowded;
    return measurement;
  };
  await measure();
  const measured = await interleave(quick ? 3 : 6, { without: measure, beside: besideWaiting });
  await Promise.all([meter.close(), crowd.close(), holder.end(), api.stop()]);
  return {
    figures: { neighbours: ratio(measured.beside, measured.without, ({ p99 }) => p99) },
    details: [
      { label: 'without', text: describe(measured.without) },
      { label: `while ${WAITING} wait`, text: describe(measured.beside) },
    ],
    raw: measured,
  };
};
