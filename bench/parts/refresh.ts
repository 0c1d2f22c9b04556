/** Refreshing: a query and one UPDATE in the service, a transaction that locks the row in the limit. PostgreSQL does most of the work. */
import { startLimit } from '../limit/limit.ts';
import { REFRESH_ONCE } from '../limit/paths.ts';
import {
  createMeter,
  describe,
  interleave,
  type Measurement,
  ratio,
  requireStatus,
  type Subject,
} from '../measuring.ts';
import { firstRefreshToken, openTokens } from '../tokens.ts';
import { CONNECTIONS, type Part, USERS } from './part.ts';

const SESSIONS = 2_000;

export const measureRefresh: Part = async ({ stage, quick }) => {
  const url = await stage.database(USERS);
  const api = await stage.api(url);
  const limit = await startLimit(url, await openTokens(url));
  const meter = createMeter(stage.postgresPid);
  const durationMs = quick ? 1_000 : 5_000;

  /** Each side has its own sessions, because the token of each answer is used in the next request. */
  const side = (subject: Subject, nth: number, { path = '/v1/sessions/refresh', after = 0 } = {}) => {
    let tokens: readonly string[] = Array.from({ length: SESSIONS }, (_, index) =>
      firstRefreshToken(Math.floor((index * USERS) / SESSIONS) + after, nth),
    );
    return async () => {
      const work = { kind: 'refresh', path, tokens } as const;
      const measurement = await meter.measure(subject, { connections: CONNECTIONS, durationMs, work });
      tokens = measurement.tokens;
      return { ...requireStatus(measurement, 200), tokens: [] };
    };
  };
  const sides = {
    service: side(api, 0),
    bare: side(limit, 1),
    once: side(limit, 0, { path: REFRESH_ONCE, after: 1 }),
  };
  for (const measure of Object.values(sides)) await measure();
  const { service, bare, once } = await interleave(quick ? 5 : 9, sides);
  await Promise.all([meter.close(), limit.stop(), api.stop()]);

  const cpuRatio = (value: (measurement: Measurement) => number) => ratio(bare, service, value).toFixed(2);
  return {
    figures: {
      refresh: ratio(service, bare, ({ perSecond }) => perSecond),
      refreshOnce: ratio(service, once, ({ perSecond }) => perSecond),
    },
    details: [
      { label: 'service', text: describe(service) },
      { label: 'limit', text: describe(bare) },
      { label: 'limit in one statement', text: describe(once) },
      { label: 'server CPU, limit to service', text: cpuRatio(({ serverCpuUs }) => serverCpuUs) },
      { label: 'PostgreSQL CPU, limit to service', text: cpuRatio(({ postgresCpuUs }) => postgresCpuUs) },
    ],
    raw: { service, limit: bare, once },
  };
};
