import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { codeAt } from '../../../../scripts/demo/one-time-codes.ts';
import { queuedMails, value } from '../../../../test/conditions.ts';
import { assertProblem, type SignedInUser, startTestService, type TestService } from '../../../../test/service.ts';
import { MINUTE_MS } from '../../../platform/clock.ts';
import { addTotp } from '../../accounts/testing/authenticator-app.ts';
import { act, createOperator } from '../../operator/testing/scene.ts';
import { createScene, type Scene } from '../../organizations/testing/scene.ts';
import { exchange, exchanged, introspect, startWithClients } from '../../services/testing/scene.ts';

const put = (policy: object) => ({ method: 'PUT', body: { ...NOTHING, ...policy } });
const NOTHING = { requireSecondFactor: false, sessionMinutes: null, inviters: 'permitted' };

describe('the policy of an organization', () => {
  let test: TestService;
  let second: TestService;
  before(async () => {
    test = await startWithClients({ schedules: false });
    const { databaseUrl } = test.service.config;
    second = await startTestService({ jobs: false, databaseUrl, clock: test.clock });
  });
  after(async () => {
    await second.close();
    await test.close();
  });

  /** A new access token of the same session. */
  async function refresh(user: SignedInUser): Promise<SignedInUser> {
    const { body } = await test.request('/v1/sessions/refresh', { body: { refreshToken: user.refreshToken } });
    return { ...user, accessToken: body.accessToken, refreshToken: body.refreshToken };
  }
  const read = (scene: Scene, user: SignedInUser, service = test) =>
    service.request(scene.path, { token: user.accessToken });

  it('requires nothing until owners say otherwise, who are told by email and in the trail', async () => {
    const scene = await createScene(test);
    const { as, owner } = scene;
    const [admin, member] = [await scene.add('admin'), await scene.add('member')];
    assert.deepEqual((await as(member, '/policy')).body, NOTHING);
    assertProblem(await as(admin, '/policy', put({ inviters: 'owners' })), 403, 'forbidden');
    const changed = await as(owner, '/policy', put({ inviters: 'owners' }));
    assert.deepEqual([changed.status, changed.body], [200, { ...NOTHING, inviters: 'owners' }]);
    assert.equal((await as(owner, '/policy', put({ inviters: 'owners' }))).status, 200, 'once more changes nothing');
    assert.equal(await queuedMails(test, owner.email, 'organization-policy-changed'), 1);
    const recorded = `select details from audit_events where owner_id = $1 and action = 'policy.updated'`;
    const details = await value(test, recorded, scene.id);
    assert.deepEqual([details.before.inviters, details.after.inviters], ['permitted', 'owners']);
    for (const wrong of [{ sessionMinutes: 14 }, { inviters: 'nobody' }, { requireSecondFactor: null }])
      assertProblem(await as(owner, '/policy', put(wrong)), 400, 'validation_failed');
  });

  it('refuses members without a second factor on every process at once, until they have proven one', async () => {
    const scene = await createScene(test);
    const member = await scene.add('member');
    assert.equal((await read(scene, member, second)).status, 200, 'the other process knows that nothing is required');
    const strict = put({ requireSecondFactor: true });
    assertProblem(await scene.as(scene.owner, '/policy', strict), 403, 'organization_second_factor_required');
    assert.equal((await read(scene, member)).status, 200, 'nobody locks others out without satisfying it themselves');

    await addTotp(test, scene.owner);
    const owner = await refresh(scene.owner);
    assert.equal((await scene.as(owner, '/policy', strict)).status, 200);
    for (const service of [test, second])
      assertProblem(await read(scene, member, service), 403, 'organization_second_factor_required');
    assert.equal((await test.request('/v1/users/me', { token: member.accessToken })).status, 200, 'the account works');

    await addTotp(test, member);
    assertProblem(await read(scene, member), 403, 'organization_second_factor_required');
    assert.equal((await read(scene, await refresh(member))).status, 200);
  });

  it('refuses members whose proof is older than it allows', async () => {
    const scene = await createScene(test);
    assert.equal((await scene.as(scene.owner, '/policy', put({ sessionMinutes: 15 }))).status, 200);
    test.clock.advance(15 * MINUTE_MS - 1_000);
    const almost = await refresh(scene.owner);
    assert.equal((await read(scene, almost)).status, 200);
    test.clock.advance(2_000);
    assertProblem(await read(scene, almost), 403, 'organization_sign_in_required');
    const confirmed = await test.request('/v1/sessions/current/confirm', {
      token: almost.accessToken,
      body: { password: almost.password },
    });
    assert.equal(confirmed.status, 200, JSON.stringify(confirmed.body));
    assert.equal((await read(scene, await refresh(almost))).status, 200);
  });

  it('lets owners alone invite', async () => {
    const scene = await createScene(test);
    const admin = await scene.add('admin');
    const open = (await scene.invite('before@example.com', 'member', admin)).body.id;
    assert.equal((await scene.as(scene.owner, '/policy', put({ inviters: 'owners' }))).status, 200);
    assertProblem(await scene.invite('after@example.com', 'member', admin), 403, 'forbidden');
    assertProblem(await scene.as(admin, `/invitations/${open}/resend`, { method: 'POST' }), 403, 'forbidden');
    assert.equal((await scene.invite('after@example.com', 'member')).status, 201);
  });

  it('is decided again where something is granted, and does not bind API keys', async () => {
    const scene = await createScene(test);
    const key = await scene.key(['organization:read']);
    await addTotp(test, scene.owner);
    const owner = await refresh(scene.owner);
    assert.equal((await scene.as(owner, '/policy', put({ requireSecondFactor: true }))).status, 200);
    assert.equal((await scene.as(key, '')).status, 200);
    const { authorization } = test.service.organizations;
    const caller = await test.service.accounts.authentication.authenticate(owner.accessToken);
    const weaker = { ...caller, amr: ['pwd'] };
    const granted = test.service.db.transaction((tx) => authorization.grant(tx, scene.id, weaker));
    await assert.rejects(granted, { code: 'organization_second_factor_required' });
  });

  it('holds for tokens for other services, when they are given and when they are asked about', async () => {
    const scene = await createScene(test);
    const member = await scene.add('member');
    const isActive = async (token: string) => (await introspect(test, token)).body.active;
    const early = await exchanged(test, member, scene.id);
    assert.equal(await isActive(early), true);
    await addTotp(test, scene.owner);
    const owner = await refresh(scene.owner);
    assert.equal((await scene.as(owner, '/policy', put({ requireSecondFactor: true }))).status, 200);
    assert.deepEqual((await introspect(test, early)).body, { active: false }, 'one of before');
    assertProblem(await exchange(test, member, scene.id), 403, 'organization_second_factor_required');
    const other = await createScene(test, member);
    assert.equal(await isActive(await exchanged(test, member, other.id)), true, 'in another organization it is good');
    await addTotp(test, member);
    assert.equal(await isActive(await exchanged(test, await refresh(member), scene.id)), true);
    assert.equal(await isActive(early), false, 'it says itself that one factor was proven');

    assert.equal((await scene.as(owner, '/policy', put({ sessionMinutes: 15 }))).status, 200);
    test.clock.advance(12 * MINUTE_MS);
    const late = await exchanged(test, await refresh(owner), scene.id);
    assert.equal(await isActive(late), true);
    test.clock.advance(3 * MINUTE_MS + 1_000);
    assert.equal(await isActive(late), false, 'it lives on, and the proof is too old');
    assertProblem(await exchange(test, await refresh(owner), scene.id), 403, 'organization_sign_in_required');
  });

  it('asks an operator who acts as a member for the proof of the operator, not of the member', async () => {
    const scene = await createScene(test);
    await addTotp(test, scene.owner);
    const strict = put({ requireSecondFactor: true, sessionMinutes: 15 });
    assert.equal((await scene.as(await refresh(scene.owner), '/policy', strict)).status, 200);
    const operator = await createOperator(test);
    const { accessToken: token, impersonation } = await act(test, operator, scene.owner.id, { minutes: 60 });
    assert.equal((await test.request(scene.path, { token })).status, 200, 'the member has proven nothing here');

    test.clock.advance(15 * MINUTE_MS + 1_000);
    const renewed = async () => {
      Object.assign(operator, await refresh(operator));
      const path = `/v1/operator/impersonations/${impersonation.id}/tokens`;
      const { body } = await test.request(path, { method: 'POST', token: operator.accessToken });
      return test.request(scene.path, { token: body.accessToken });
    };
    assertProblem(await renewed(), 403, 'organization_sign_in_required');
    const totp = codeAt(operator.secret, test.clock.now());
    const proof = { token: operator.accessToken, body: { totp } };
    assert.equal((await test.request('/v1/sessions/current/confirm', proof)).status, 200);
    assert.equal((await renewed()).status, 200);
  });

  it('costs no statement per request', async () => {
    const scene = await createScene(test);
    const statements = async () => {
      const { values } = await second.service.metrics.db_query_duration_seconds.get();
      return values.reduce((sum, { metricName, value: n }) => sum + (/_count$/.test(metricName ?? '') ? n : 0), 0);
    };
    /** Of a request that is refused after its guard. */
    const cost = async () => {
      const before = await statements();
      const call = { method: 'PATCH', token: scene.owner.accessToken, body: { nonsense: true } };
      assertProblem(await second.request(scene.path, call), 400, 'validation_failed');
      return (await statements()) - before;
    };
    await cost();
    assert.equal(await cost(), 0);
  });
});
