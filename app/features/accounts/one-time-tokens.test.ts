import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import {
  atOnce,
  auditActions,
  jobsDone,
  liftRateLimits,
  queuedMails,
  rows,
  tally,
  value,
  whileLocked,
} from '../../../test/conditions.ts';
import {
  assertProblem,
  createSignedInUser,
  PASSWORD,
  startTestService,
  type TestService,
} from '../../../test/service.ts';
import { DAY_MS, MINUTE_MS } from '../../platform/clock.ts';
import { uuidFromBytes } from '../../platform/security/random.ts';

let people = 0;

describe('one-time tokens', () => {
  let test: TestService;
  before(async () => {
    test = await startTestService({ schedules: false });
    await liftRateLimits(test);
  });
  after(() => test.close());

  /** For each purpose: how a token comes about, by email; where it is used, and with what beside it; how long it is good. */
  const purposes = {
    verify_email: {
      path: '/v1/email-verifications/confirm',
      effects: 'user.email_verified',
      lifetimeMs: DAY_MS,
      async obtain() {
        const email = `unverified${++people}@example.com`;
        await test.request('/v1/users', { body: { email, password: PASSWORD } });
        return (await test.mail(email, /Confirm your email/)).token;
      },
    },
    reset_password: {
      path: '/v1/password-resets/confirm',
      more: { password: 'purple monkey dishwasher lamp' },
      lifetimeMs: 10 * MINUTE_MS,
      async obtain() {
        const { email } = await createSignedInUser(test);
        await test.request('/v1/password-resets', { body: { email } });
        return (await test.mail(email, /Reset/)).token;
      },
    },
    change_email: {
      path: '/v1/email-verifications/confirm',
      effects: 'email.changed',
      lifetimeMs: DAY_MS,
      async obtain() {
        const { accessToken: token } = await createSignedInUser(test);
        const email = `changed${++people}@example.com`;
        await test.request('/v1/users/me/email-changes', { token, body: { email, password: PASSWORD } });
        return (await test.mail(email, /Confirm your new/)).token;
      },
    },
    revert_email: {
      path: '/v1/users/me/email-changes/revert',
      lifetimeMs: 7 * DAY_MS,
      async obtain() {
        const { accessToken: token, email: before } = await createSignedInUser(test);
        const email = `changed${++people}@example.com`;
        await test.request('/v1/users/me/email-changes', { token, body: { email, password: PASSWORD } });
        const { token: confirmation } = await test.mail(email, /Confirm your new/);
        await test.request('/v1/email-verifications/confirm', { body: { token: confirmation } });
        return (await test.mail(before, /was changed/)).token;
      },
    },
    restore_user: {
      path: '/v1/users/me/restore',
      lifetimeMs: 14 * DAY_MS,
      async obtain() {
        const { accessToken: token, email } = await createSignedInUser(test);
        await test.request('/v1/users/me', { method: 'DELETE', token, body: { password: PASSWORD } });
        return (await test.mail(email, /will be deleted/)).token;
      },
    },
  } as const;
  type Purpose = { path: string; more?: object; lifetimeMs: number; effects?: string; obtain(): Promise<string> };
  const all = Object.entries(purposes) as [string, Purpose][];
  const use = ({ path, more }: Purpose, token: string) => test.request(path, { body: { token, ...more } });

  for (const [name, purpose] of all) {
    it(`redeem once under 50 parallel uses: ${name}`, async () => {
      const token = await purpose.obtain();
      const answers = await atOnce(50, () => use(purpose, token));
      const { effects } = purpose;
      if (effects) {
        // Whoever repeats it gets the same success, and the effect comes once.
        assert.deepEqual(tally(answers), { 204: 50 });
        const owner = uuidFromBytes(Buffer.from(token, 'base64url').subarray(0, 16));
        assert.equal((await auditActions(test, owner)).filter((action) => action === effects).length, 1);
        assert.equal((await use(purpose, token)).status, 204, 'later too');
        return;
      }
      assert.deepEqual(tally(answers), { 204: 1, 400: 49 });
      for (const answer of answers) if (answer.status === 400) assertProblem(answer, 400, 'invalid_token');
    });

    it(`are not used up by GET or HEAD, as mail scanners send them: ${name}`, async () => {
      const token = await purpose.obtain();
      for (const method of ['GET', 'HEAD']) {
        assert.equal((await test.request(`${purpose.path}?token=${token}`, { method })).status, 405);
      }
      assert.equal((await use(purpose, token)).status, 204);
    });

    it(`are good for their time and no longer: ${name}`, async () => {
      const [punctual, late] = [await purpose.obtain(), await purpose.obtain()];
      test.clock.advance(purpose.lifetimeMs - 1);
      assert.equal((await use(purpose, punctual)).status, 204);
      test.clock.advance(1);
      assertProblem(await use(purpose, late), 400, 'token_expired');
    });
  }

  it('leave one that is good, however many are requested at the same time', async () => {
    const { email, id, accessToken: token } = await createSignedInUser(test);
    const to = `parallel-${email}`;
    const change = { token, body: { email: to, password: PASSWORD } };
    // Everybody has made a link, or waits for whoever makes one, before the first can commit.
    await whileLocked(test, ['select 1 from audit_chains where owner_id = $1 for update', id], async (held) => {
      await atOnce(5, () => test.request('/v1/password-resets', { body: { email } }));
      await held.waiting(3);
    });
    await atOnce(12, () => test.request('/v1/users/me/email-changes', change));
    await jobsDone(test, 'accounts.request-password-reset');
    const living = await rows(
      test,
      'select purpose from one_time_tokens where user_id = $1 and used_at is null order by 1',
      id,
    );
    assert.deepEqual(
      living.map(({ purpose }) => purpose),
      ['change_email', 'reset_password'],
    );
  });

  it('are sent once when a form is sent twice, and the link in that one email works', async () => {
    const [forgetful, moving, closed] = [
      await createSignedInUser(test),
      await createSignedInUser(test),
      await createSignedInUser(test),
    ];
    const email = 'twice@example.com';
    await test.request('/v1/users', { body: { email, password: PASSWORD } });
    await test.request('/v1/users/me', { method: 'DELETE', token: closed.accessToken, body: { password: PASSWORD } });
    const to = `moved-${moving.email}`;
    const change = { token: moving.accessToken, body: { email: to, password: PASSWORD } };
    const forms: [Purpose, address: string, template: string, send: () => Promise<unknown>][] = [
      [
        purposes.reset_password,
        ...([forgetful.email, 'password-reset'] as const),
        () => test.request('/v1/password-resets', { body: { email: forgetful.email } }),
      ],
      [purposes.change_email, to, 'email-change-confirm', () => test.request('/v1/users/me/email-changes', change)],
      [
        purposes.verify_email,
        email,
        'verify-email',
        () => test.request('/v1/email-verifications', { body: { email } }),
      ],
      [
        purposes.restore_user,
        ...([closed.email, 'account-closed'] as const),
        () => test.request('/v1/users', { body: { email: closed.email, password: PASSWORD } }),
      ],
    ];
    test.clock.advance(MINUTE_MS);
    for (const [purpose, address, template, send] of forms) {
      const earlier = await queuedMails(test, address, template);
      await send();
      await atOnce(3, send);
      for (const queue of ['request-password-reset', 'resend-verification', 'tell-address-owner'])
        await jobsDone(test, `accounts.${queue}`);
      assert.equal((await queuedMails(test, address, template)) - earlier, 1, template);
      await jobsDone(test, 'email.deliver');
      const { token } = test.mails.findLast((mail) => mail.to === address && mail.token !== '')!;
      assert.equal((await use(purpose, token)).status, 204, template);
    }
  });

  it('are good for their own purpose only', async () => {
    for (const [name, purpose] of all) {
      const token = await purpose.obtain();
      for (const [, other] of all) {
        if (other.path !== purpose.path) assertProblem(await use(other, token), 400, 'invalid_token');
      }
      assert.equal((await use(purpose, token)).status, 204, name);
    }
  });

  it('are refused when anything about them is changed, and stay good', async () => {
    const [one, other] = [await purposes.verify_email.obtain(), await purposes.verify_email.obtain()];
    const bytes = Buffer.from(one, 'base64url');
    const flipped = (index: number) => Buffer.from(bytes.with(index, bytes[index]! ^ 1)).toString('base64url');
    const swapped = Buffer.concat([Buffer.from(other, 'base64url').subarray(0, 16), bytes.subarray(16)]);
    for (const token of [
      flipped(0),
      flipped(16),
      flipped(47),
      swapped.toString('base64url'),
      one.slice(1),
      `${one}A`,
      'x',
    ]) {
      assertProblem(await use(purposes.verify_email, token), 400, 'invalid_token');
    }
    assert.equal((await use(purposes.verify_email, one)).status, 204);
  });

  it('rest in the database as their SHA-256 only', async () => {
    const tokens = [];
    for (const [, purpose] of all) tokens.push(await purpose.obtain());
    await jobsDone(test, 'email.deliver');
    const tables = await rows(
      test,
      `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema')`,
    );
    assert.ok(tables.length > 10);
    for (const token of tokens) {
      const secret = Buffer.from(token, 'base64url').subarray(16);
      const hash = createHash('sha256').update(secret).digest();
      assert.equal(await value(test, 'select count(*)::int from one_time_tokens where hash = $1', hash), 1);
      const traces = [token, secret.toString('hex'), secret.toString('base64'), secret.toString('base64url')];
      for (const { name } of tables) {
        const text = `select count(*)::int from ${name} t, unnest($1::text[]) trace where position(trace in t::text) > 0`;
        assert.equal(await value(test, text, traces), 0, name);
      }
    }
  });
});
