/** Intake of Stripe events: signed, 3 KB each, stored durably with their job. */
import { startLimit } from '../limit/limit.ts';
import { WEBHOOK_SECRET } from '../load/protocol.ts';
import {
  createMeter,
  describe,
  interleave,
  type Measurement,
  ratio,
  requireStatus,
  type Subject,
} from '../measuring.ts';
import { openTokens } from '../tokens.ts';
import { type Part, USERS } from './part.ts';

const CUSTOMERS = 1_000;
/** Stripe delivers a burst over many connections at once. */
const CONNECTIONS = 64;

export const measureIntake: Part = async ({ stage, quick }) => {
  const url = await stage.database(USERS);
  const api = await stage.api(url);
  const limit = await startLimit(url, await openTokens(url));
  const meter = createMeter(stage.postgresPid);
  const durationMs = quick ? 1_000 : 5_000;

  const side = (subject: Subject) => async () => {
    const work = { kind: 'events', path: '/v1/webhooks/stripe', secret: WEBHOOK_SECRET, customers: CUSTOMERS } as const;
    return requireStatus(await meter.measure(subject, { connections: CONNECTIONS, durationMs, work }), 200);
  };
  const sides = { service: side(api), bare: side(limit) };
  for (const measure of Object.values(sides)) await measure();
  const { service, bare } = await interleave(quick ? 5 : 9, sides);
  await Promise.all([meter.close(), limit.stop(), api.stop()]);

  const cpuRatio = (value: (measurement: Measurement) => number) => ratio(bare, service, value).toFixed(2);
  return {
    figures: { intake: ratio(service, bare, ({ perSecond }) => perSecond) },
    details: [
      { label: 'service', text: describe(service) },
      { label: 'limit', text: describe(bare) },
      { label: 'server CPU, limit to service', text: cpuRatio(({ serverCpuUs }) => serverCpuUs) },
      { label: 'PostgreSQL CPU, limit to service', text: cpuRatio(({ postgresCpuUs }) => postgresCpuUs) },
    ],
    raw: { service, limit: bare },
  };
};
