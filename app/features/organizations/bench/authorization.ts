/** The cost of an API key compared with an access token, and how soon another process refuses a revoked key. */
import { type Connection, openConnection } from '../../../../bench/load/connection.ts';
import { httpRequest } from '../../../../bench/load/protocol.ts';
import { createMeter, describe, interleave, ratio, requireStatus } from '../../../../bench/measuring.ts';
import type { Api, Stage } from '../../../../bench/stage.ts';
import { percentile } from '../../../../bench/statistics.ts';
import { openTokens } from '../../../../bench/tokens.ts';
import { ORGANIZATION, path, seedKeys } from './seed.ts';

const COUNTED_REQUESTS = 500;

export interface AuthorizationFigures {
  /** Prepared queries per request with a key, minus those with a token. */
  moreQueries: number;
  throughput: number;
  details: string[];
}

/** Sends the same request with a token and with a key, and measures queries per request and requests per second. */
export async function measureAuthorization(stage: Stage, url: string, quick: boolean): Promise<AuthorizationFigures> {
  const [api, tokens, [key]] = [await stage.api(url), await openTokens(url), await seedKeys(url, 1)];
  const request = (bearer: string) => httpRequest('GET', path, { authorization: `Bearer ${bearer}` });
  const sides = { token: request(tokens.access(0)), key: request(key!.secret) };
  const connection = await openConnection(api.port);
  const queriesOf = async (text: string) => {
    await connection.request(text); // This prepares the statements, and fills the caches.
    const before = await countQueries(api);
    for (let index = 0; index < COUNTED_REQUESTS; index++) {
      const { status, body } = await connection.request(text);
      if (status !== 200) throw new Error(`${status} ${body}`);
    }
    return ((await countQueries(api)) - before) / COUNTED_REQUESTS;
  };
  const queries = { token: await queriesOf(sides.token), key: await queriesOf(sides.key) };
  connection.close();

  const meter = createMeter(stage.postgresPid);
  const durationMs = quick ? 1_000 : 3_000;
  const measure = (text: string) => async () => {
    const work = { kind: 'list', requests: [text] } as const;
    return requireStatus(await meter.measure(api, { connections: 32, durationMs, work }), 200);
  };
  const { token, key: byKey } = await interleave(quick ? 4 : 8, {
    token: measure(sides.token),
    key: measure(sides.key),
  });
  await Promise.all([meter.close(), api.stop()]);
  return {
    moreQueries: queries.key - queries.token,
    throughput: ratio(byKey, token, ({ perSecond }) => perSecond),
    details: [
      `queries per request: by token ${queries.token.toFixed(2)}, by key ${queries.key.toFixed(2)}`,
      `by token: ${describe(token)}`,
      `by key: ${describe(byKey)}`,
    ],
  };
}

/** The number of statements so far, from the service's own histogram. */
async function countQueries({ metricsPort }: Api): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  const counts = [...text.matchAll(/^db_query_duration_seconds_count(?:\{[^}]*\})? (\d+)/gm)];
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}

/** The milliseconds from the answer that confirms a revocation in one process to the first refusal by another. */
export async function measureKeyRevocation(stage: Stage, url: string, quick: boolean): Promise<number[]> {
  const [one, other, tokens] = [await stage.api(url), await stage.api(url), await openTokens(url)];
  const owner = { authorization: `Bearer ${tokens.access(0)}` };
  const [revoking, asking] = [await openConnection(one.port), await openConnection(other.port)];
  const delays: number[] = [];
  for (const { id, secret } of await seedKeys(url, quick ? 200 : 1_000)) {
    const revoke = httpRequest('DELETE', `${path}/api-keys/${id}`, owner);
    delays.push(
      await revokeOne(revoking, revoke, asking, httpRequest('GET', path, { authorization: `Bearer ${secret}` })),
    );
  }
  for (const connection of [revoking, asking]) connection.close();
  await Promise.all([one.stop(), other.stop()]);
  return delays;
}

async function revokeOne(revoking: Connection, revoke: string, asking: Connection, ask: string): Promise<number> {
  const before = await asking.request(ask);
  if (before.status !== 200) throw new Error(`the key should still be good, but: ${before.status} ${before.body}`);
  let revokedAt = Number.POSITIVE_INFINITY;
  const revoked = revoking.request(revoke).then(({ status }) => {
    if (status !== 204) throw new Error(`the key of ${ORGANIZATION} was not revoked: ${status}`);
    revokedAt = performance.now();
  });
  for (;;) {
    const { status } = await asking.request(ask);
    if (status === 401) {
      const refusedAt = performance.now();
      await revoked;
      return Math.max(0, refusedAt - revokedAt);
    }
    if (performance.now() - revokedAt > 5_000) throw new Error('still accepted after 5 s');
  }
}

export const p99 = (values: readonly number[]) => percentile(values, 0.99);
