/** Requests that wait for a lock of their organization while their caller loses the session or the key. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { rows, whileLocked } from '../../../test/conditions.ts';
import {
  type Answer,
  assertProblem,
  createSignedInUser,
  type SignedInUser,
  signIn,
  startTestService,
  type TestService,
} from '../../../test/service.ts';
import { roles } from './roles.ts';
import { type ApiKey, accept, createScene, DELETE, PATCH, type Scene } from './testing/scene.ts';

describe('a request that waits for its organization', () => {
  let test: TestService;
  before(async () => {
    test = await startTestService({ env: { DATABASE_POOL_SIZE: '32' } });
  });
  after(() => test.close());

  const organization = ({ id }: Scene): [string, string] => [
    'select 1 from organizations where id = $1 for update',
    id,
  ];
  const contents = ({ id }: Scene) =>
    rows(
      test,
      `select (select jsonb_agg(o) from organizations o where id = $1) organization,
        (select jsonb_agg(m order by m) from memberships m where organization_id = $1) members,
        (select jsonb_agg(i order by id) from invitations i where organization_id = $1) invitations,
        (select jsonb_agg(to_jsonb(k) - '{last_used_at,last_ip_address,last_user_agent}'::text[] - 'revoked_at' order by id) from api_keys k where organization_id = $1) keys`,
      id,
    );
  const suspend = async ({ id }: SignedInUser) => {
    const { administration } = test.service.accounts;
    assert.ok(await administration.suspend((await administration.find(id))!));
  };

  /** Requests that grant something in an organization, or take something away. */
  async function requestsOf(scene: Scene, caller: SignedInUser | ApiKey): Promise<(() => Promise<Answer>)[]> {
    const [{ id: userId }, key] = await Promise.all([scene.add('member'), scene.key(['members:read'])]);
    const own = 'secret' in caller ? caller : await scene.key(['members:read'], caller);
    const invitation = (await scene.invite('somebody@example.com', 'member')).body;
    return [
      () => scene.as(caller, '/api-keys', { body: { name: 'back door', scopes: ['members:read'] } }),
      () => scene.as(caller, `/api-keys/${own.id}/rotate`, { body: {} }),
      () => scene.as(caller, `/api-keys/${key.id}`, PATCH({ name: 'other' })),
      () => scene.as(caller, `/api-keys/${key.id}`, DELETE),
      () => scene.as(caller, '/invitations', { body: { email: 'crony@example.com', role: 'owner' } }),
      () => scene.as(caller, `/invitations/${invitation.id}`, DELETE),
      () => scene.as(caller, `/members/${userId}`, PATCH({ role: 'owner' })),
      () => scene.as(caller, `/members/${userId}`, DELETE),
      () => scene.as(caller, '/ownership-transfers', { body: { userId } }),
      () => scene.as(caller, '', PATCH({ name: 'Taken over' })),
      () => scene.as(caller, '', DELETE),
    ];
  }

  /** Sends requests, and runs `happen` while they wait for the organization. */
  async function refuseAll(
    scene: Scene,
    requests: (() => Promise<Answer>)[],
    happen: (run: (text: string, ...values: unknown[]) => Promise<void>) => Promise<unknown>,
    code: string,
  ): Promise<void> {
    const before = await contents(scene);
    const sent = await whileLocked(test, organization(scene), async ({ run, waiting }) => {
      const all = requests.map((request) => request());
      await waiting(all.length);
      await happen(run);
      return all;
    });
    for (const answer of await Promise.all(sent)) assertProblem(answer, 401, code);
    assert.deepEqual(await contents(scene), before, 'and none of them did anything');
  }

  it('does nothing after its session has ended', async () => {
    const scene = await createScene(test);
    const elsewhere = await signIn(test, scene.owner.email);
    const end = async () =>
      assert.equal((await test.request('/v1/sessions', { ...DELETE, token: elsewhere.accessToken })).status, 204);
    await refuseAll(scene, await requestsOf(scene, scene.owner), end, 'session_revoked');
  });

  it('does nothing after its caller was suspended', async () => {
    const scene = await createScene(test);
    await refuseAll(scene, await requestsOf(scene, scene.owner), () => suspend(scene.owner), 'session_revoked');
  });

  it('does nothing after its API key was revoked', async () => {
    const scene = await createScene(test);
    const key = await scene.key([...roles.owner]);
    const revoke = (run: (text: string, ...values: unknown[]) => Promise<void>) =>
      run('update api_keys set revoked_at = now() where organization_id = $1 and id = $2', scene.id, key.id);
    await refuseAll(scene, await requestsOf(scene, key), revoke, 'unauthenticated');
  });

  it('does nothing after the creator of its API key was suspended', async () => {
    const scene = await createScene(test);
    const admin = await scene.add('owner');
    const key = await scene.key([...roles.owner], admin);
    await refuseAll(scene, await requestsOf(scene, key), () => suspend(admin), 'unauthenticated');
  });

  it('makes nobody a member, and restores nothing, after its session has ended', async () => {
    const scene = await createScene(test);
    const person = await createSignedInUser(test);
    await scene.invite(person.email, 'admin');
    const { token } = await scene.invitation(person.email);
    const elsewhere = await signIn(test, person.email);
    const end = async (by: SignedInUser) =>
      assert.equal((await test.request('/v1/sessions', { ...DELETE, token: by.accessToken })).status, 204);
    await refuseAll(scene, [() => accept(test, person, token)], () => end(elsewhere), 'session_revoked');
    assert.equal((await accept(test, elsewhere, token)).status, 200, 'the invitation is still open');

    assert.equal((await scene.as(scene.owner, '', DELETE)).status, 204);
    const owner = await signIn(test, scene.owner.email);
    const restore = () => scene.as(scene.owner, '/restore', { method: 'POST' });
    await refuseAll(scene, [restore], () => end(owner), 'session_revoked');
  });

  it('shows no secret a second time after its session has ended', async () => {
    const scene = await createScene(test);
    const elsewhere = await signIn(test, scene.owner.email);
    const call = {
      headers: { 'idempotency-key': 'once' },
      body: { name: 'deploy', scopes: ['members:read'] },
    };
    const create = () => scene.as(scene.owner, '/api-keys', call);
    assert.equal((await create()).status, 201);
    const repeated = await whileLocked(test, ['lock table idempotency_keys'], async ({ waiting }) => {
      const sent = [create()];
      await waiting(1);
      assert.equal((await test.request('/v1/sessions', { ...DELETE, token: elsewhere.accessToken })).status, 204);
      return sent;
    });
    assertProblem((await repeated[0])!, 401, 'session_revoked');
  });
});
