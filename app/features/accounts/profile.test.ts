import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { atOnce, auditActions, auditTrail, jobsDone, rows, tally } from '../../../test/conditions.ts';
import {
  assertProblem,
  createSignedInUser,
  createUser,
  PASSWORD,
  signIn,
  startTestService,
  type TestService,
} from '../../../test/service.ts';
import { DAY_MS } from '../../platform/clock.ts';

/** Where a feature's rows about a person are in their export: its `testing/personal-data.ts`. */
const ofFeatures: { places(body: unknown): Record<string, number> }[] = await Promise.all(
  globSync('app/{features,product}/*/testing/personal-data.ts').map((file) => import(pathToFileURL(file).href)),
);

describe('the account', () => {
  let test: TestService;
  before(async () => {
    test = await startTestService();
  });
  after(() => test.close());

  const me = (token: string) => test.request('/v1/users/me', { token });
  const update = (token: string, body: object) => test.request('/v1/users/me', { method: 'PATCH', token, body });

  it('shows its owner what is known, never to be cached', async () => {
    const { accessToken: token, email, id } = await createSignedInUser(test, { name: 'Ada Lovelace' });
    const { status, headers, body } = await me(token);
    assert.equal(status, 200);
    assert.equal(headers.get('cache-control'), 'no-store');
    const { createdAt, updatedAt, ...rest } = body;
    assert.deepEqual(rest, { id, email, name: 'Ada Lovelace', locale: 'en', emailStatus: 'deliverable' });
    for (const time of [createdAt, updatedAt]) assert.equal(new Date(time).toISOString(), time);
    assertProblem(await test.request('/v1/users/me'), 401, 'unauthenticated');
  });

  it('changes what is given and nothing else, and records before and after', async () => {
    const { accessToken: token, id, email } = await createSignedInUser(test, { name: 'Ada' });
    test.clock.advance(1_000);
    const named = await update(token, { name: 'Ada King' });
    assert.deepEqual([named.body.name, named.body.locale, named.body.email], ['Ada King', 'en', email]);
    assert.ok(named.body.updatedAt > named.body.createdAt);
    assert.equal((await update(token, { locale: 'de' })).body.locale, 'de');
    assert.equal((await update(token, { name: null })).body.name, null);
    const actions = await auditActions(test, id);
    assert.equal(actions.filter((action) => action === 'user.updated').length, 3);
    const [event] = (await auditTrail(test, id)).filter(({ action }) => action === 'user.updated');
    assert.deepEqual(event!.details, { before: { name: 'Ada' }, after: { name: 'Ada King' } });
    await update(token, { locale: 'de' });
    assert.equal((await auditActions(test, id)).length, actions.length, 'no change, no event');
  });

  it('takes no field but name and locale, and no name with control characters', async () => {
    const { accessToken: token } = await createSignedInUser(test);
    for (const body of [
      { email: 'x@example.com' },
      { id: 'x' },
      { suspendedAt: null },
      { name: 'a\nb' },
      { locale: 'no such' },
    ]) {
      assertProblem(await update(token, body), 400, 'validation_failed');
    }
  });

  it('changes sixty times an hour at most: each change stays in the audit trail', async () => {
    const { accessToken: token, id } = await createSignedInUser(test);
    const answers = await atOnce(70, (index) => update(token, { name: `Ada ${index}` }));
    assert.deepEqual(tally(answers), { 200: 60, 429: 10 });
    const refused = await update(token, { name: 'Ada' });
    assertProblem(refused, 429, 'rate_limited');
    assert.ok(Number(refused.headers.get('retry-after')) > 0);
    assert.equal((await auditActions(test, id)).filter((action) => action === 'user.updated').length, 60);
  });

  it('gets mail in its language', async () => {
    const { accessToken: token, email } = await createSignedInUser(test);
    await update(token, { locale: 'de' });
    await test.request('/v1/password-resets', { body: { email } });
    await test.mail(email, /Passwort/);
  });

  describe('export', () => {
    it('contains every row that is stored about the caller, and nobody else', async () => {
      const { email } = await createUser(test);
      const [ada, eve] = [await signIn(test, email), await createSignedInUser(test, { name: 'Eve' })];
      await test.request('/v1/sessions', { body: { email, password: 'wrong' } });
      await signIn(test, email);
      await test.request('/v1/password-resets', { body: { email } });
      await test.mail(email, /Reset/);
      for (const queue of ['accounts.record-failed-sign-in', 'email.deliver']) await jobsDone(test, queue);

      const answer = await test.request('/v1/users/me/export', { token: ada.accessToken });
      assert.equal(answer.status, 200);
      assert.equal(answer.headers.get('cache-control'), 'no-store');
      assert.match(answer.headers.get('content-disposition') ?? '', /^attachment/);
      const { body } = answer;
      assert.ok(!JSON.stringify(body).includes(eve.id) && !JSON.stringify(body).includes(eve.email));

      /** Where the rows of each table are in the export. What is not here must not name a person. */
      const places: Record<string, number> = {
        'public.users': [body.user].length,
        'public.email_addresses': [body.user.email].length,
        'public.sessions': body.sessions.length,
        'public.one_time_tokens': body.openLinks.length,
        'public.devices': body.devices.length,
        'public.totp_secrets': body.authenticatorApps.length,
        'public.recovery_codes': body.recoveryCodes.length,
        'public.sign_in_challenges': body.openSignIns.length,
        'public.audit_events': body.auditEvents.length,
        // The head of the chain of events repeats the hash of the last one.
        'public.audit_chains': 1,
        ...Object.assign({}, ...ofFeatures.map(({ places: placesOf }) => placesOf(body))),
      };
      for (const [table, count] of Object.entries(await storedAbout(ada))) {
        assert.equal(places[table], count, `${table} names the person; say where its rows are in the export`);
      }
      assert.equal(body.sessions.length, 2);
      const links = body.openLinks.map((link: { purpose: string; usedAt: string | null }) => [
        link.purpose,
        !link.usedAt,
      ]);
      assert.deepEqual(links.sort(), [
        ['reset_password', true],
        ['verify_email', false],
      ]);
      assert.equal(body.user.hasPassword, true);
      const actions = body.auditEvents.map(({ action }: { action: string }) => action);
      for (const action of [
        'user.registered',
        'user.email_verified',
        'session.created',
        'session.failed',
        'user.exported',
      ]) {
        assert.ok(actions.includes(action), action);
      }
    });

    it('holds no secret', async () => {
      const ada = await createSignedInUser(test);
      await test.request('/v1/password-resets', { body: { email: ada.email } });
      const { token } = await test.mail(ada.email, /Reset/);
      const { body } = await test.request('/v1/users/me/export', { token: ada.accessToken });
      const text = JSON.stringify(body);
      const [user] = await rows(test, 'select password_hash from users where id = $1', ada.id);
      const [session] = await rows(test, 'select secret from sessions where user_id = $1', ada.id);
      const [link] = await rows(test, 'select hash from one_time_tokens where user_id = $1', ada.id);
      const secrets: (string | Buffer)[] = [
        user.password_hash,
        session.secret,
        link.hash,
        token,
        ada.refreshToken,
        ada.accessToken,
        PASSWORD,
      ];
      for (const secret of secrets) {
        const forms =
          typeof secret === 'string'
            ? [secret]
            : (['hex', 'base64', 'base64url'] as const).map((form) => secret.toString(form));
        for (const form of forms) assert.ok(!text.includes(form), form.slice(0, 12));
      }
      assert.doesNotMatch(text, /argon2|"secret"|"data":\{"type":"Buffer"/);
    });
  });

  /**
   * Rows by table that name a person. Not: the job queue, whose finished jobs go after an hour; and the trails of organizations, which are
   * theirs.
   */
  async function storedAbout({ id, email }: { id: string; email: string }): Promise<Record<string, number>> {
    const tables = await rows(
      test,
      `select format('%I.%I', schemaname, tablename) as name from pg_tables
       where schemaname not in ('pg_catalog', 'information_schema', 'pgboss') and tablename <> 'changes'`,
    );
    const counts: Record<string, number> = {};
    for (const { name } of tables) {
      const text = `select count(*)::int as count from ${name} t
        where (position($1 in t::text) > 0 or position($2 in t::text) > 0) and coalesce(to_jsonb(t)->>'owner_id', $1) = $1`;
      const [{ count }] = await rows(test, text, id, email);
      if (count > 0) counts[name] = count;
    }
    return counts;
  }

  it('keeps a session that expired out of reach, although its access token was good', async () => {
    const { accessToken: token } = await createSignedInUser(test);
    test.clock.advance(DAY_MS);
    assertProblem(await me(token), 401, 'token_expired');
  });
});
