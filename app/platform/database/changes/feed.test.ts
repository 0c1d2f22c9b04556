import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import { atOnce, eventually } from '../../../../test/conditions.ts';
import { administer, createTestDatabase } from '../../../../test/database.ts';
import { type Database, openDatabase } from '../database.ts';
import { announce } from './announcing.ts';
import type { Change } from './collecting.ts';
import { type ChangeFeed, createChangeFeed, FRESH_MS, withoutSettling } from './feed.ts';
import { createMemory, type Memory } from './memory.ts';
import { createSweep } from './sweeping.ts';
import { deafFeed } from './testing/deaf-feed.ts';

const RUNS = Number(process.env.FEED_RUNS ?? 15);
const KEYS = ['a', 'b', 'c'] as const;
type Key = (typeof KEYS)[number];

interface Process {
  db: Database;
  feed: ChangeFeed;
  memory: Memory<number>;
  /** How many values it has read from the database. */
  reads: number;
}

describe('what processes keep in memory', () => {
  let url: string;
  let name: string;
  const opened: Process[] = [];
  let close: () => Promise<void>;
  /** When each version of a key was known to be committed. */
  const committed = new Map<Key, [version: number, atMs: number][]>(KEYS.map((key) => [key, [[0, 0]]]));

  before(async () => {
    const database = await createTestDatabase();
    url = database.url;
    name = new URL(url).pathname.slice(1);
    const [first] = [start()];
    await first!.db.execute(sql`create table counters (key text primary key, version int not null)`);
    await first!.db.execute(sql`insert into counters select unnest(array['a', 'b', 'c']), 0`);
    start();
    close = database.close;
  });
  after(async () => {
    for (const { db, feed } of opened) {
      await feed.close();
      await db.$client.end();
    }
    await close();
  });

  function start(): Process {
    const feed = createChangeFeed({ url, preparedStatements: true });
    const onCommitted = (changes: readonly Change[]) => feed.committed(changes);
    const options = { poolSize: 4, lanes: 1, preparedStatements: true, statementTimeoutMs: 10_000 };
    const db = openDatabase({ url, ...options, applicationName: 'feed test', onCommitted });
    const process: Process = {
      ...{ db, feed, reads: 0 },
      memory: createMemory<number>({
        ...{ feed, kind: 'counter', max: 2 },
        async read(key) {
          process.reads++;
          const { rows } = await db.execute<{ version: number }>(sql`select version from counters where key = ${key}`);
          return rows[0]?.version;
        },
      }),
    };
    opened.push(process);
    return process;
  }

  /** Increments a counter; the transaction commits when `held` resolves. */
  async function increment({ db }: Process, key: Key, held: Promise<unknown> = Promise.resolve(), fails = false) {
    await db.transaction(async (tx) => {
      // Announced, and so numbered, before it waits: transactions commit in another order.
      announce(tx, 'counter', key);
      await tx.execute(sql`select pg_current_xact_id()`);
      await held;
      const { rows } = await tx.execute<{ version: number }>(
        sql`update counters set version = version + 1 where key = ${key} returning version`,
      );
      if (fails) throw new Error('rolled back on purpose');
      return rows[0]!.version;
    });
  }

  const version = async ({ db }: Process, key: Key) =>
    (await db.execute<{ version: number }>(sql`select version from counters where key = ${key}`)).rows[0]!.version;

  /** What was known to be committed for longer than memory may lag. */
  const expected = (key: Key, atMs: number) =>
    Math.max(...committed.get(key)!.flatMap(([v, knownAtMs]) => (knownAtMs < atMs - FRESH_MS ? [v] : [])));

  async function check(process: Process, key: Key): Promise<void> {
    const startedAtMs = performance.now();
    const least = expected(key, startedAtMs);
    const seen = (await process.memory.get(key))!;
    assert.ok(seen >= least, `${key} was ${seen}, and ${least} had been committed`);
  }

  /** Notes the version that is committed by now. */
  async function note(process: Process, key: Key): Promise<void> {
    const seen = await version(process, key);
    committed.get(key)!.push([seen, performance.now()]);
  }

  it('never lags behind the commits by more than the bound, whatever is lost, late or out of order', async () => {
    const step = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({ do: fc.constant('read' as const), at: fc.nat(1), key: fc.constantFrom(...KEYS) }),
      },
      {
        weight: 4,
        arbitrary: fc.record({
          do: fc.constant('change' as const),
          at: fc.nat(1),
          key: fc.constantFrom(...KEYS),
          isHeld: fc.boolean(),
          fails: fc.boolean(),
        }),
      },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('release' as const) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('cut' as const) }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
        const holds: (() => void)[] = [];
        const changing: Promise<void>[] = [];
        for (const each of steps) {
          if (each.do === 'read')
            await Promise.all([check(opened[each.at]!, each.key), check(opened[1 - each.at]!, each.key)]);
          else if (each.do === 'change') {
            const { promise, resolve } = Promise.withResolvers<void>();
            if (each.isHeld && holds.length < 3) holds.push(resolve);
            else resolve();
            const process = opened[each.at]!;
            changing.push(
              withoutSettling(() => increment(process, each.key, promise, each.fails)).then(
                () => note(process, each.key),
                () => {},
              ),
            );
          } else if (each.do === 'release') holds.shift()?.();
          else await cut();
        }
        for (const release of holds) release();
        await Promise.all(changing);
        // Only then is it known what memory must know.
        await delay(FRESH_MS + 1);
        for (const key of KEYS) await Promise.all(opened.map((process) => check(process, key)));
      }),
      { numRuns: RUNS },
    );
  });

  const cut = () =>
    administer(
      process.env.TEST_DATABASE_URL!,
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}' and application_name = 'plinth changes'`,
    );

  it('includes on every process what a caller was told has changed', async () => {
    for (let nth = 0; nth < 20; nth++) {
      const [writer, reader] = nth % 2 ? [opened[0]!, opened[1]!] : [opened[1]!, opened[0]!];
      await Promise.all(opened.map(({ memory }) => memory.get('a')));
      await increment(writer, 'a');
      const stored = await version(writer, 'a');
      assert.deepEqual([await writer.memory.get('a'), await reader.memory.get('a')], [stored, stored]);
    }
  });

  it('hears of a transaction that commits after one with a higher number', async () => {
    const [writer, reader] = opened as [Process, Process];
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const late = increment(writer, 'a', released);
    await eventually('the late transaction has its number', async () => {
      const running = `select 1 from pg_stat_activity where datname = current_database() and state = 'idle in transaction' and backend_xid is not null`;
      return (await writer.db.execute(sql.raw(running))).rows.length > 0;
    });
    await increment(writer, 'b');
    // Reads the changes while the late one has not committed.
    await reader.memory.get('a');
    await delay(FRESH_MS + 1);
    await reader.memory.get('a');
    release();
    await late;
    assert.equal(await reader.memory.get('a'), await version(writer, 'a'));
  });

  it('is read once by any number who ask, and not again while nothing changes', async () => {
    const [first, other] = opened as [Process, Process];
    await increment(other, 'a');
    const before = first.reads;
    await atOnce(50, async () => first.memory.get('a'));
    assert.equal(first.reads, before + 1);
    await atOnce(50, async () => first.memory.get('a'));
    assert.equal(first.reads, before + 1);
  });

  it('is asked from the database while changes cannot be read, and trusted again afterwards', async (t) => {
    const [first, other] = opened as [Process, Process];
    const allow = (allowed: boolean) =>
      administer(process.env.TEST_DATABASE_URL!, `alter database ${name} allow_connections ${allowed}`);
    await Promise.all([first.memory.get('a'), other.memory.get('a'), version(first, 'a'), version(other, 'a')]);
    t.after(() => allow(true));
    await allow(false);
    await cut();
    await eventually('the process notices', async () => !(await first.feed.refresh()));
    const before = first.reads;
    await withoutSettling(() => increment(other, 'a'));
    assert.equal(await first.memory.get('a'), await version(other, 'a'));
    await first.memory.get('a');
    assert.ok(first.reads >= before + 2, 'nothing is answered from memory');
    await allow(true);
    await eventually('the process reads changes again', () => first.feed.refresh());
    await first.memory.get('a');
    const afterwards = first.reads;
    assert.equal(await first.memory.get('a'), await version(other, 'a'));
    assert.equal(first.reads, afterwards);
  });

  it('is forgotten as a whole after a burst of changes, with one read', async () => {
    const [first, other] = opened as [Process, Process];
    await Promise.all([first.memory.get('a'), first.memory.get('b')]);
    assert.ok(first.memory.size > 0);
    await other.db.transaction(async (tx) =>
      announce(tx, 'counter', ...Array.from({ length: 100_000 }, (_, nth) => `${nth}`)),
    );
    await eventually('the process hears of it', async () => (await first.feed.refresh()) && first.memory.size === 0);
  });

  it('is not what a read found that a change has overtaken', async () => {
    let forget: ((key: string) => void) | undefined;
    const follow: ChangeFeed['follow'] = (_kind, { changed }) => {
      forget = changed;
    };
    const answers = [Promise.withResolvers<number>(), Promise.withResolvers<number>()];
    let nth = 0;
    const feed = { ...deafFeed, isFresh: () => true, follow };
    const memory = createMemory<number>({ feed, kind: 'counter', max: 2, read: () => answers[nth++]!.promise });
    const first = memory.get('a');
    forget!('a');
    const second = memory.get('a');
    answers[1]!.resolve(2);
    assert.equal(await second, 2);
    answers[0]!.resolve(1);
    assert.equal(await first, 1);
    assert.equal(memory.get('a'), 2);
  });

  it('keeps no more than its bound', async () => {
    const [first] = opened as [Process];
    for (const key of KEYS) await first.memory.get(key);
    assert.equal(first.memory.size, 2);
  });

  it('says what was changed without being announced', async () => {
    const [first] = opened as [Process];
    await first.memory.get('c');
    assert.deepEqual(await first.memory.findStale(), []);
    await first.db.execute(sql`update counters set version = version + 1 where key = 'c'`);
    assert.deepEqual(await first.memory.findStale(), ['counter c']);
    await increment(first, 'c');
  });

  it('hears of nothing that was rolled back, and of nothing outside of a transaction', async () => {
    const [first] = opened as [Process];
    const count = async () =>
      (await first.db.execute<{ n: number }>(sql`select count(*)::int as n from changes`)).rows[0]!.n;
    const before = await count();
    await assert.rejects(increment(first, 'a', Promise.resolve(), true), /rolled back on purpose/);
    assert.equal(await count(), before);
    let ended: Parameters<typeof announce>[0];
    await first.db.transaction(async (tx) => {
      ended = tx;
    });
    assert.throws(() => announce(ended, 'counter', 'a'), /outside of a transaction/);
  });

  it('is swept of changes that everybody has read, and not of those that committed late', async (t) => {
    const [first] = opened as [Process];
    const sweep = createSweep(first.db);
    const count = async (key: string) =>
      (await first.db.execute<{ n: number }>(sql`select count(*)::int as n from changes where key = ${key}`)).rows[0]!
        .n;
    await first.db.transaction(async (tx) => announce(tx, 'counter', 'early'));
    const { promise, resolve } = Promise.withResolvers<void>();
    const late = first.db.transaction(async (tx) => {
      await tx.execute(sql`select pg_current_xact_id()`);
      await tx.execute(sql`insert into changes (kind, key) values ('counter', 'late')`);
      await promise;
    });
    await eventually('the late transaction has begun', async () => {
      const { rows } = await first.db.execute(
        sql`select 1 from pg_stat_activity where state = 'idle in transaction' and query like '%late%'`,
      );
      return rows.length > 0;
    });
    assert.equal(await sweep(), 0);
    resolve();
    await late;
    assert.equal(await sweep(), 0, 'a process may read as late as a minute after the sweep before');
    const realNow = performance.now.bind(performance);
    t.mock.method(performance, 'now', () => realNow() + 61_000);
    assert.ok((await sweep()) > 0);
    assert.deepEqual([await count('early'), await count('late')], [0, 1]);
  });
});
