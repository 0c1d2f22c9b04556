import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { sql } from 'drizzle-orm';
import { assertProblem, createSignedInUser } from '../../../../test/service.ts';
import { accept } from '../../organizations/testing/scene.ts';
import { type BillingScene, type BillingService, createBillingScene, startBillingService } from '../testing/scene.ts';

const FREE_MEMBERS = 25;

describe('what a plan includes', () => {
  let billing: BillingService;
  before(async () => {
    billing = await startBillingService();
  });
  after(() => billing.close());

  async function end(scene: BillingScene): Promise<void> {
    await billing.stripe.subscriptions.cancel((await scene.ask('/subscription')).body.id);
    await billing.deliver();
    assert.equal(await scene.access(), 'free none');
  }

  /** Adds members without the invitations that a plan would refuse. */
  async function fill({ id }: BillingScene, count: number): Promise<void> {
    await billing.test.service.db.execute(sql`
      with person as (
        insert into users (id, email, locale, created_at, updated_at)
        select gen_random_uuid(), ${`${id}.`} || n || '@example.com', 'en', now(), now() from generate_series(1, ${count}::int) n returning id
      )
      insert into memberships (organization_id, user_id, role, created_at) select ${id}, id, 'member', now() from person`);
  }

  it('limits who accepts an invitation too: the plan may have become smaller since it was sent', async () => {
    const scene = await createBillingScene(billing);
    await scene.subscribe({ plan: 'scale' });
    await billing.deliver();
    const [first, second] = [await createSignedInUser(billing.test), await createSignedInUser(billing.test)];
    for (const { email } of [first, second]) assert.equal((await scene.invite(email, 'member')).status, 201);
    const tokenOf = async (email: string) => (await scene.invitation(email)).token;
    await end(scene);
    await fill(scene, FREE_MEMBERS - 2);

    assert.equal((await accept(billing.test, first, await tokenOf(first.email))).status, 200, 'the last seat');
    const token = await tokenOf(second.email);
    const refused = await accept(billing.test, second, token);
    assertProblem(refused, 402, 'limit_reached');
    assert.deepEqual([refused.body.limit, refused.body.allowed], ['members', FREE_MEMBERS]);
    assert.equal(Object.keys(await scene.roles()).includes(second.id), false);

    assert.equal((await scene.as(scene.owner, `/members/${first.id}`, { method: 'DELETE' })).status, 204);
    assert.equal((await accept(billing.test, second, token)).status, 200, 'the invitation is still open');
  });

  it('decides whether the audit trail can be exported; reading it is free', async () => {
    const scene = await createBillingScene(billing);
    const refused = await scene.ask('/audit-events/export');
    assertProblem(refused, 402, 'feature_not_included');
    assert.deepEqual([refused.body.feature, refused.body.plan], ['auditExport', 'pro']);
    assert.equal((await scene.ask('/audit-events')).status, 200);
    await scene.subscribe({ plan: 'pro' });
    await billing.deliver();
    assert.equal((await scene.ask('/audit-events/export')).status, 200);
    await end(scene);
    assertProblem(await scene.ask('/audit-events/export'), 402, 'feature_not_included');
  });

  it('is used by a key that may report usage and nothing else of billing; keys that manage billing still report', async () => {
    const scene = await createBillingScene(billing);
    const call = { body: { meter: 'apiCalls', quantity: 1 } };
    const metering = await scene.key(['usage:report']);
    assert.equal((await scene.as(metering, '/usage', call)).status, 202);
    const ending = { method: 'PATCH', body: { cancelAtPeriodEnd: true } };
    for (const [path, refused] of [
      ['/subscription', ending],
      ['/checkout-sessions', { body: { plan: 'pro' } }],
      ['/invoices', {}],
    ] as const)
      assertProblem(await scene.as(metering, path, refused), 403, 'forbidden');
    assert.equal((await scene.as(await scene.key(['billing:manage']), '/usage', call)).status, 202);
    const other = await scene.as(await scene.key(['billing:read']), '/usage', call);
    assertProblem(other, 403, 'forbidden');
    assert.equal(other.body.permission, 'usage:report');
  });
});
