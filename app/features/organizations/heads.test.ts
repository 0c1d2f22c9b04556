/** Signed heads leave the database in the log, and `doctor audit --heads` compares them with what is stored. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { sql } from 'drizzle-orm';
import { rows } from '../../../test/conditions.ts';
import { ENVIRONMENT, startTestService, type TestService } from '../../../test/service.ts';
import { createScene, PATCH, type Scene } from './testing/scene.ts';

describe('signed heads of audit chains', () => {
  let test: TestService;
  before(async () => {
    test = await startTestService({ schedules: false });
  });
  after(() => test.close());

  const isHead = (line: string) => line.includes('"auditHead"');
  /** @returns the lines that the schedule wrote */
  async function logHeads(): Promise<string[]> {
    const before = test.logs.filter(isHead).length;
    const handler = test.service.audit.handlers.find(({ queue }) => queue.name === 'audit.log-heads')!;
    await handler.handle({}, {} as never);
    return test.logs.filter(isHead).slice(before);
  }
  const ownerOf = (line: string) => JSON.parse(line).auditHead.ownerId as string;
  const rename = (scene: Scene, name: string) => scene.as(scene.owner, '', PATCH({ name }));

  async function doctor(t: TestContext, lines: string[]) {
    const directory = await mkdtemp(join(tmpdir(), 'plinth-heads-'));
    t.after(() => rm(directory, { recursive: true }));
    const file = join(directory, 'log');
    await writeFile(file, lines.join('\n'));
    const env = { ...ENVIRONMENT, PATH: process.env.PATH, DATABASE_URL: test.service.config.databaseUrl };
    const command = ['app/cli.ts', 'doctor', 'audit', '--heads', file, '--json'];
    const { stdout, code = 0 } = await promisify(execFile)(process.execPath, command, { env }).catch((error) => error);
    return { code, ...JSON.parse(stdout) };
  }

  /** Ends a chain one event earlier, so that it is whole. */
  async function cut(ownerId: string): Promise<number> {
    const last = '(select max(sequence) from audit_events where owner_id = $1)';
    const [gone] = await rows(
      test,
      `delete from audit_events where owner_id = $1 and sequence = ${last} returning *`,
      ownerId,
    );
    await rows(
      test,
      `update audit_chains c set sequence = e.sequence, hash = e.hash from audit_events e
       where c.owner_id = $1 and e.owner_id = $1 and e.sequence = ${last}`,
      ownerId,
    );
    assert.equal(await test.service.audit.verify(ownerId), null);
    return Number(gone.sequence);
  }

  it('are logged once for each chain that has grown since the last time', async () => {
    const [scene, other] = [await createScene(test), await createScene(test)];
    const first = await logHeads();
    assert.deepEqual(new Set(first.map(ownerOf)).size, first.length);
    for (const { id, owner } of [scene, other])
      for (const ownerId of [id, owner.id]) assert.ok(first.map(ownerOf).includes(ownerId));
    assert.deepEqual(await logHeads(), []);
    await rename(scene, 'Renamed');
    assert.deepEqual((await logHeads()).map(ownerOf), [scene.id]);
  });

  it('are logged for any number of chains, and a chain that is locked comes the next time', async () => {
    await logHeads();
    const hash = Buffer.alloc(32);
    const insert =
      'insert into audit_chains (owner_id, sequence, hash) select gen_random_uuid(), 1, $1 from generate_series(1, 250)';
    await rows(test, insert, hash);
    const [locked] = await rows(test, 'select owner_id from audit_chains where hash = $1', hash);
    await test.service.db.transaction(async (tx) => {
      await tx.execute(sql`select from audit_chains where owner_id = ${locked.owner_id} for update`);
      assert.equal((await logHeads()).length, 249);
    });
    assert.deepEqual((await logHeads()).map(ownerOf), [locked.owner_id]);
    await rows(test, 'delete from audit_chains where hash = $1', hash);
  });

  it('show a chain that was cut at its end, also once it has grown again, and one that is gone', async (t) => {
    const [scene, continued, whole, gone] = [
      await createScene(test),
      await createScene(test),
      await createScene(test),
      await createScene(test),
    ];
    for (const each of [scene, continued, gone]) await rename(each, 'Acme & Sons');
    const lines = await logHeads();
    const sound = await doctor(t, lines);
    assert.deepEqual([sound.code, sound.heads, sound.broken], [0, lines.length, []]);

    const missing = { ownerId: scene.id, sequence: await cut(scene.id), reason: 'missing' };
    const altered = { ownerId: continued.id, sequence: await cut(continued.id), reason: 'altered' };
    await rename(continued, 'Acme');
    await rename(whole, 'Acme');
    for (const table of ['audit_events', 'audit_chains'])
      await rows(test, `delete from ${table} where owner_id = $1`, gone.id);
    const found = await doctor(
      t,
      [...lines, ...(await logHeads())].map((line) => `worker-1  | ${line}`),
    );
    assert.equal(found.code, 1);
    const lost = found.broken.find(({ ownerId }: { ownerId: string }) => ownerId === gone.id);
    assert.equal(lost.reason, 'missing');
    assert.deepEqual(new Set(found.broken), new Set([missing, altered, lost]));
  });

  it('cannot be made up, and say nothing about owners who are gone', async (t) => {
    const scene = await createScene(test);
    const lines = (await logHeads()).filter((line) => ownerOf(line) === scene.id);
    const forged = lines[0]!.replace(/"sequence":\d+/, '"sequence":99');
    const found = await doctor(t, ['no JSON', '{"auditHead"', forged, ...lines]);
    assert.deepEqual([found.code, found.heads, found.unsigned, found.broken], [1, 1, 1, []]);

    await rows(test, 'update organizations set purge_at = now() where id = $1', scene.id);
    for (const table of ['audit_events', 'audit_chains'])
      await rows(test, `delete from ${table} where owner_id = $1`, scene.id);
    const purged = await doctor(t, lines);
    assert.deepEqual([purged.code, purged.gone, purged.broken], [0, [scene.id], []]);
  });
});
