/** Reads that may be old, against a real streaming replica whose replay the test pauses: what it shows then is the past. */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { eventually, rows } from '../../../test/conditions.ts';
import { entitle } from '../../../test/entitled.ts';
import { startTestService, type TestService } from '../../../test/service.ts';
import { type Replicated, startReplicated } from '../../../test/standby.ts';
import { SECOND_MS } from '../../platform/clock.ts';
import { createScene, PATCH, type Scene } from './testing/scene.ts';

describe('with a replica', { timeout: 120_000 }, () => {
  it('lists that may be old come from it, and everything else from the primary', async (t) => {
    const { replicated, test, scene } = await start(t);
    await replicated.pause();
    await rename(scene, 'Difference Engines');
    const member = await scene.add('member');

    assert.deepEqual(await actions(scene), ['organization.created']);
    assert.deepEqual(await exported(test, scene), ['organization.created']);
    assert.equal((await scene.as(scene.owner, '')).body.name, 'Difference Engines');
    assert.equal((await scene.roles())[member.id], 'member', 'members are not read from it');

    await replicated.resume();
    const renamed = async () => (await actions(scene)).includes('organization.updated');
    await eventually('the replica has caught up', renamed);
  });

  it('nothing fails while it is away, and it is asked again after a rest', async (t) => {
    const { replicated, test, scene } = await start(t);
    await replicated.stopReplica();
    await rename(scene, 'Difference Engines');
    const newest = ['organization.updated', 'organization.created'];
    assert.deepEqual(await actions(scene), newest, 'the primary answers at once');
    assert.deepEqual(await exported(test, scene), newest);
    assert.ok(test.logs.some((line) => line.includes('replica lost') && line.includes('"warn"')));

    await replicated.startReplica();
    const events = async () =>
      Number((await replicated.on(replicated.replicaUrl, 'select count(*) from audit_events')).rows[0].count);
    const written = (await rows(test, 'select count(*)::int from audit_events'))[0].count;
    await eventually('the replica has caught up', async () => (await events()) === written);
    await replicated.pause();
    await rename(scene, 'Analytical Engines');
    assert.deepEqual((await actions(scene)).length, 3, 'still resting: from the primary');
    test.clock.advance(10 * SECOND_MS);
    assert.deepEqual(await actions(scene), newest, 'rested: from the replica');
  });
});

async function start(t: TestContext): Promise<{ replicated: Replicated; test: TestService; scene: Scene }> {
  const replicated = await startReplicated(t);
  const env = { DATABASE_REPLICA_URL: replicated.replicaUrl };
  const test = await startTestService({ databaseUrl: replicated.primaryUrl, env });
  t.after(() => test.close());
  const scene = await createScene(test);
  await entitle(test, scene.id);
  await eventually('the organization is replayed', async () => (await actions(scene)).length === 1);
  return { replicated, test, scene };
}

async function rename(scene: Scene, name: string): Promise<void> {
  assert.equal((await scene.as(scene.owner, '', PATCH({ name }))).status, 200);
}

async function actions(scene: Scene): Promise<string[]> {
  const { status, body } = await scene.as(scene.owner, '/audit-events');
  assert.equal(status, 200, JSON.stringify(body));
  return body.data.map(({ action }: { action: string }) => action);
}

async function exported(test: TestService, scene: Scene): Promise<string[]> {
  const headers = { authorization: `Bearer ${scene.owner.accessToken}` };
  const response = await fetch(`${test.url}${scene.path}/audit-events/export`, { headers });
  assert.equal(response.status, 200);
  const lines = (await response.text()).trim().split('\n');
  return lines.map((line) => JSON.parse(line).action);
}
