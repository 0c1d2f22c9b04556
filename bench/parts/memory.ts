/** Resident memory of an api process: some seconds after its start, and the maximum under a load of reads, sign-ins and refreshes. */
import { setTimeout as delay } from 'node:timers/promises';
import { httpRequest } from '../load/protocol.ts';
import { createMeter } from '../measuring.ts';
import { residentMb } from '../processes.ts';
import { emailOf, PASSWORD } from '../seed.ts';
import { firstRefreshToken, openTokens } from '../tokens.ts';
import { meRequests } from './me.ts';
import { type Part, USERS } from './part.ts';

const SETTLE_MS = 2_000;
const SAMPLE_MS = 100;

export const measureMemory: Part = async ({ stage, quick }) => {
  const url = await stage.database(USERS);
  const api = await stage.api(url);
  await delay(SETTLE_MS);
  const idle = residentMb(api.pid);

  const tokens = await openTokens(url);
  const meter = createMeter(stage.postgresPid);
  const signIns = Array.from({ length: 1_000 }, (_, index) => {
    const body = JSON.stringify({ email: emailOf(USERS - 1 - index), password: PASSWORD });
    return httpRequest('POST', '/v1/sessions', {}, body);
  });
  const refreshTokens = Array.from({ length: 1_000 }, (_, index) => firstRefreshToken(index * 100 + 7, 0));
  const works = [
    // More callers than the token cache holds, so that the measurement includes a full cache.
    { kind: 'list', requests: meRequests(tokens, USERS, 20_000) },
    { kind: 'list', requests: signIns },
    { kind: 'refresh', path: '/v1/sessions/refresh', tokens: refreshTokens },
  ] as const;

  let most = 0;
  const sampling = setInterval(() => {
    most = Math.max(most, residentMb(api.pid));
  }, SAMPLE_MS);
  for (const work of works) await meter.measure(api, { connections: 64, durationMs: quick ? 2_000 : 15_000, work });
  clearInterval(sampling);
  await delay(SETTLE_MS);
  const afterwards = residentMb(api.pid);
  await Promise.all([meter.close(), api.stop()]);
  return {
    figures: { idleMemory: idle, loadedMemory: most },
    details: [{ label: 'after the load', text: `${Math.round(afterwards)} MB` }],
    raw: { idle, most, afterwards },
  };
};
