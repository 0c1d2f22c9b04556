/**
 * The caller of a half-sent request loses the right to make it, at every operation of the OpenAPI document that changes something. The
 * operations come from the document, so a new operation is tested from its first day.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { rows, value } from '../../../test/conditions.ts';
import { type Operation, readOperations } from '../../../test/faults/operations.ts';
import { createHalfSender } from '../../../test/half-sent.ts';
import { exchange, rawRequest } from '../../../test/raw-http.ts';
import { resourcesOf } from '../../../test/resources.ts';
import {
  assertProblem,
  createSignedInUser,
  PASSWORD,
  type SignedInUser,
  signIn,
  startTestService,
  type TestService,
} from '../../../test/service.ts';
import { type Role, roles } from './roles.ts';
import { createScene, DELETE, PATCH, type Scene } from './testing/scene.ts';

const NEW_PASSWORD = 'purple monkey dishwasher lamp';
/** The number of rows of the table `table_name`, whichever features have tables. */
const COUNT = `(xpath('/row/rows/text()', query_to_xml(format('select count(*) as rows from %I', table_name), false, true, '')))[1]::text`;
const READING = new Set(['GET', 'HEAD']);

/** An organization with two owners. One of them is the actor of a test. */
interface Act {
  scene: Scene;
  actor: SignedInUser;
  /** The same person on another device. */
  elsewhere: SignedInUser;
}

