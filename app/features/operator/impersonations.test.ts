import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { codeAt } from '../../../scripts/demo/one-time-codes.ts';
import {
  type Answer,
  assertProblem,
  createSignedInUser,
  type SignedInUser,
  startTestService,
  type TestService,
} from '../../../test/service.ts';
import { MINUTE_MS, SECOND_MS } from '../../platform/clock.ts';
import type { Operation } from '../../platform/http/operations/declaration.ts';
import { createOperations } from '../../platform/http/operations/operations.ts';
import { claimsOf } from '../accounts/testing/authenticator-app.ts';
import { act, createOperator, REASON, signInWithFactor, type TestOperator, trailOf } from './testing/scene.ts';

/** Every operation that the service declares. */
function declaredOperations({ service }: TestService): Operation[] {
  const app = { route() {}, register() {} };
  const operations = createOperations(app as never, service);
  for (const part of service.parts) part.routes?.(operations);
  return [...operations.all];
}

/** Names of what nobody touches in the name of another person. */
const TOUCHES =
  /password|totp|factor|passkey|recovery|device|identit|key|secret|token|export|deletion|delete(Me|Organization|Member)|ownership|member|invitation|email-?change|confirmsession|restore|endpoint/i;
/** Those that fit the pattern and touch nothing of the kind, with the reason. */
const HARMLESS: Readonly<Record<string, string>> = {
  deleteCurrentSession: 'ends the acting',
  testWebhookEndpoint: 'sends an example to an endpoint that is there',
  retryWebhookDelivery: 'sends what the endpoint was meant to get',
  replayWebhooks: 'sends what the endpoint was meant to get',
};

