/** Changes of factors, and sign-ins with them, that wait while their caller loses the right to them. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { codeAt } from '../../../../scripts/demo/one-time-codes.ts';
import { rows, whileLocked } from '../../../../test/conditions.ts';
import {
  type Answer,
  createSignedInUser,
  type SignedInUser,
  startTestService,
  type TestService,
} from '../../../../test/service.ts';
import { SECOND_MS } from '../../../platform/clock.ts';
import { addTotp, challenged } from '../testing/authenticator-app.ts';
import { createPasskey } from '../tools/software-authenticator.ts';

describe('a request about factors that waits for the account', () => {
  let test: TestService;
  before(async () => {
    test = await startTestService({ schedules: false });
  });
  after(() => test.close());

  async function passkeyOf({ accessToken: token }: SignedInUser) {
    const { body } = await test.request('/v1/passkeys/options', { method: 'POST', token });
    const passkey = createPasskey(body.options);
    return { passkey, body: { challenge: body.challenge, credential: passkey.created } };
  }
  async function addPasskey(user: SignedInUser) {
    const { passkey, body } = await passkeyOf(user);
    const added = await test.request('/v1/passkeys', { token: user.accessToken, body });
    return { passkey, path: `/v1/passkeys/${added.body.id}` };
  }

  /** Prepares a request of a person. @returns what sends it */
  type Deed = (user: SignedInUser) => Promise<() => Promise<Answer>>;
  const bySession: Record<string, Deed> = {
    async confirmTotp({ accessToken: token }) {
      const { body } = await test.request('/v1/users/me/totp', { method: 'POST', token });
      const code = codeAt(body.secret, test.clock.now());
      return () => test.request('/v1/users/me/totp/confirm', { token, body: { code } });
    },
    async deleteTotp(user) {
      await addTotp(test, user);
      return () => test.request('/v1/users/me/totp', { method: 'DELETE', token: user.accessToken });
    },
    async createPasskey(user) {
      const { body } = await passkeyOf(user);
      return () => test.request('/v1/passkeys', { token: user.accessToken, body });
    },
    async updatePasskey(user) {
      const { path } = await addPasskey(user);
      return () => test.request(path, { method: 'PATCH', token: user.accessToken, body: { name: 'Laptop' } });
    },
    async deletePasskey(user) {
      const { path } = await addPasskey(user);
      return () => test.request(path, { method: 'DELETE', token: user.accessToken });
    },
  };
  const bySignIn: Record<string, Deed> = {
    async createSessionBySecondFactor(user) {
      const secret = await addTotp(test, user);
      test.clock.advance(31 * SECOND_MS);
      const { token: challenge } = await challenged(test, user);
      const totp = codeAt(secret, test.clock.now());
      return () => test.request('/v1/sessions/second-factor', { body: { challenge, totp } });
    },
    async createSessionByPasskey(user) {
      const { passkey } = await addPasskey(user);
      const { body } = await test.request('/v1/sessions/passkey/options', { body: {} });
      const credential = passkey.sign(body.options);
      return () => test.request('/v1/sessions/passkey', { body: { challenge: body.challenge, credential } });
    },
  };

  const SUSPEND = 'update users set suspended_at = now() where id = $1';
  const END = `update sessions set ended_at = now(), ended_reason = 'ended_by_user' where user_id = $1`;
  /** Everything about a person that such a request changes. */
  const contents = (id: string) =>
    rows(
      test,
      `select (select jsonb_agg(t order by state) from totp_secrets t where user_id = $1) totp,
         (select jsonb_agg(p order by p.id) from passkeys p where user_id = $1) passkeys,
         (select count(*) from sessions where user_id = $1) sessions,
         (select count(*) from email_messages where user_id = $1) emails`,
      id,
    );

  for (const [deeds, losses] of [
    [bySession, { suspension: SUSPEND, end: END }],
    [bySignIn, { suspension: SUSPEND }],
  ] as const) {
    for (const [name, prepare] of Object.entries(deeds)) {
      for (const [loss, statement] of Object.entries(losses)) {
        it(`is refused after its ${loss === 'end' ? 'session ended' : 'account was suspended'} meanwhile: ${name}`, async () => {
          const user = await createSignedInUser(test);
          const send = await prepare(user);
          const before = await contents(user.id);
          const lock = ['select 1 from users where id = $1 for update', user.id] as const;
          const { answered } = await whileLocked(test, [...lock], async (held) => {
            const sent = send();
            await held.waiting(1);
            await held.run(statement, user.id);
            return { answered: sent };
          });
          assert.equal((await answered).status, 401);
          assert.deepEqual(await contents(user.id), before);
        });
      }
      it(`is granted when nothing happens: ${name}`, async () => {
        const { status } = await (await prepare(await createSignedInUser(test)))();
        assert.ok(status < 300, `${status}`);
      });
    }
  }
});
