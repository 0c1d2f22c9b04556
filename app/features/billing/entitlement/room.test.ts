import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { sql } from 'drizzle-orm';
import type { Executor } from '../../../platform/database/database.ts';
import { type BillingScene, type BillingService, createBillingScene, startBillingService } from '../testing/scene.ts';

/** The limit of the free plan. */
const PROJECTS = 3;

describe('a limit on a count', () => {
  let billing: BillingService;
  before(async () => {
    billing = await startBillingService();
    const { db, billing: service } = billing.test.service;
    await db.execute(sql`create table project (organization_id uuid)`);
    service.room.countBy('projects', countProjects);
  });
  after(() => billing.close());

  async function countProjects(executor: Executor, organizationId: string): Promise<number> {
    const { rows } = await executor.execute<{ count: number }>(
      sql`select count(*)::int as count from project where organization_id = ${organizationId}`,
    );
    return rows[0]!.count;
  }

  const add = ({ id }: BillingScene, adding = 1) =>
    billing.test.service.db
      .transaction(async (tx) => {
        await billing.test.service.billing.room.require(tx, id, 'projects', adding);
        await tx.execute(sql`insert into project select ${id} from generate_series(1, ${adding}::int)`);
      })
      .then(
        () => 'added',
        (error) => error,
      );

  it('is never exceeded, however many add at once, and frees its place when something is deleted', async () => {
    const scene = await createBillingScene(billing);
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => add(scene)));
    assert.equal(outcomes.filter((outcome) => outcome === 'added').length, PROJECTS);
    const refused = outcomes.find((outcome) => outcome !== 'added');
    assert.equal(refused.code, 'limit_reached');
    assert.deepEqual(refused.extensions, { limit: 'projects', allowed: PROJECTS, plan: 'pro' });
    const { body } = await scene.ask('/entitlements');
    assert.deepEqual(body.usage, { members: 1, projects: PROJECTS });
    await billing.test.service.db.execute(
      sql`delete from project where ctid = (select ctid from project where organization_id = ${scene.id} limit 1)`,
    );
    assert.equal((await add(scene, 2)).code, 'limit_reached');
    assert.equal(await add(scene), 'added');
  });

  it('of one organization is not used up by another, and follows the plan', async () => {
    const [scene, other] = [await createBillingScene(billing), await createBillingScene(billing)];
    assert.equal(await add(other, PROJECTS), 'added');
    assert.equal(await add(scene, PROJECTS), 'added');
    assert.equal((await add(scene)).code, 'limit_reached');
    await scene.subscribe({ plan: 'scale' });
    await billing.deliver();
    assert.equal(await add(scene, 100), 'added');
  });

  it('that nobody counts, or that two count, is a fault of the code', async () => {
    const scene = await createBillingScene(billing);
    const { db, billing: service } = billing.test.service;
    await assert.rejects(
      db.transaction((tx) => service.room.require(tx, scene.id, 'apiCalls')),
      /nobody counts the limit apiCalls/,
    );
    assert.throws(() => service.room.countBy('projects', countProjects), /the limit projects is counted already/);
  });
});
