import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { sql } from 'drizzle-orm';
import { createTestClock } from '../../../test/clock.ts';
import { createTestDatabase } from '../../../test/database.ts';
import { assertProblem, request } from '../../../test/service.ts';
import { DAY_MS, MINUTE_MS } from '../clock.ts';
import { type Executor, openDatabase } from '../database/database.ts';
import { createSealer } from '../security/sealing.ts';
import { createLogger } from '../telemetry/logger.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { createIdempotency } from './idempotency.ts';
import { createHttpServer } from './server.ts';

/** Starts a server with one route, `POST /notes`. It writes a row and answers with the number of the row. Tests can pause it or make it fail. */
async function startNotes(how: 'run' | 'runBeyond') {
  const database = await createTestDatabase();
  const db = openDatabase({
    url: database.url,
    poolSize: 25,
    lanes: 1,
    preparedStatements: true,
    statementTimeoutMs: 10_000,
    applicationName: 'idempotency test',
  });
  await db.execute(sql`create table note (id int generated always as identity, text text)`);
  const clock = createTestClock();
  const idempotency = createIdempotency({
    db,
    clock,
    sealer: createSealer(['a-secret-that-is-long-enough-to-be-one']),
  });
  const app = await createHttpServer({
    logger: createLogger({ level: 'silent', release: 'test' }),
    metrics: createMetrics({ release: 'test' }, { runtime: false }),
    corsOrigins: [],
    trustProxy: false,
    problemBaseUrl: 'https://api.example.com/docs/errors',
  });
  const notes = {
    clock,
    idempotency,
    /** Called after the row is written, before the transaction commits. */
    atWork: async () => {},
    async texts(): Promise<string[]> {
      const { rows } = await db.execute<{ text: string }>(sql`select text from note order by id`);
      return rows.map(({ text }) => text);
    },
    post: (text: string, key?: string, caller = 'ada', path = '/notes', signal?: AbortSignal) =>
      request(`${url}${path}`, {
        body: { text },
        ...(signal && { signal }),
        headers: { caller, ...(key !== undefined && { 'idempotency-key': key }) },
      }),
    async close() {
      app.server.closeAllConnections();
      await app.close();
      await db.$client.end();
      await database.close();
    },
  };
  for (const path of ['/notes', '/notes/again']) {
    app.post(path, async (incoming, reply) => {
      const work = async (tx: Executor) => {
        const { text } = incoming.body as { text: string };
        const { rows } = await tx.execute(sql`insert into note (text) values (${text}) returning id`);
        await notes.atWork();
        return text === 'nothing' ? { status: 204 } : { status: 201, body: { id: rows[0]?.id, text } };
      };
      const caller = String(incoming.headers.caller);
      return how === 'run'
        ? idempotency.run(incoming, reply, caller, work)
        : idempotency.runBeyond(incoming, reply, caller, () => work(db));
    });
  }
  await app.listen({ host: '127.0.0.1', port: 0 });
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  return notes;
}