describe('acting as a user', () => {
  let test: TestService;
  let operator: TestOperator;
  let user: SignedInUser;
  let operations: Operation[];
  before(async () => {
    test = await startTestService({ schedules: false });
    operator = await createOperator(test);
    user = await createSignedInUser(test);
    operations = declaredOperations(test);
  });
  after(() => test.close());

  const me = (token: string, body?: object): Promise<Answer> =>
    test.request('/v1/users/me', { token, ...(body && { method: 'PATCH', body }) });
  const begin = (id: string, body: object = { reason: REASON }) =>
    test.request(`/v1/operator/users/${id}/impersonations`, { token: operator.accessToken, body });

  it('gives a token of the user that names the operator, for a limited time', async () => {
    const { accessToken, expiresIn, impersonation } = await act(test, operator, user.id, { minutes: 5 });
    const claims = claimsOf(accessToken) as ReturnType<typeof claimsOf> & { act: object; sid: string; exp: number };
    // The user has proven nothing.
    assert.deepEqual([claims.amr, claims.auth_time], [[], 0]);
    assert.deepEqual([claims.sub, claims.sid, claims.amr], [user.id, impersonation.id, []]);
    assert.partialDeepStrictEqual(claims.act, { sub: operator.id, changes: false });
    assert.equal(expiresIn, 300);
    assert.equal((await me(accessToken)).body.email, user.email);
    test.clock.advance(5 * MINUTE_MS + 6 * SECOND_MS);
    assertProblem(await me(accessToken), 401, 'token_expired');
    Object.assign(operator, await signInWithFactor(test, operator));
  });

  it('begins only after a recent proof of the operator, and says in the token what the operator has proven', async () => {
    const person = await createSignedInUser(test);
    const own = await createOperator(test);
    const actAs = () =>
      test.request(`/v1/operator/users/${person.id}/impersonations`, {
        token: own.accessToken,
        body: { reason: REASON },
      });
    const claims = claimsOf((await actAs()).body.accessToken) as unknown as {
      act: { amr: string[]; auth_time: number };
    };
    assert.ok(claims.act.amr.includes('mfa'));
    assert.equal(claims.act.auth_time, claimsOf(own.accessToken).auth_time);
    test.clock.advance(11 * MINUTE_MS);
    const { body } = await test.request('/v1/sessions/refresh', { body: { refreshToken: own.refreshToken } });
    Object.assign(own, body);
    const refused = await actAs();
    assertProblem(refused, 403, 'recent_sign_in_required');
    assert.deepEqual(refused.body.proofs, ['totp']);
    const events = (await trailOf(test, person.id)).filter(({ action }) => action === 'impersonation.began');
    assert.equal(events.length, 1);
    const totp = codeAt(own.secret, test.clock.now());
    const proof = { token: own.accessToken, body: { totp } };
    assert.equal((await test.request('/v1/sessions/current/confirm', proof)).status, 200);
    assert.equal((await actAs()).status, 201);
    Object.assign(operator, await signInWithFactor(test, operator));
  });

  it('is for reading unless changes are asked for', async () => {
    const reading = await act(test, operator, user.id);
    assertProblem(await me(reading.accessToken, { name: 'Changed' }), 403, 'acting_refused');
    const changing = await act(test, operator, user.id, { mayChange: true });
    assert.equal((await me(changing.accessToken, { name: 'Changed' })).body.name, 'Changed');
  });

  it('is in the trail of the user: its beginning with the reason, each change, and its end', async () => {
    const person = await createSignedInUser(test);
    const { accessToken, impersonation } = await act(test, operator, person.id, { mayChange: true });
    await me(accessToken, { name: 'Helped' });
    const path = `/v1/operator/impersonations/${impersonation.id}`;
    assert.equal((await test.request(path, { method: 'DELETE', token: operator.accessToken })).status, 204);
    assertProblem(await me(accessToken), 401, 'session_revoked');
    const trail = (await trailOf(test, person.id)).slice(0, 3).reverse();
    assert.deepEqual(
      trail.map(({ action, actorType, actorId }) => [action, actorType, actorId]),
      [
        ['impersonation.began', 'operator', operator.id],
        ['user.updated', 'user', person.id],
        ['impersonation.ended', 'operator', operator.id],
      ],
    );
    assert.partialDeepStrictEqual(trail[0]!.details, { reason: REASON, mayChange: true });
    assert.deepEqual(trail[1]!.details.act, { sub: operator.id });
    assert.equal(await test.service.audit.verify(person.id), null);
  });

  it('shows in the sessions of the user, who can end it', async () => {
    const person = await createSignedInUser(test);
    const { accessToken, impersonation } = await act(test, operator, person.id);
    const { accessToken: token } = person;
    const { body } = await test.request('/v1/sessions', { token });
    const shown = body.data.find(({ id }: { id: string }) => id === impersonation.id);
    assert.deepEqual([shown.bySupport, shown.ipAddress], [true, null]);
    assert.equal((await test.request(`/v1/sessions/${impersonation.id}`, { method: 'DELETE', token })).status, 204);
    assertProblem(await me(accessToken), 401, 'session_revoked');
  });

  it('goes on with a new token until its time is over', async () => {
    const { impersonation } = await act(test, operator, user.id, { minutes: 12 });
    const renew = async () =>
      test.request(`/v1/operator/impersonations/${impersonation.id}/tokens`, {
        method: 'POST',
        token: operator.accessToken,
      });
    test.clock.advance(9 * MINUTE_MS);
    Object.assign(operator, await signInWithFactor(test, operator));
    const renewed = await renew();
    assert.equal(renewed.body.expiresIn, 120);
    assert.equal((await me(renewed.body.accessToken)).status, 200);
    const { body } = await test.request('/v1/operator/impersonations', { token: operator.accessToken });
    assert.ok(body.data.some(({ id }: { id: string }) => id === impersonation.id));
    test.clock.advance(2 * MINUTE_MS);
    assertProblem(await renew(), 404, 'not_found');
  });

  it('ends with the right, the account and the session of the operator', async () => {
    const ends: ((other: TestOperator) => Promise<unknown>)[] = [
      (other) => test.service.operator.operators.revoke(other),
      async (other) =>
        test.service.accounts.administration.suspend((await test.service.accounts.users.find(other.id))!),
      (other) => test.request('/v1/sessions/current', { method: 'DELETE', token: other.accessToken }),
    ];
    for (const end of ends) {
      const other = await createOperator(test);
      const { accessToken } = await act(test, other, user.id);
      assert.equal((await me(accessToken)).status, 200);
      await end(other);
      assertProblem(await me(accessToken), 401, 'session_revoked');
    }
    Object.assign(operator, await signInWithFactor(test, operator));
  });

  it('ends on every process at once when the right is revoked', async () => {
    const other = await createOperator(test);
    const { accessToken } = await act(test, other, user.id);
    const second = await startTestService({
      databaseUrl: test.service.config.databaseUrl,
      jobs: false,
      clock: test.clock,
    });
    try {
      assert.equal((await second.request('/v1/users/me', { token: accessToken })).status, 200);
      await test.service.operator.operators.revoke(other);
      assertProblem(await second.request('/v1/users/me', { token: accessToken }), 401, 'session_revoked');
    } finally {
      await second.close();
    }
  });

  it('is refused for operators, and ends for a person who becomes one', async () => {
    const other = await createOperator(test);
    assertProblem(await begin(other.id), 409, 'acting_as_operator');
    assertProblem(await begin(operator.id), 409, 'acting_as_operator');
    const person = await createSignedInUser(test);
    const { accessToken } = await act(test, operator, person.id);
    await test.service.operator.operators.make(person);
    assertProblem(await me(accessToken), 401, 'session_revoked');
  });

  it('is refused for accounts that are not open, and for nobody', async () => {
    const { id } = await createSignedInUser(test);
    await test.service.accounts.administration.suspend((await test.service.accounts.users.find(id))!);
    assertProblem(await begin(id), 409, 'account_not_open');
    assertProblem(await begin('01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b2f'), 404, 'not_found');
    for (const minutes of [0, 61, 1.5])
      assertProblem(await begin(user.id, { reason: REASON, minutes }), 400, 'validation_failed');
    assertProblem(await begin(user.id, {}), 400, 'validation_failed');
  });

  it('never opens the operator API', async () => {
    const { accessToken: token } = await act(test, operator, user.id, { mayChange: true });
    for (const { method, path } of operations.filter(({ path }) => path.startsWith('/v1/operator')))
      assertProblem(await test.request(filled(path, user.id), { method, token }), 403, 'acting_refused');
  });

  it('touches no password, factor, key, export, deletion or ownership: every operation is asked', async () => {
    const { accessToken: token } = await act(test, operator, user.id, { mayChange: true });
    const { body } = await test.request('/v1/organizations', { token });
    const organizationId = body.data[0].id;
    const admitting = operations.filter(({ guard, path }) => guard.admitsActing && !path.startsWith('/v1/operator'));
    assert.ok(admitting.length > 40);
    for (const { method, path, operationId, whileActing } of admitting) {
      // It would end the acting; the last test asks it.
      if (operationId === 'deleteCurrentSession') continue;
      const answer = await test.request(filled(path, organizationId), {
        method,
        token,
        ...(method !== 'GET' && whileActing === 'never' && { body: {} }),
        // Nothing that is let in is carried out: the body is none.
        ...(method !== 'GET' && whileActing !== 'never' && { headers: { 'content-type': 'text/plain' } }),
      });
      // The plan of the organization is asked before.
      const refused = /^(acting_refused|feature_not_included)$/.test(answer.body?.code);
      assert.equal(refused, whileActing === 'never', `${operationId}: ${answer.status} ${answer.body?.code}`);
    }
  });

  it('is declared wherever the name of an operation speaks of such things', () => {
    const admitting = operations.filter(({ guard, path }) => guard.admitsActing && !path.startsWith('/v1/operator'));
    const undeclared = admitting.filter(
      ({ method, path, operationId, whileActing }) =>
        (method !== 'GET' || /export/.test(path)) &&
        TOUCHES.test(`${operationId} ${path.replace(/:\w+/g, '')}`) &&
        whileActing !== 'never' &&
        !HARMLESS[operationId],
    );
    assert.deepEqual(
      undeclared.map(({ operationId }) => operationId),
      [],
    );
  });

  it('changes nothing anywhere when it began for reading: every operation is asked', async () => {
    const { accessToken: token } = await act(test, operator, user.id);
    const { body } = await test.request('/v1/organizations', { token });
    const changing = operations.filter(
      ({ guard, method, whileActing, path }) =>
        guard.admitsActing && method !== 'GET' && whileActing !== 'always' && !path.startsWith('/v1/operator'),
    );
    for (const { method, path, operationId } of changing) {
      const answer = await test.request(filled(path, body.data[0].id), { method, token });
      assert.equal(answer.body?.code, 'acting_refused', `${operationId}: ${answer.status}`);
    }
  });

  it('signs nobody else out: a browser sends the cookie of the operator too', async () => {
    const { accessToken: token } = await act(test, operator, user.id);
    const { email, password, secret } = operator;
    const own = await signInWithFactor(test, { email, password, secret });
    Object.assign(operator, own);
    const cookie = `__Host-refresh_token=${own.refreshToken}`;
    const headers = { cookie, origin: test.service.config.appUrl };
    assert.equal((await test.request('/v1/sessions/current', { method: 'DELETE', token, headers })).status, 204);
    assert.equal((await test.request('/v1/operator/me', { token: own.accessToken })).status, 200);
    assertProblem(await me(token), 401, 'session_revoked');
  });
});

/** A path with an id for each parameter. */
const filled = (path: string, organizationId: string) =>
  path.replace(':organizationId', organizationId).replace(/:\w+/g, '01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b2f');
