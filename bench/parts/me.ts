/** `GET /v1/users/me`: a token check, one row, JSON. The rest is the service's own cost. */
import { startLimit } from '../limit/limit.ts';
import { CLAIMS } from '../limit/paths.ts';
import { httpRequest } from '../load/protocol.ts';
import { createMeter, describe, interleave, ratio, requireStatus, type Subject } from '../measuring.ts';
import { openTokens, type Tokens } from '../tokens.ts';
import { CONNECTIONS, type Part, USERS } from './part.ts';

/** Fewer callers than the token caches hold. */
export const CALLERS = 2_000;

export const measureMe: Part = async ({ stage, quick }) => {
  const url = await stage.database(USERS);
  const api = await stage.api(url);
  const tokens = await openTokens(url);
  const limit = await startLimit(url, tokens);
  const meter = createMeter(stage.postgresPid);
  // The same tokens throughout: a new one costs both sides a signature to verify, and a caller sends one hundreds of times.
  const [me, claims] = [undefined, CLAIMS].map((path) => meRequests(tokens, USERS, CALLERS, path));
  const measure = async (subject: Subject, durationMs: number, requests = me!) => {
    const work = { kind: 'list', requests } as const;
    return requireStatus(await meter.measure(subject, { connections: CONNECTIONS, durationMs, work }), 200);
  };

  const durationMs = quick ? 1_000 : 4_000;
  for (const subject of [api, limit]) await measure(subject, 2_000);
  await measure(limit, 2_000, claims);
  const { service, bare, blind } = await interleave(quick ? 5 : 9, {
    service: () => measure(api, durationMs),
    bare: () => measure(limit, durationMs),
    blind: () => measure(limit, durationMs, claims),
  });
  await Promise.all([meter.close(), limit.stop(), api.stop()]);

  return {
    figures: {
      me: ratio(service, bare, ({ perSecond }) => perSecond),
      meBlind: ratio(service, blind, ({ perSecond }) => perSecond),
    },
    details: [
      { label: 'service', text: describe(service) },
      { label: 'limit', text: describe(bare) },
      { label: 'limit that asks nothing', text: describe(blind) },
      {
        label: 'server CPU, limit to service',
        text: ratio(bare, service, ({ serverCpuUs }) => serverCpuUs).toFixed(2),
      },
    ],
    raw: { service, limit: bare, blind },
  };
};

/** Requests of `callers` users, evenly spread over all `users`. */
export function meRequests(tokens: Tokens, users: number, callers: number, path = '/v1/users/me'): string[] {
  return Array.from({ length: callers }, (_, index) => {
    const user = Math.floor((index * users) / callers);
    return httpRequest('GET', path, { authorization: `Bearer ${tokens.access(user)}` });
  });
}
