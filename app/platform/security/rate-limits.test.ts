import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import { createTestDatabase, type TestDatabase } from '../../../test/database.ts';
import { type Database, openDatabase } from '../database/database.ts';
import { Problem } from '../errors.ts';
import { addressBlock, createRateLimits } from './rate-limits.ts';

describe('a rate limit', () => {
  let database: TestDatabase;
  let db: Database;
  let other: Database;
  const open = () =>
    openDatabase({
      url: database.url,
      poolSize: 1,
      lanes: 2,
      preparedStatements: true,
      statementTimeoutMs: 10_000,
      applicationName: 'rate limit test',
    });
  before(async () => {
    database = await createTestDatabase();
    db = open();
    other = open();
  });
  after(async () => {
    await db.$client.end();
    await other.$client.end();
    await database.close();
  });

  const limited = (error: unknown): error is Problem => error instanceof Problem && error.code === 'rate_limited';
  const limit = (name: string, on = db) =>
    createRateLimits({ pool: on.$client })({ name, limit: 3, windowSeconds: 60 });
  /** Counts uses until the limit refuses one, at most ten. */
  async function room(of: ReturnType<typeof limit>, key: string): Promise<number> {
    for (let used = 0; ; used++) {
      try {
        await of.consume(key);
      } catch (error) {
        assert.ok(limited(error), String(error));
        return used;
      }
      assert.ok(used < 10);
    }
  }
  const endWindow = () => db.execute(sql`update rate_limits set expire = 1`);

  it('lasts as long as the database says, whatever the clock of a process says', async (t) => {
    const signIn = limit('clocks');
    assert.equal(await room(signIn, 'ada'), 3);
    for (const apart of [300, -300]) {
      t.mock.timers.enable({ apis: ['Date'], now: Date.now() + apart * 1_000 });
      await assert.rejects(signIn.consume('ada'), (error) => {
        assert.ok(limited(error), `${apart} s: ${error}`);
        const seconds = Number(error.headers['retry-after']);
        assert.ok(seconds >= 50 && seconds <= 60, `${apart} s: ${seconds}`);
        return true;
      });
      assert.equal(await room(signIn, `at ${apart}`), 3);
      t.mock.timers.reset();
      assert.equal(await room(signIn, `at ${apart}`), 0, 'the others count on');
    }
  });

  it('allows so many uses, then says when to come back', async () => {
    const signIn = limit('window');
    assert.equal(await room(signIn, 'ada'), 3);
    await assert.rejects(signIn.consume('ada'), (error) => {
      assert.ok(limited(error));
      const { 'retry-after': seconds = '', ...headers } = error.headers;
      assert.ok(Number(seconds) >= 55 && Number(seconds) <= 60, seconds);
      assert.deepEqual(headers, { 'ratelimit-limit': '3', 'ratelimit-remaining': '0', 'ratelimit-reset': seconds });
      return true;
    });
    assert.equal(await room(signIn, 'bob'), 3, 'another key has room of its own');
    assert.equal(await room(limit('window-2'), 'ada'), 3, 'another limit counts for itself');
  });

  it('starts anew when the window is over', async () => {
    const signIn = limit('anew');
    await room(signIn, 'ada');
    await endWindow();
    assert.equal(await room(signIn, 'ada'), 3);
  });

  it('counts exactly across any number of processes, also for parallel uses', async () => {
    const limits = [limit('shared'), limit('shared', other)];
    const uses = await Promise.allSettled(Array.from({ length: 40 }, (_, index) => limits[index % 2]!.consume('ada')));
    assert.equal(uses.filter(({ status }) => status === 'fulfilled').length, 3);
    for (const use of uses) assert.ok(use.status === 'fulfilled' || limited(use.reason));
  });

  it('that reservations fill lets others wait for their outcome, and refuses at once when settled uses fill it', async () => {
    const [here, there] = [limit('reserved'), limit('reserved', other)];
    for (let use = 0; use < 3; use++) await here.reserve('ada');
    const waiting = there.reserve('ada');
    await here.settle('ada');
    await here.settle('ada');
    await here.refund('ada');
    await waiting;
    await there.settle('ada');
    await assert.rejects(here.reserve('ada'), (error) => {
      assert.ok(limited(error));
      return Number((error.headers as Record<string, string>)['retry-after']) > 50;
    });
  });

  it('gives a use back, but never more than there were, and none of an earlier window', async () => {
    const signIn = limit('refund');
    await signIn.consume('ada');
    await signIn.consume('ada');
    await signIn.refund('ada');
    assert.equal(await room(signIn, 'ada'), 2);
    for (let times = 0; times < 5; times++) await signIn.refund('bob');
    assert.equal(await room(signIn, 'bob'), 3);
  });

  it('starts anew after a reset', async () => {
    const signIn = limit('reset');
    await room(signIn, 'ada');
    await signIn.reset('ada');
    assert.equal(await room(signIn, 'ada'), 3);
  });

  it('stores no key in plain text', async () => {
    await limit('hashed').consume('ada@example.com 203.0.113.7');
    const { rows } = await db.execute(sql`select key from rate_limits`);
    assert.ok(!JSON.stringify(rows).includes('ada') && !JSON.stringify(rows).includes('203.0'));
  });
});

describe('the network that an address is counted with', () => {
  it('is the address itself for IPv4, also if it is written as IPv6', () => {
    assert.equal(addressBlock('203.0.113.7'), '203.0.113.7');
    for (const mapped of ['::ffff:203.0.113.7', '::FFFF:cb00:7107', '0:0:0:0:0:ffff:203.0.113.7']) {
      assert.equal(addressBlock(mapped), '203.0.113.7');
    }
    fc.assert(fc.property(fc.ipV4(), (address) => addressBlock(address) === addressBlock(`::ffff:${address}`)));
  });

  it('is the /64 for IPv6, the whole of it and nothing else', () => {
    assert.equal(addressBlock('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2::/64');
    assert.equal(addressBlock('2001:0DB8:0001:0002::'), '2001:db8:1:2::/64');
    assert.equal(addressBlock('2001:db8:1:2::1%eth0'), '2001:db8:1:2::/64');
    assert.notEqual(addressBlock('2001:db8:1:3::1'), addressBlock('2001:db8:1:2::1'));
    const group = fc.integer({ min: 0, max: 0xffff }).map((value) => value.toString(16));
    const half = fc.tuple(group, group, group, group).map((groups) => groups.join(':'));
    fc.assert(
      fc.property(half, half, half, (network, a, b) => {
        fc.pre(!network.startsWith('0:0:0:0'));
        assert.equal(addressBlock(`${network}:${a}`), addressBlock(`${network}:${b}`));
      }),
    );
  });

  it('is the same for all texts that are not addresses', () => {
    for (const none of ['', 'unknown', 'localhost', '1.2.3.4.5', '::g', '203.0.113.7:443', '[::1]']) {
      assert.equal(addressBlock(none), 'unknown', none);
    }
  });
});