describe('a half-sent request', () => {
  const sender = createHalfSender();
  let test: TestService;
  let operations: Operation[];
  before(async () => {
    test = await startTestService({ routes: sender.routes, schedules: false });
    const described = await readOperations(test);
    operations = described.operations.filter(
      // Those of operators: operator/waiting.test.ts.
      ({ method, path, takesTokens }) => takesTokens && !READING.has(method) && !path.startsWith('/v1/operator/'),
    );
  });
  after(() => test.close());

  const suspend = async ({ id }: SignedInUser) => {
    const { administration } = test.service.accounts;
    assert.ok(await administration.suspend((await administration.find(id))!));
  };

  async function begin(): Promise<Act> {
    const scene = await createScene(test);
    const actor = await scene.add('owner');
    return { scene, actor, elsewhere: await signIn(test, actor.email) };
  }

  /** Everything that a request could have changed or granted. */
  const contents = () =>
    rows(
      test,
      `select (select jsonb_agg(o order by id) from organizations o) organizations, (select jsonb_agg(m order by m) from memberships m) members,
        (select jsonb_agg(i order by id) from invitations i) invitations, (select jsonb_agg(u order by id) from users u) users,
        (select jsonb_agg(to_jsonb(k) - '{last_used_at,last_ip_address,last_user_agent}'::text[] order by id) from api_keys k) keys, (select count(*) from one_time_tokens) links,
        (select jsonb_agg(s order by id) from sessions s) sessions, (select sum(sequence) from audit_chains) events,
        (select jsonb_object_agg(table_name, ${COUNT}) from information_schema.tables
          where table_schema = 'public' and table_name <> 'rate_limits') numbers`,
    );

  /** Half-sends a request to each operation, runs `happen`, and then sends the rest of the requests. */
  async function refuseAll(
    { scene, actor, elsewhere }: Act,
    asked: readonly Operation[],
    token: string,
    happen: () => Promise<unknown>,
    expected: (operation: Operation) => [status: number, code: string],
  ): Promise<void> {
    const invited = await scene.invite(`victim-of-${scene.id}@example.com`, 'member');
    const known: Record<string, string> = {
      organizationId: scene.id,
      userId: (await scene.add('member')).id,
      invitationId: invited.body.id,
      apiKeyId: (await scene.key(['members:read'], actor)).id,
      sessionId: elsewhere.id,
      passkeyId: elsewhere.id,
      deviceId: elsewhere.id,
      identityId: elsewhere.id,
      ...(await resourcesOf(test, scene.id)),
    };
    const pathOf = ({ path }: Operation) =>
      path.replace(/\{(\w+)\}/g, (_, name) => known[name] ?? assert.fail(`nothing known for ${name}`));
    const held = await Promise.all(
      asked.map(async (operation) => {
        const { method, body } = operation;
        const call = { method, token, body: body?.example ?? {} };
        return { operation, request: await sender.send(test.url, pathOf(operation), call) };
      }),
    );
    await happen();
    const before = await contents();
    for (const { operation, request } of held) {
      const [status, code] = expected(operation);
      const answer = await request.finish();
      assert.equal(`${answer.status} ${answer.body?.code}`, `${status} ${code}`, operation.id);
      assertProblem(answer, status, code);
    }
    assert.deepEqual(await contents(), before, 'and none of them did anything');
  }

  it('is tested at more than a few operations', () => assert.ok(operations.length >= 20, `only ${operations.length}`));

  describe('of a person is refused after', () => {
    const ends: Record<string, (act: Act) => Promise<unknown>> = {
      'their session ends': async ({ actor, elsewhere }) => {
        const path = '/v1/sessions';
        const ended = await test.request(path, { method: 'DELETE', token: elsewhere.accessToken });
        assert.equal(ended.status, 204);
        assertProblem(await test.request(path, { token: actor.accessToken }), 401, 'session_revoked');
      },
      'their password is changed elsewhere': async ({ elsewhere }) => {
        const body = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
        const path = '/v1/users/me/password';
        const changed = await test.request(path, { method: 'PUT', token: elsewhere.accessToken, body });
        assert.equal(changed.status, 204);
      },
      'they are suspended': ({ actor }) => suspend(actor),
      'their account is deleted': async ({ elsewhere }) => {
        const body = { password: PASSWORD };
        const deleted = await test.request('/v1/users/me', { method: 'DELETE', token: elsewhere.accessToken, body });
        assert.equal(deleted.status, 204);
      },
    };
    for (const [event, happen] of Object.entries(ends)) {
      it(event, async () => {
        const act = await begin();
        await refuseAll(
          act,
          operations,
          act.actor.accessToken,
          () => happen(act),
          () => [401, 'session_revoked'],
        );
      });
    }

    it('they are removed, as if the organization did not exist', async () => {
      const act = await begin();
      const { scene, actor } = act;
      await refuseAll(
        act,
        operations.filter(({ takesKeys }) => takesKeys),
        actor.accessToken,
        async () => assert.equal((await scene.as(scene.owner, `/members/${actor.id}`, DELETE)).status, 204),
        () => [404, 'not_found'],
      );
    });

    it('their role no longer allows it', async () => {
      const act = await begin();
      const { scene, actor } = act;
      const role: Role = 'member';
      const allowed = new Set<string>(roles[role]);
      await refuseAll(
        act,
        operations.filter(({ permission }) => permission !== undefined && !allowed.has(permission)),
        actor.accessToken,
        async () => assert.equal((await scene.as(scene.owner, `/members/${actor.id}`, PATCH({ role }))).status, 200),
        () => [403, 'forbidden'],
      );
    });

    it('the organization is deleted', async () => {
      const act = await begin();
      const { scene, actor } = act;
      await refuseAll(
        act,
        operations.filter(({ takesKeys }) => takesKeys),
        actor.accessToken,
        async () => assert.equal((await scene.as(scene.owner, '', DELETE)).status, 204),
        () => [404, 'not_found'],
      );
    });
  });

  describe('with an API key is refused after', () => {
    const everything = [...roles.owner];
    const ends: Record<string, (act: Act, keyId: string) => Promise<unknown>> = {
      'the key is revoked': ({ scene, actor }, keyId) => scene.as(actor, `/api-keys/${keyId}`, DELETE),
      'the key is rotated without a grace period': ({ scene, actor }, keyId) =>
        scene.as(actor, `/api-keys/${keyId}/rotate`, { body: {} }),
      'the creator of the key is suspended': ({ actor }) => suspend(actor),
      'the creator of the key is removed': ({ scene, actor }) => scene.as(scene.owner, `/members/${actor.id}`, DELETE),
    };
    for (const [event, happen] of Object.entries(ends)) {
      it(event, async () => {
        const act = await begin();
        const key = await act.scene.key(everything, act.actor);
        await refuseAll(
          act,
          operations.filter(({ takesKeys }) => takesKeys),
          key.secret,
          () => happen(act, key.id),
          () => [401, 'unauthenticated'],
        );
      });
    }

    it('the scopes of the key are reduced', async () => {
      const act = await begin();
      const key = await act.scene.key(everything, act.actor);
      await refuseAll(
        act,
        operations.filter(({ permission }) => permission !== undefined && permission !== 'organization:read'),
        key.secret,
        () => act.scene.as(act.actor, `/api-keys/${key.id}`, PATCH({ scopes: ['organization:read'] })),
        () => [403, 'forbidden'],
      );
    });
  });

  it('is authorized from memory both times, once it is known there', async (t) => {
    const { scene, actor } = await begin();
    const key = await scene.key(['organization:update'], actor);
    assert.equal((await scene.as(key, '/members')).status, 403, 'the use of the key is recorded');
    // A process of its own, which has nothing else to do.
    const { databaseUrl } = test.service.config;
    const quiet = await startTestService({ databaseUrl, clock: test.clock, jobs: false, routes: sender.routes });
    t.after(() => quiet.close());
    const statements = async () => {
      const { values } = await quiet.service.metrics.db_query_duration_seconds.get();
      return values.reduce(
        (sum, { metricName, value: count }) => sum + (/_count$/.test(metricName ?? '') ? count : 0),
        0,
      );
    };
    const costs = async (ask: () => Promise<{ status: number }>) => {
      const before = await statements();
      assert.equal((await ask()).status, 400);
      return (await statements()) - before;
    };
    const body = { nonsense: true };
    const authorization = `authorization: Bearer ${key.secret}`;
    const content = JSON.stringify(body);
    const headers = [authorization, 'content-type: application/json', `content-length: ${content.length}`];
    const whole = async () => (await exchange(quiet.url, rawRequest(`PATCH ${scene.path}`, headers, content)))[0]!;
    const halved = async () => {
      const request = await sender.send(quiet.url, scene.path, { method: 'PATCH', token: key.secret, body });
      return request.finish();
    };
    await costs(whole);
    assert.deepEqual([await costs(whole), await costs(halved)], [0, 0]);
  });

  it('succeeds if nothing happened in between', async () => {
    const { scene, actor } = await begin();
    const body = { name: 'deploy', scopes: ['members:read'] };
    const request = await sender.send(test.url, `${scene.path}/api-keys`, { token: actor.accessToken, body });
    const { status, body: created } = await request.finish();
    assert.equal(status, 201);
    assert.equal((await scene.as({ id: created.id, secret: created.secret }, '/members')).status, 200);
    const person = await createSignedInUser(test);
    const call = { method: 'PATCH', token: person.accessToken, body: { name: 'Ada' } };
    assert.equal((await (await sender.send(test.url, '/v1/users/me', call)).finish()).body.name, 'Ada');
    assert.equal(await value(test, 'select name from users where id = $1', person.id), 'Ada');
  });
});
