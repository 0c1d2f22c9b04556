/** Reading a trail over HTTP, which audit does for any owner: pages, filters, cursors, export. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { rows } from '../../../test/conditions.ts';
import { entitle } from '../../../test/entitled.ts';
import { assertProblem, type SignedInUser, startTestService, type TestService } from '../../../test/service.ts';
import { SECOND_MS } from '../../platform/clock.ts';
import { createScene, PATCH, type Scene } from './testing/scene.ts';

interface Event {
  id: string;
  sequence: number;
  action: string;
  occurredAt: string;
  actor: { type: string; id: string };
}

describe('reading a trail', () => {
  let test: TestService;
  before(async () => {
    test = await startTestService();
  });
  after(() => test.close());

  const rename = async (scene: Scene, name: string) =>
    assert.equal((await scene.as(scene.owner, '', PATCH({ name }))).status, 200);
  /** An organization whose plan includes the export. */
  async function entitledScene(owner?: SignedInUser): Promise<Scene> {
    const scene = await createScene(test, owner);
    await entitle(test, scene.id);
    return scene;
  }
  const page = async (scene: Scene, query: string) => {
    const answer = await scene.as(scene.owner, `/audit-events?${query}`);
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    return answer.body as { data: Event[]; nextCursor: string | null };
  };
  async function everything(scene: Scene, query: string): Promise<Event[]> {
    const events: Event[] = [];
    let cursor: string | null = '';
    do {
      const found: Awaited<ReturnType<typeof page>> = await page(scene, `${query}${cursor && `&cursor=${cursor}`}`);
      events.push(...found.data);
      cursor = found.nextCursor;
    } while (cursor !== null);
    return events;
  }
  async function exported(scene: Scene, query = ''): Promise<Event[]> {
    const headers = { authorization: `Bearer ${scene.owner.accessToken}` };
    const response = await fetch(`${test.url}${scene.path}/audit-events/export?${query}`, { headers });
    assert.equal(response.status, 200);
    assert.match(response.headers.get('content-type') ?? '', /^application\/x-ndjson/);
    const lines = (await response.text()).split('\n');
    assert.equal(lines.pop(), '', 'the last line ends');
    return lines.map((line) => JSON.parse(line));
  }

  it('shows the newest first, and each event once, while others are added between two pages', async () => {
    const scene = await entitledScene();
    for (let index = 0; index < 7; index++) await rename(scene, `Name ${index}`);
    const first = await page(scene, 'limit=3');
    await rename(scene, 'Meanwhile');
    const second = await page(scene, `limit=3&cursor=${first.nextCursor}`);
    await rename(scene, 'Again');
    const third = await page(scene, `limit=3&cursor=${second.nextCursor}`);
    const sequences = [first, second, third].map(({ data }) => data.map(({ sequence }) => sequence));
    assert.deepEqual(sequences, [
      [8, 7, 6],
      [5, 4, 3],
      [2, 1],
    ]);
    assert.equal(third.nextCursor, null);
  });

  it('refuses a cursor that is damaged, or of another organization, or of another list', async () => {
    const [scene, other] = [await entitledScene(), await entitledScene()];
    for (const each of [scene, other]) await rename(each, 'Two events');
    const { nextCursor } = await page(scene, 'limit=1');
    const cursor = nextCursor!;
    const damaged = cursor.slice(0, -1) + (cursor.endsWith('A') ? 'B' : 'A');
    const members = await scene.add('member').then(() => scene.as(scene.owner, '/members?limit=1'));
    for (const [where, given] of [
      [scene, damaged],
      [scene, 'x'],
      [scene, Buffer.from('["1"]').toString('base64url')],
      [scene, members.body.nextCursor],
      [other, cursor],
    ] as const)
      assertProblem(await where.as(where.owner, `/audit-events?cursor=${given}`), 400, 'invalid_cursor');
  });

  it('is filtered by action, actor and time, by each and all of them', async () => {
    const scene = await entitledScene();
    const start = test.clock.now().toISOString();
    const admin = await scene.add('admin');
    test.clock.advance(SECOND_MS);
    const middle = test.clock.now().toISOString();
    assert.equal((await scene.as(admin, '', PATCH({ name: 'By the admin' }))).status, 200);
    await rename(scene, 'By the owner');
    test.clock.advance(SECOND_MS);
    const end = test.clock.now().toISOString();
    await rename(scene, 'Later');

    const actions = async (query: string) => (await everything(scene, `limit=2&${query}`)).map(({ action }) => action);
    const updated = 'organization.updated';
    assert.deepEqual(await actions('action=member.joined'), ['member.joined']);
    assert.deepEqual(await actions(`action=${updated}`), [updated, updated, updated]);
    assert.deepEqual(await actions(`actorId=${admin.id}`), [updated, 'member.joined']);
    assert.deepEqual(await actions(`from=${middle}&to=${end}`), [updated, updated], 'from is inclusive, to is not');
    assert.deepEqual(await actions(`to=${middle}`), ['member.joined', 'invitation.created', 'organization.created']);
    assert.deepEqual(await actions(`from=${end}`), [updated]);
    assert.deepEqual(await actions(`action=${updated}&actorId=${admin.id}&from=${start}&to=${end}`), [updated]);
    assert.deepEqual(await actions(`actorId=nobody`), []);
    for (const query of [
      'action=member.promoted',
      'from=yesterday',
      'to=2026-13-01T00:00:00Z',
      'from=0000-01-01T00:00:00Z',
      'since=x',
      'limit=101',
      'limit=0',
    ])
      assertProblem(await scene.as(scene.owner, `/audit-events?${query}`), 400, 'validation_failed');
    assertProblem(await scene.as(scene.owner, '/audit-events/export?limit=1'), 400, 'validation_failed');
    assert.deepEqual(
      (await exported(scene, `actorId=${admin.id}`)).map(({ action }) => action),
      [updated, 'member.joined'],
    );
  });

  it('is exported line by line as it is listed', async () => {
    const scene = await entitledScene();
    for (let index = 0; index < 4; index++) await rename(scene, `Line\u2028${index} "quoted" 😀`);
    assert.deepEqual(await exported(scene), await everything(scene, 'limit=2'));
  });

  it('is exported in batches, however long it is, and stops when nobody reads on', async () => {
    const scene = await entitledScene();
    await rows(
      test,
      `insert into audit_events (owner_id, sequence, id, occurred_at, actor_type, action, details, hash)
       select $1, n, gen_random_uuid(), now(), 'system', 'organization.updated', jsonb_build_object('padding', repeat('x', 2000)), sha256('')
       from generate_series(2, 20000) n`,
      scene.id,
    );
    const { audit } = test.service;
    let largest = 0;
    let count = 0;
    for await (const batch of audit.reading.stream(scene.id, {})) {
      largest = Math.max(largest, batch.length);
      count += batch.length;
    }
    assert.ok(count === 20_000 && largest <= 50, `${count} events in batches of up to ${largest}`);

    const url = `${test.url}${scene.path}/audit-events/export`;
    const headers = { authorization: `Bearer ${scene.owner.accessToken}` };
    const before = await reads();
    const response = await fetch(url, { headers });
    const reader = response.body!.getReader();
    assert.ok((await reader.read()).value!.length > 0);
    // Nobody reads on: what is on its way fills the buffers between us, and no more is asked of the database.
    let seen = -1;
    for (let now = await reads(); now !== seen; now = await reads()) {
      seen = now;
      for (let turn = 0; turn < 5; turn++) await test.request('/livez');
    }
    assert.ok(seen - before < 100, `${seen - before} of 400 batches were read`);
    await reader.cancel();

    assert.equal(new Set((await exported(scene)).map(({ sequence }) => sequence)).size, 20_000);
  });

  it('is exported twenty times an hour, by whomever', async () => {
    const scene = await entitledScene();
    for (let made = 0; made < 20; made++) await exported(scene);
    const refused = await scene.as(scene.owner, '/audit-events/export');
    assertProblem(refused, 429, 'rate_limited');
    assert.ok(Number(refused.headers.get('retry-after')) > 0);
    assert.equal((await exported(await entitledScene(scene.owner))).length, 1, 'another trail');
  });

  /** Statements on the table of events so far. */
  async function reads(): Promise<number> {
    const { values } = await test.service.metrics.db_query_duration_seconds.get();
    return values
      .filter(({ metricName, labels }) => metricName?.endsWith('_count') && /select/i.test(JSON.stringify(labels)))
      .reduce((sum, { value }) => sum + value, 0);
  }
});
