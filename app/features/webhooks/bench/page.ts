/** The cost of a page of an endpoint's deliveries, with few rows and with many. */

import { median } from '../../../../bench/statistics.ts';
import { systemClock } from '../../../platform/clock.ts';
import { createDeliveries } from '../deliveries.ts';
import type { Seeding } from './seeding.ts';

const PAGES = 200;
const FEW = 1_000;

/** @returns the median times of a page, in milliseconds */
export async function measurePage(seeding: Seeding, many: number): Promise<{ few: number; many: number }> {
  return { few: await pageMs(seeding, FEW), many: await pageMs(seeding, many) };
}

async function pageMs({ db, endpoint }: Seeding, stored: number): Promise<number> {
  const organizationId = await endpoint('http://127.0.0.1:1/');
  const { rows } = await db.$client.query('select id from webhook_endpoints where organization_id = $1', [
    organizationId,
  ]);
  const [{ id }] = rows;
  await db.$client.query(
    `insert into webhook_deliveries (organization_id, id, endpoint_id, event_id, event_type, status, created_at, log)
     select $1, uuidv7(), $2, uuidv7(), 'bench', case when n % 50 = 0 then 'failed' else 'succeeded' end, now(), '[]' from generate_series(1, $3::int) n`,
    [organizationId, id, stored],
  );
  await db.$client.query('vacuum analyze webhook_deliveries');
  const unused = undefined as never;
  const endpoints = { get: async () => unused, changing: unused };
  const { list } = createDeliveries({ db, reads: (read) => read(db), clock: systemClock, audit: unused, endpoints });
  const times: number[] = [];
  for (let page = 0; page < PAGES; page++) {
    const startedAt = performance.now();
    await list(organizationId, id, page % 2 ? {} : { status: 'failed' }, 21);
    times.push(performance.now() - startedAt);
  }
  return median(times);
}
