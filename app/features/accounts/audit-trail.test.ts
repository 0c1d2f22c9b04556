import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { auditActions, auditTrail, jobsDone, value } from '../../../test/conditions.ts';
import {
  createSignedInUser,
  PASSWORD,
  type SignedInUser,
  signIn,
  startTestService,
  type TestService,
} from '../../../test/service.ts';

const NEW_PASSWORD = 'purple monkey dishwasher lamp';

import { codeAt } from '../../../scripts/demo/one-time-codes.ts';
/** Tags of this feature in the OpenAPI document. */
import { addTotp, challenged } from './testing/authenticator-app.ts';
import { createPasskey } from './tools/software-authenticator.ts';

const TAGS = ['Accounts', 'Sessions', 'Passwords', 'Factors'];

describe('the trail of an account', () => {
  let test: TestService;
  let addresses = 0;
  before(async () => {
    test = await startTestService({ env: { EMAIL_LINK_SIGN_IN: 'true' } });
  });
  after(() => test.close());

  const call = async (method: string, path: string, body?: object, token?: string) => {
    const answer = await test.request(path, { method, ...(body && { body }), ...(token && { token }) });
    assert.ok(answer.status < 300, `${method} ${path}: ${JSON.stringify(answer.body)}`);
    return answer;
  };
  const newAddress = () => `trail${++addresses}@example.org`;
  const confirm = (token: string) => call('POST', '/v1/email-verifications/confirm', { token });

  async function move({ accessToken, email }: SignedInUser): Promise<string> {
    const to = newAddress();
    await call('POST', '/v1/users/me/email-changes', { email: to, password: PASSWORD }, accessToken);
    await confirm((await test.mail(to, /Confirm your new/)).token);
    return (await test.mail(email, /was changed/)).token;
  }

  async function addPasskey({ accessToken }: SignedInUser) {
    const { body } = await call('POST', '/v1/passkeys/options', undefined, accessToken);
    const passkey = createPasskey(body.options);
    const added = await call(
      'POST',
      '/v1/passkeys',
      { challenge: body.challenge, credential: passkey.created },
      accessToken,
    );
    return { passkey, id: added.body.id as string };
  }

  /** For every operation that changes something: what it does, for a signed-in user, and the action that must be last in the trail then. */
  const operations: Record<string, { action: string; run(user: SignedInUser): Promise<unknown> }> = {
    createUser: {
      action: 'user.registered',
      async run(user) {
        const email = newAddress();
        await call('POST', '/v1/users', { email, password: PASSWORD });
        user.id = await value(test, 'select id from users where email = $1', email);
      },
    },
    confirmEmailVerification: {
      action: 'user.email_verified',
      async run(user) {
        const email = newAddress();
        await call('POST', '/v1/users', { email, password: PASSWORD });
        user.id = await value(test, 'select id from users where email = $1', email);
        await confirm((await test.mail(email, /Confirm your email/)).token);
      },
    },
    createSession: { action: 'session.created', run: ({ email }) => signIn(test, email) },
    createSessionBySecondFactor: {
      action: 'session.created',
      async run(user) {
        const secret = await addTotp(test, user);
        const { token: challenge } = await challenged(test, user);
        const totp = codeAt(secret, test.clock.now(), 1);
        await call('POST', '/v1/sessions/second-factor', { challenge, totp });
      },
    },
    'createSessionBySecondFactor, by a wrong code': {
      action: 'session.second_factor_failed',
      async run(user) {
        await addTotp(test, user);
        const { token: challenge } = await challenged(test, user);
        await test.request('/v1/sessions/second-factor', { body: { challenge, totp: 'wrong' } });
      },
    },
    confirmSession: {
      action: 'session.confirmed',
      run: ({ accessToken }) => call('POST', '/v1/sessions/current/confirm', { password: PASSWORD }, accessToken),
    },
    confirmTotp: { action: 'totp.added', run: (user) => addTotp(test, user) },
    deleteTotp: {
      action: 'totp.removed',
      async run(user) {
        await addTotp(test, user);
        await call('DELETE', '/v1/users/me/totp', undefined, user.accessToken);
      },
    },
    createRecoveryCodes: {
      action: 'recovery_codes.renewed',
      run: ({ accessToken }) => call('POST', '/v1/users/me/recovery-codes', undefined, accessToken),
    },
    createPasskey: { action: 'passkey.added', run: addPasskey },
    updatePasskey: {
      action: 'passkey.renamed',
      async run(user) {
        const { id } = await addPasskey(user);
        await call('PATCH', `/v1/passkeys/${id}`, { name: 'Laptop' }, user.accessToken);
      },
    },
    deletePasskey: {
      action: 'passkey.removed',
      async run(user) {
        const { id } = await addPasskey(user);
        await call('DELETE', `/v1/passkeys/${id}`, undefined, user.accessToken);
      },
    },
    createSessionByPasskey: {
      action: 'session.created',
      async run(user) {
        const { passkey } = await addPasskey(user);
        const { body } = await call('POST', '/v1/sessions/passkey/options', {});
        const credential = passkey.sign(body.options);
        await call('POST', '/v1/sessions/passkey', { challenge: body.challenge, credential });
      },
    },
    createEmailLink: {
      action: 'email_link.requested',
      async run({ email }) {
        await call('POST', '/v1/email-links', { email });
        await test.mail(email, /Sign in to/);
      },
    },
    createSessionByEmailLink: {
      action: 'session.created',
      async run({ email }) {
        await call('POST', '/v1/email-links', { email });
        const code = /\b\d{6}\b/.exec((await test.mail(email, /Sign in to/)).text)![0];
        await call('POST', '/v1/sessions/email-link', { email, code });
      },
    },
    deleteDevice: {
      action: 'device.removed',
      async run({ accessToken }) {
        const { body } = await call('GET', '/v1/users/me/devices', undefined, accessToken);
        await call('DELETE', `/v1/users/me/devices/${body.data[0].id}`, undefined, accessToken);
      },
    },
    refreshSession: {
      action: 'session.refresh_reused',
      async run({ refreshToken }) {
        const { body } = await call('POST', '/v1/sessions/refresh', { refreshToken });
        await call('POST', '/v1/sessions/refresh', { refreshToken: body.refreshToken });
        await test.request('/v1/sessions/refresh', { body: { refreshToken } });
      },
    },
    deleteCurrentSession: {
      action: 'session.ended',
      run: ({ accessToken }) => call('DELETE', '/v1/sessions/current', undefined, accessToken),
    },
    revokeSession: {
      action: 'session.ended',
      run: ({ refreshToken }) => call('POST', '/v1/sessions/revoke', { refreshToken }),
    },
    deleteSession: {
      action: 'session.ended',
      async run({ accessToken, email }) {
        const other = await signIn(test, email);
        const { body } = await call('GET', '/v1/sessions', undefined, other.accessToken);
        const { id } = body.data.find(({ current }: { current: boolean }) => current);
        await call('DELETE', `/v1/sessions/${id}`, undefined, accessToken);
      },
    },
    deleteOtherSessions: {
      action: 'session.ended',
      async run({ accessToken, email }) {
        await signIn(test, email);
        await call('DELETE', '/v1/sessions', undefined, accessToken);
      },
    },
    updateMe: {
      action: 'user.updated',
      run: ({ accessToken }) => call('PATCH', '/v1/users/me', { name: 'Ada' }, accessToken),
    },
    deleteMe: {
      action: 'user.deletion_requested',
      run: ({ accessToken }) => call('DELETE', '/v1/users/me', { password: PASSWORD }, accessToken),
    },
    requestDeletion: {
      action: 'user.deletion_requested',
      run: ({ accessToken }) => call('POST', '/v1/users/me/deletion', { password: PASSWORD }, accessToken),
    },
    restoreMe: {
      action: 'user.restored',
      async run({ accessToken, email }) {
        await call('DELETE', '/v1/users/me', { password: PASSWORD }, accessToken);
        await call('POST', '/v1/users/me/restore', { token: (await test.mail(email, /will be deleted/)).token });
      },
    },
    exportMe: {
      action: 'user.exported',
      run: ({ accessToken }) => call('GET', '/v1/users/me/export', undefined, accessToken),
    },
    createEmailChange: {
      action: 'email.change_requested',
      run: ({ accessToken }) =>
        call('POST', '/v1/users/me/email-changes', { email: newAddress(), password: PASSWORD }, accessToken),
    },
    'confirmEmailVerification, of a change': { action: 'email.changed', run: move },
    revertEmailChange: {
      action: 'email.change_reverted',
      run: async (user) => call('POST', '/v1/users/me/email-changes/revert', { token: await move(user) }),
    },
    updatePassword: {
      action: 'password.changed',
      run: ({ accessToken }) =>
        call('PUT', '/v1/users/me/password', { currentPassword: PASSWORD, newPassword: NEW_PASSWORD }, accessToken),
    },
    createPasswordReset: {
      action: 'password.reset_requested',
      async run({ email }) {
        await call('POST', '/v1/password-resets', { email });
        await test.mail(email, /Reset/);
      },
    },
    confirmPasswordReset: {
      action: 'password.reset',
      async run({ email }) {
        await call('POST', '/v1/password-resets', { email });
        const { token } = await test.mail(email, /Reset/);
        await call('POST', '/v1/password-resets/confirm', { token, password: NEW_PASSWORD });
      },
    },
  };
  /** Operations that leave no event, and why. */
  const silent: Record<string, string> = {
    createPasskeyOptions: 'answers with a challenge; nothing is stored',
    createPasskeySignInOptions: 'answers with a challenge; nothing is stored',
    createTotp: 'prepares a secret, which counts once it is confirmed',
    createEmailVerification: 'mails the link of a registration again; nothing about the account changes',
  };

  it('has an event for every operation that changes something, as the OpenAPI document lists them', async () => {
    const { body } = await test.request('/openapi.json');
    const changing = Object.values(
      body.paths as Record<string, Record<string, { operationId: string; tags?: string[] }>>,
    )
      .flatMap((methods) => Object.entries(methods))
      .filter(([method, { tags }]) => method !== 'get' && method !== 'head' && TAGS.includes(tags?.[0] ?? ''))
      .map(([, { operationId }]) => operationId);
    assert.ok(changing.length > 12);
    const covered = new Set([...Object.keys(operations), ...Object.keys(silent)]);
    assert.deepEqual(
      changing.filter((operation) => !covered.has(operation)),
      [],
    );
  });

  for (const [operation, { action, run }] of Object.entries(operations)) {
    it(`ends with ${action} after ${operation}, and is whole`, async () => {
      const user = await createSignedInUser(test);
      await run(user);
      const trail = await auditActions(test, user.id);
      assert.equal(trail.at(-1), action, trail.join(', '));
      assert.equal(await test.service.audit.verify(user.id), null);
    });
  }

  it('says who did it, from where, by which request', async () => {
    const { accessToken: token, id } = await createSignedInUser(test);
    const headers = { 'x-request-id': 'request-of-ada', 'user-agent': 'Lynx/2.9' };
    await test.request('/v1/users/me', { method: 'PATCH', token, headers, body: { name: 'Ada' } });
    const event = (await auditTrail(test, id)).at(-1)!;
    assert.deepEqual(
      [event.actorType, event.actorId, event.requestId, event.ipAddress, event.userAgent],
      ['user', id, 'request-of-ada', '127.0.0.1', 'Lynx/2.9'],
    );
  });

  it('has an event for every failed sign-in, at the time when it failed, by nobody known', async () => {
    const { email, id } = await createSignedInUser(test);
    const failedAt = test.clock.now();
    await test.request('/v1/sessions', { body: { email, password: 'wrong' } });
    test.clock.advance(60_000);
    await jobsDone(test, 'accounts.record-failed-sign-in');
    const event = (await auditTrail(test, id)).at(-1)!;
    assert.deepEqual([event.action, event.actorType, event.actorId], ['session.failed', 'anonymous', null]);
    assert.equal(event.occurredAt.toISOString(), failedAt.toISOString());
  });

  it('has what operators do', async () => {
    const { id } = await createSignedInUser(test);
    const { administration } = test.service.accounts;
    const user = (await administration.find(id))!;
    await administration.suspend(user);
    await administration.suspend(user);
    await administration.unsuspend(user);
    const trail = await auditTrail(test, id);
    const events = trail.slice(-2).map(({ action, actorType }) => `${actorType} ${action}`);
    assert.deepEqual(events, ['operator user.suspended', 'operator user.unsuspended']);
  });

  it('holds no password, token or hash', async () => {
    const user = await createSignedInUser(test);
    await operations.updatePassword!.run(user);
    const { refreshToken } = await signIn(test, user.email, NEW_PASSWORD);
    const text = JSON.stringify((await auditTrail(test, user.id)).map(({ hash: _hash, ...event }) => event));
    for (const secret of [PASSWORD, NEW_PASSWORD, refreshToken, user.accessToken, 'argon2'])
      assert.ok(!text.includes(secret));
  });
});
