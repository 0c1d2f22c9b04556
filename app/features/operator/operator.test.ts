import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  assertProblem,
  createSignedInUser,
  type SignedInUser,
  signIn,
  startTestService,
  type TestService,
} from '../../../test/service.ts';
import { MINUTE_MS } from '../../platform/clock.ts';
import { addTotp } from '../accounts/testing/authenticator-app.ts';
import { createOperator, REASON, signInWithFactor, type TestOperator, trailOf } from './testing/scene.ts';

describe('operators', () => {
  let test: TestService;
  let operator: TestOperator;
  let user: SignedInUser;
  before(async () => {
    test = await startTestService({ schedules: false });
    operator = await createOperator(test);
    user = await createSignedInUser(test);
  });
  after(() => test.close());

  const get = (path: string, { accessToken: token }: Pick<SignedInUser, 'accessToken'>) =>
    test.request(`/v1/operator${path}`, { token });
  const post = (
    path: string,
    { accessToken: token }: Pick<SignedInUser, 'accessToken'>,
    body: object = { reason: REASON },
  ) => test.request(`/v1/operator${path}`, { method: 'POST', token, body });
  const userPath = () => `/users/${user.id}`;

  it('are let in with a second factor, and nobody else is', async () => {
    const { status, body } = await get('/me', operator);
    assert.deepEqual([status, body.userId], [200, operator.id]);
    assertProblem(await get('/me', user), 403, 'forbidden');
    assertProblem(await test.request('/v1/operator/me'), 401, 'unauthenticated');
    const { email, password } = await createSignedInUser(test);
    const weak = await signIn(test, email, password);
    await test.service.operator.operators.make(weak);
    assertProblem(await get('/me', weak), 403, 'operator_second_factor_required');
    await addTotp(test, weak);
    assertProblem(await get('/me', weak), 403, 'operator_second_factor_required');
  });

  it('hear of being made and revoked, and both are in their trail', async () => {
    const other = await createOperator(test);
    await test.mail(other.email, /operator of .* now/);
    assert.equal((await get('/me', other)).status, 200);
    assert.equal(await test.service.operator.operators.make(other), false);
    assert.equal(await test.service.operator.operators.revoke(other), true);
    assertProblem(await get('/me', other), 403, 'forbidden');
    await test.mail(other.email, /no longer an operator/);
    const actions = (await trailOf(test, other.id)).map(({ action }) => action);
    assert.ok(actions.includes('operator.made') && actions.includes('operator.revoked'));
    assert.equal(await test.service.operator.operators.revoke(other), false);
  });

  it('lose the right on every process at once', async () => {
    const other = await createOperator(test);
    const second = await startTestService({
      databaseUrl: test.service.config.databaseUrl,
      jobs: false,
      clock: test.clock,
    });
    try {
      const there = () => second.request('/v1/operator/me', { token: other.accessToken });
      assert.equal((await there()).status, 200);
      await test.service.operator.operators.revoke(other);
      assertProblem(await there(), 403, 'forbidden');
    } finally {
      await second.close();
    }
  });

  it('cannot be people whose account is not open', async () => {
    const { id } = await createSignedInUser(test);
    const person = (await test.service.accounts.users.find(id))!;
    await test.service.accounts.administration.suspend(person);
    await assert.rejects(test.service.operator.operators.make(person), /suspended/);
  });

  it('find a person by id, address and session, and an email by its id and Message-ID', async () => {
    const find = async (q: string) => {
      const { status, body } = await get(`/search?q=${encodeURIComponent(q)}`, operator);
      assert.equal(status, 200, JSON.stringify(body));
      return body.data as { kind: string; id: string; userId: string | null }[];
    };
    const isUser = ({ kind, id }: { kind: string; id: string }) => kind === 'user' && id === user.id;
    assert.ok((await find(user.id)).some(isUser));
    const byAddress = await find(user.email.toUpperCase());
    assert.ok(byAddress.some(isUser));
    const email = byAddress.find(({ kind }) => kind === 'email')!;
    assert.equal(email.userId, user.id);
    assert.deepEqual(
      (await find(`<${email.id}@example.com>`)).map(({ id }) => id),
      [email.id],
    );
    const session = JSON.parse(Buffer.from(user.accessToken.split('.')[1]!, 'base64url').toString()).sid;
    assert.deepEqual(
      (await find(session)).map(({ kind, userId }) => [kind, userId]),
      [['session', user.id]],
    );
    assert.deepEqual(await find('nothing-like-it'), []);
    const searches = (await trailOf(test, operator.id)).filter(({ action }) => action === 'operator.searched');
    assert.equal(searches.length, 5);
    assert.equal(searches.find(({ details }) => details.email === user.email)!.details.found, byAddress.length);
  });

  it('see state and history, and each look is in the trail of the person', async () => {
    const before = await trailOf(test, user.id);
    const { body } = await get(userPath(), operator);
    assert.deepEqual(
      [body.email, body.state, body.operator, body.emailStatus],
      [user.email, 'active', false, 'deliverable'],
    );
    assert.ok(!JSON.stringify(body).includes('argon2'));
    for (const part of ['sessions', 'emails', 'audit-events']) {
      const { status, body: page } = await get(`${userPath()}/${part}`, operator);
      assert.equal(status, 200, JSON.stringify(page));
      assert.ok(page.data.length > 0, part);
    }
    const looks = (await trailOf(test, user.id)).slice(0, -before.length);
    assert.deepEqual(
      looks.map(({ action, actorType, actorId, details }) => [action, actorType, actorId, details.what]).reverse(),
      ['user', 'sessions', 'emails', 'audit'].map((what) => ['operator.viewed', 'operator', operator.id, what]),
    );
    const nobody = '01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b2f';
    for (const part of ['', '/sessions', '/emails', '/audit-events', '/audit-events/export'])
      assertProblem(await get(`/users/${nobody}${part}`, operator), 404, 'not_found');
    assert.deepEqual(await trailOf(test, nobody), []);
  });

  it('suspend and restore an account: no session goes on, and nobody signs in meanwhile', async () => {
    const person = await createSignedInUser(test);
    const { status, body } = await post(`/users/${person.id}/suspend`, operator);
    assert.deepEqual([status, body.state], [200, 'suspended']);
    assertProblem(await test.request('/v1/users/me', { token: person.accessToken }), 401, 'session_revoked');
    const { refreshToken, email, password } = person;
    assertProblem(await test.request('/v1/sessions/refresh', { body: { refreshToken } }), 401, 'session_revoked');
    assertProblem(await test.request('/v1/sessions', { body: { email, password } }), 401, 'invalid_credentials');
    assert.equal((await post(`/users/${person.id}/restore`, operator)).body.state, 'active');
    await signIn(test, email, password);
    const changes = (await trailOf(test, person.id)).filter(({ action }) => /suspended/.test(action));
    assert.deepEqual(
      changes.map(({ action, actorType, actorId, details }) => [action, actorType, actorId, details.reason]),
      ['user.unsuspended', 'user.suspended'].map((action) => [action, 'operator', operator.id, REASON]),
    );
  });

  it('verify an address, and reset the factors of somebody who lost them', async () => {
    const email = 'unverified@example.com';
    await test.request('/v1/users', { body: { email, password: user.password } });
    const { id } = (await test.service.accounts.administration.find(email))!;
    assert.equal((await post(`/users/${id}/verify`, operator)).body.state, 'active');
    const person = await signIn(test, email, user.password);
    await addTotp(test, person);
    const { body } = await post(`/users/${id}/reset-factors`, operator);
    assert.deepEqual(body.factors, { totp: false, passkeys: 0, recoveryCodes: 0 });
    await test.mail(email, /second factors were reset/);
  });

  it('must give a reason', async () => {
    for (const body of [{}, { reason: '' }, { reason: 'x' }, { reason: 'two\nlines of it' }])
      assertProblem(await post(`${userPath()}/suspend`, operator, body), 400, 'validation_failed');
  });

  it('send an email again, with a new link, and only what makes sense', async () => {
    const email = 'waiting@example.com';
    await test.request('/v1/users', { body: { email, password: user.password } });
    await test.mail(email, /confirm/i);
    const { id } = (await test.service.accounts.administration.find(email))!;
    const [sent] = (await get(`/users/${id}/emails`, operator)).body.data;
    test.clock.advance(MINUTE_MS);
    assert.equal((await post(`/emails/${sent.id}/resend`, operator)).status, 202);
    const { token } = await test.mail(email, /confirm/i, 2);
    assert.equal((await test.request('/v1/email-verifications/confirm', { body: { token } })).status, 204);
    assertProblem(await post(`/emails/${sent.id}/resend`, operator), 409, 'email_not_retryable');
    assertProblem(await post(`/emails/${sent.id}/retry`, operator), 409, 'email_not_retryable');
    assertProblem(await post(`/emails/${id}/retry`, operator), 404, 'not_found');
    const resent = (await trailOf(test, id)).filter(({ action }) => action === 'email.resent');
    assert.equal(resent.length, 1);
  });

  it('look up suppressions and lift them', async () => {
    const { email } = test.service;
    await email.suppress(user.email, 'complained by telephone');
    const path = `/suppressions?address=${encodeURIComponent(user.email)}`;
    assert.equal((await get(path, operator)).body.data[0].reason, 'manual');
    assert.equal((await get(userPath(), operator)).body.emailStatus, 'suppressed');
    const body = { address: user.email, reason: REASON };
    assert.equal((await post('/suppressions/lift', operator, body)).status, 204);
    assert.deepEqual((await get(path, operator)).body.data, []);
    assertProblem(await post('/suppressions/lift', operator, body), 404, 'not_found');
    assert.equal(
      (await trailOf(test, user.id)).find(({ action }) => action === 'email.unsuppressed')!.details.reason,
      REASON,
    );
  });

  it('sign in again after the clock has moved', async () => {
    await signInWithFactor(test, operator);
  });
});

describe('the setting', () => {
  it('turns the operator API off', async () => {
    const test = await startTestService({ env: { OPERATOR_CONSOLE: 'false' }, schedules: false });
    try {
      const operator = await createOperator(test);
      const { accessToken: token } = operator;
      assertProblem(await test.request('/v1/operator/me', { token }), 404, 'not_found');
      assertProblem(await test.request(`/v1/operator/users/${operator.id}`, { token }), 404, 'not_found');
    } finally {
      await test.close();
    }
  });
});