for (const how of ['run', 'runBeyond'] as const)
  describe(`a POST with an Idempotency-Key (${how})`, () => {
    let notes: Awaited<ReturnType<typeof startNotes>>;
    before(async () => {
      notes = await startNotes(how);
    });
    after(() => notes.close());
    const count = async (text: string) => (await notes.texts()).filter((each) => each === text).length;

    it('does the work once; a retry gets the same answer, marked as replayed', async () => {
      const first = await notes.post('once', 'key-once');
      assert.equal(first.status, 201);
      assert.equal(first.headers.get('idempotency-replayed'), null);
      for (let repetition = 0; repetition < 3; repetition++) {
        const again = await notes.post('once', 'key-once');
        assert.deepEqual([again.status, again.body], [first.status, first.body]);
        assert.equal(again.headers.get('idempotency-replayed'), 'true');
      }
      assert.equal(await count('once'), 1);
    });

    it('replays an empty answer as an empty one', async () => {
      for (let run = 0; run < 2; run++) {
        const { status, body } = await notes.post('nothing', 'key-nothing');
        assert.deepEqual([status, body], [204, '']);
      }
      assert.equal(await count('nothing'), 1);
    });

    it('without one does the work each time', async () => {
      const answers = [await notes.post('twice'), await notes.post('twice')];
      assert.equal(await count('twice'), 2);
      for (const { headers } of answers) assert.equal(headers.get('idempotency-replayed'), null);
    });

    it('is refused without effect if the key was used with another body or route', async () => {
      assert.equal((await notes.post('mine', 'key-body')).status, 201);
      assertProblem(await notes.post('other', 'key-body'), 409, 'idempotency_key_reused');
      assertProblem(await notes.post('mine', 'key-body', 'ada', '/notes/again'), 409, 'idempotency_key_reused');
      assert.deepEqual([await count('mine'), await count('other')], [1, 0]);
    });

    it('does its own work if the key belongs to another caller', async () => {
      const [ada, bob] = [
        await notes.post('shared', 'key-shared', 'ada'),
        await notes.post('shared', 'key-shared', 'bob'),
      ];
      assert.deepEqual([ada.status, bob.status], [201, 201]);
      assert.notEqual(ada.body.id, bob.body.id);
      assert.equal(await count('shared'), 2);
    });

    it('is refused while the first request is still running, and gets its answer afterwards', async (t) => {
      const working = Promise.withResolvers<void>();
      const release = Promise.withResolvers<void>();
      t.after(() => release.resolve());
      notes.atWork = async () => {
        working.resolve();
        await release.promise;
      };
      const first = notes.post('held', 'key-held');
      await working.promise;
      notes.atWork = async () => {};
      const meanwhile = await notes.post('held', 'key-held');
      assertProblem(meanwhile, 409, 'request_in_progress');
      assert.equal(meanwhile.headers.get('retry-after'), '1');
      assert.equal((await notes.post('unheld', 'key-unheld')).status, 201, 'another key does not wait');
      release.resolve();
      assert.equal((await first).status, 201);
      assert.deepEqual((await notes.post('held', 'key-held')).body, (await first).body);
      assert.equal(await count('held'), 1);
    });

    it('whose work fails stores nothing, and may be sent again', async () => {
      notes.atWork = async () => {
        throw new Error('crash');
      };
      assertProblem(await notes.post('crash', 'key-crash'), 500, 'internal_error');
      const left = await count('crash');
      if (how === 'run') assert.equal(left, 0);
      notes.atWork = async () => {};
      const again = await notes.post('crash', 'key-crash');
      assert.equal(again.status, 201);
      assert.equal(again.headers.get('idempotency-replayed'), null);
      assert.equal(await count('crash'), left + 1);
    });

    it('sent 20 times at once does the work once; the others get the same answer or `request_in_progress`', async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, () => notes.post('burst', 'key-burst')));
      assert.equal(await count('burst'), 1);
      const { body } = await notes.post('burst', 'key-burst');
      for (const answer of answers) {
        if (answer.status === 409) assertProblem(answer, 409, 'request_in_progress');
        else assert.deepEqual([answer.status, answer.body], [201, body]);
      }
      const done = answers.filter(({ status, headers }) => status === 201 && !headers.has('idempotency-replayed'));
      assert.equal(done.length, 1);
    });

    it('is forgotten and deleted after 24 hours, and not before', async () => {
      const first = await notes.post('day', 'key-day');
      notes.clock.advance(DAY_MS - 1);
      assert.deepEqual((await notes.post('day', 'key-day')).body, first.body);
      assert.equal(await notes.idempotency.purge(), 0);
      notes.clock.advance(1);
      const next = await notes.post('day', 'key-day');
      assert.notDeepEqual(next.body, first.body);
      assert.equal(next.headers.get('idempotency-replayed'), null);
      assert.equal(await count('day'), 2);
      assert.deepEqual((await notes.post('day', 'key-day')).body, next.body, 'the new answer is the stored one');
      notes.clock.advance(DAY_MS);
      assert.ok((await notes.idempotency.purge()) > 0);
      assert.equal(await notes.idempotency.purge(), 0);
    });

    it('has 1 to 255 characters', async () => {
      for (const key of ['', 'x'.repeat(256)]) assertProblem(await notes.post('length', key), 400, 'bad_request');
      for (const key of ['x', 'x'.repeat(255), '0b9e4e57-6c0a-4a39-9d0e-3a3b9c4c3a5e', 'ünïcödé'.normalize()]) {
        assert.equal((await notes.post('length', key)).status, 201);
      }
      assert.equal(await count('length'), 4);
    });

    if (how === 'runBeyond')
      it('keeps the answer of the one who claimed it last, when an earlier one comes back', async () => {
        for (const outcome of ['succeeds', 'fails'] as const) {
          const [text, key] = [`late ${outcome}`, `key-late-${outcome}`];
          const working = Promise.withResolvers<void>();
          const release = Promise.withResolvers<void>();
          notes.atWork = async () => {
            working.resolve();
            await release.promise;
            if (outcome === 'fails') throw new Error('crash');
          };
          const late = notes.post(text, key);
          await working.promise;
          notes.atWork = async () => {};
          notes.clock.advance(2 * MINUTE_MS);
          const next = await notes.post(text, key);
          assert.equal(next.status, 201);
          release.resolve();
          await late;
          assert.deepEqual((await notes.post(text, key)).body, next.body);
        }
      });

    if (how === 'runBeyond')
      it('can be used again two minutes after its process died, and not before', async () => {
        const working = Promise.withResolvers<void>();
        notes.atWork = () => {
          working.resolve();
          return new Promise(() => {});
        };
        const abort = new AbortController();
        const dying = notes.post('dying', 'key-dying', 'ada', '/notes', abort.signal).catch(() => 'died');
        await working.promise;
        abort.abort();
        assert.equal(await dying, 'died');
        notes.atWork = async () => {};
        notes.clock.advance(2 * MINUTE_MS - 1);
        assertProblem(await notes.post('dying', 'key-dying'), 409, 'request_in_progress');
        assertProblem(await notes.post('other', 'key-dying'), 409, 'idempotency_key_reused');
        notes.clock.advance(1);
        assert.equal((await notes.post('dying', 'key-dying')).status, 201);
      });
  });
