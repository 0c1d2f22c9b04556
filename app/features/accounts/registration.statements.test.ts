import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type pg from 'pg';
import { rows } from '../../../test/conditions.ts';
import { PASSWORD, startTestService, type TestService } from '../../../test/service.ts';
import { loadPlacements } from '../../placements.ts';

describe('the statements of a registration', () => {
  it('are the same for a free and a taken address, up to what stays on one node', async () => {
    const test = await startTestService({ jobs: false });
    try {
      const register = (email: string) => test.request('/v1/users', { body: { email, password: PASSWORD } });
      await register('owner@example.com');
      await rows(test, `update email_addresses set verified_at = now()`);
      await rows(test, `update users set email_verified_at = now()`);
      const sent = watchTransactions(test);
      const of = async (email: string) => {
        sent.length = 0;
        assert.equal((await register(email)).status, 202);
        const end = sent.findIndex((text) => /^(release|rollback to) savepoint/.test(text));
        return { ending: sent[end], attempt: sent.slice(0, end), rest: sent.slice(end + 1) };
      };
      const [free, taken] = [await of('nobody@example.com'), await of('owner@example.com')];
      assert.deepEqual([free.ending, taken.ending], ['release savepoint sp1', 'rollback to savepoint sp1']);
      assert.ok(free.attempt.length >= 8, free.attempt.join('\n'));
      assert.deepEqual(free.attempt, taken.attempt);

      // On a sharded PostgreSQL, the time of a statement depends on how many nodes it visits: what follows is about the coordinator alone.
      const distributed = (await loadPlacements()).filter(({ by }) => by !== null).map(({ name }) => name);
      const mentions = (text: string) => distributed.filter((name) => new RegExp(`"${name}"`).test(text));
      assert.deepEqual([...free.rest, ...taken.rest].flatMap(mentions), []);
      assert.ok(free.attempt.flatMap(mentions).includes('email_addresses'));
    } finally {
      await test.close();
    }
  });
});

/** @returns the texts of the statements of all transactions from now on, in the order in which they are sent */
function watchTransactions({ service }: TestService): string[] {
  const sent: string[] = [];
  const watched = new Set<pg.PoolClient>();
  const pool = service.db.$client;
  const connect = pool.connect.bind(pool) as () => Promise<pg.PoolClient>;
  pool.connect = (async () => {
    const client = await connect();
    if (watched.has(client)) return client;
    watched.add(client);
    const query = client.query.bind(client) as unknown as (
      config: string | pg.QueryConfig,
      values?: unknown[],
    ) => unknown;
    client.query = ((config: string | pg.QueryConfig, values?: unknown[]) => {
      sent.push(typeof config === 'string' ? config : config.text);
      return query(config, values);
    }) as typeof client.query;
    return client;
  }) as typeof pool.connect;
  return sent;
}
