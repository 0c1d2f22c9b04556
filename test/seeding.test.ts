/** `npm run seed` beside a service in development, and where it must refuse. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import * as features from '../app/features.ts';
import { PASSWORD } from '../dev/logins.ts';
import { codeAt } from '../scripts/demo/one-time-codes.ts';
import { startProcess } from './faults/service-process.ts';
import { ownPorts } from './own-ports.ts';
import { request, startTestService } from './service.ts';

async function seed(env: Record<string, string>) {
  const child = spawn(process.execPath, ['scripts/seed.ts'], { env: { PATH: process.env.PATH, ...env } });
  const [stdout, stderr] = [text(child.stdout), text(child.stderr)];
  const [code] = await once(child, 'close');
  return { code, stdout: await stdout, stderr: await stderr };
}

describe('the seeded logins', { concurrency: 2, timeout: 110_000 }, () => {
  it('work as printed, and a second run changes nothing and prints the same', async (t) => {
    const ports = await ownPorts(t);
    const api = `http://127.0.0.1:${ports.PORT}`;
    await startProcess(t, 'all', ports).ready();
    const first = await seed(ports);
    assert.equal(first.code, 0, first.stderr);
    assert.match(first.stdout, new RegExp(`http://localhost:${ports.PORT}.*"${PASSWORD}"`));
    const before = await seen(first.stdout);
    assert.equal(before.logins.length, 2);
    if ('organizations' in features) assert.deepEqual(before.roles, ['owner', 'member']);
    if ('billing' in features) assert.equal(before.plan, 'pro');
    if ('operator' in features) await operate(first.stdout);

    const second = await seed(ports);
    assert.deepEqual([second.code, second.stdout], [0, first.stdout]);
    assert.deepEqual(await seen(second.stdout), before);

    /** What the people of the printed logins see, and the emails that were sent. */
    async function seen(printed: string) {
      const addresses = [...printed.split('Operator')[0]!.matchAll(/\S+@\S+/g)].map(([email]) => email);
      const logins = await Promise.all(addresses.map(signIn));
      const own = logins.map(({ token }) => request(`${api}/v1/organizations`, { token }));
      const lists = 'organizations' in features ? await Promise.all(own) : [];
      const shared = lists.map(({ body }) => body.data.filter(({ personal }: { personal: boolean }) => !personal));
      const path = `${api}/v1/organizations/${shared[0]?.[0]?.id}/entitlements`;
      const emails = await request(`http://127.0.0.1:${ports.MAILBOX_PORT}/api/email`);
      return {
        logins: logins.map(({ id }) => id),
        roles: shared.flatMap((list) => list.map(({ role }: { role: string }) => role)),
        plan: 'billing' in features ? (await request(path, { token: logins[1]!.token })).body.because.plan : undefined,
        // Each look is a sign-in without a device that is known, and its owner is told.
        emails: emails.body.filter(({ subject }: { subject: string }) => subject !== 'New sign-in to your account')
          .length,
      };
    }

    /** The operator of the printed line gets in with a code for the printed secret. */
    async function operate(printed: string) {
      const [, email, secret = ''] = /(\S+@[^\s,]+), .* secret (\w+)/.exec(printed) ?? [];
      const { body: asked } = await request(`${api}/v1/sessions`, { body: { email, password: PASSWORD } });
      assert.equal(asked.code, 'second_factor_required');
      // The code of the next time step: that of this one may be used up.
      const totp = codeAt(secret, new Date(), 1);
      const body = { challenge: asked.challenge.token, totp };
      const { body: session } = await request(`${api}/v1/sessions/second-factor`, { body });
      assert.equal((await request(`${api}/v1/operator/me`, { token: session.accessToken })).status, 200);
    }

    async function signIn(email: string) {
      const { status, body } = await request(`${api}/v1/sessions`, { body: { email, password: PASSWORD } });
      assert.equal(status, 201);
      return { id: body.user.id as string, token: body.accessToken as string };
    }
  });

  it('are refused outside of development, whether the settings or the service say so', async (t) => {
    const said = await seed({ APP_ENV: 'staging' });
    assert.deepEqual([said.code, said.stdout], [1, '']);
    assert.match(said.stderr, /in development only, and APP_ENV is staging/);
    const elsewhere = await seed({ API_URL: 'https://api.example.com' });
    assert.match(elsewhere.stderr, /on this machine only, and API_URL is https:\/\/api\.example\.com/);

    const test = await startTestService();
    t.after(() => test.close());
    const answered = await seed({ API_URL: test.url });
    assert.equal(answered.code, 1);
    assert.match(answered.stderr, /the service at .* has no pages of development/);
    const none = await seed({ API_URL: 'http://127.0.0.1:1' });
    assert.match(none.stderr, /Start the service first: npm start/);
  });
});
