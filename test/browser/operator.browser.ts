/** The operator console in Chromium, in both languages: finding, repairing, and acting as a user; and who is kept out. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { type RunningSandbox, startStripeSandbox } from 'stripe-sandbox';
import { addTotp } from '../../app/features/accounts/testing/authenticator-app.ts';
import { newId } from '../../app/platform/security/random.ts';
import { freePort } from '../../dev/free-port.ts';
import { codeAt } from '../../scripts/demo/one-time-codes.ts';
import {
  createUser,
  type SignedInUser,
  signIn as signInByApi,
  startTestService,
  type TestService,
} from '../service.ts';
import { enterPassword, LANGUAGES, openBrowser, signInByForm, type Texts, texts } from './app.ts';
import { inspect, launchChromium, tabTo } from './chromium.ts';

const REASON = 'Ticket 4711: cannot sign in';
const ofConsole = (language: string): Texts =>
  JSON.parse(readFileSync(`web/src/console/messages/${language}.json`, 'utf8'));

describe('the operator console', { timeout: 600_000 }, () => {
  let test: TestService;
  let sandbox: RunningSandbox;
  let browser: Browser;
  let origin: string;
  let faults: string[] = [];
  before(async () => {
    const port = await freePort();
    origin = `http://localhost:${port}`;
    const secret = 'whsec_of_the_browser_tests';
    sandbox = await startStripeSandbox({ seed: 1, webhooks: [{ url: `${origin}/v1/webhooks/stripe`, secret }] });
    test = await startTestService({
      port,
      schedules: false,
      env: {
        ...{ API_URL: origin, APP_URL: '', STRIPE_WEBHOOK_SECRET: secret },
        ...{ STRIPE_SECRET_KEY: 'sk_test_browser', STRIPE_API_BASE: `http://127.0.0.1:${sandbox.port}` },
      },
    });
    const { billing } = test.service as { billing?: { operations: { syncCatalog(how: object): Promise<unknown> } } };
    await billing?.operations.syncCatalog({ apply: true });
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    await test?.close();
    await sandbox?.close();
  });

  const open = async (language: string) => {
    const opened = await openBrowser(browser, language, [origin, sandbox.url]);
    ({ faults } = opened);
    return opened;
  };

  /** A person who reads the language: the app speaks it after the sign-in. */
  async function createPerson(locale: string): Promise<SignedInUser> {
    const { email, password } = await createUser(test);
    const person = await signInByApi(test, email, password);
    const { accessToken: token } = person;
    assert.equal((await test.request('/v1/users/me', { method: 'PATCH', token, body: { locale } })).status, 200);
    return person;
  }

  /** A person with an authenticator app who is an operator. @returns the secret of the app */
  async function createOperator(locale: string): Promise<SignedInUser & { secret: string }> {
    const person = await createPerson(locale);
    const secret = await addTotp(test, person);
    await test.service.operator.operators.make(person);
    return { ...person, secret };
  }

  /** Signs in with both factors and opens the console. */
  async function enter(page: Page, { email, secret }: { email: string; secret: string }, t: Texts): Promise<void> {
    test.clock.advance(60_000);
    await enterPassword(page, `${origin}/app`, email, t);
    await page.getByLabel(t['field.totp']!).fill(codeAt(secret, test.clock.now()));
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: t['nav.signOut']! }).waitFor();
    await page.goto(`${origin}/operator`);
  }

  async function act(
    page: Page,
    c: Texts,
    action: string,
    more: (dialog: ReturnType<Page['getByRole']>) => Promise<unknown> = async () => {},
  ) {
    await page.getByRole('button', { name: action }).first().click();
    const dialog = page.getByRole('dialog');
    await more(dialog);
    await dialog.getByLabel(c.reason!).fill(REASON);
    await dialog.getByRole('button', { name: action }).click();
  }

  for (const language of LANGUAGES) {
    const t = texts[language];
    const c = ofConsole(language);

    it(`finds a person, repairs the account, and acts in its name: ${language}`, async () => {
      const operator = await createOperator(language);
      const user = await createPerson(language);
      const { email } = user;
      const { context, page } = await open(language);
      await enter(page, operator, t);
      await page.getByRole('heading', { name: c['search.title']! }).waitFor();
      await inspect(page, `${language}-console-search`);
      await page.getByLabel(c['search.label']!).fill(email);
      await page.keyboard.press('Enter');
      await page.getByRole('link', { name: email, exact: true }).first().waitFor();
      await inspect(page, `${language}-console-found`);
      await page.getByRole('link', { name: email, exact: true }).first().click();
      await page.getByRole('heading', { name: c.audit! }).waitFor();
      await page.getByText('user.registered').waitFor();
      await inspect(page, `${language}-console-user`);

      await page.getByRole('button', { name: c['user.suspend']! }).click();
      await page.getByRole('dialog').getByLabel(c.reason!).waitFor();
      await inspect(page, `${language}-console-suspend`);
      await page.keyboard.press('Escape');
      await act(page, c, c['user.suspend']!);
      await page.getByRole('button', { name: c['user.restore']! }).waitFor();
      assert.equal((await test.request('/v1/users/me', { token: user.accessToken })).status, 401);
      await act(page, c, c['user.restore']!);
      await page.getByRole('button', { name: c['user.act']! }).waitFor();

      await act(page, c, c['user.act']!);
      const banner = page.getByRole('region', { name: t['acting.label']! });
      await banner.waitFor();
      await page.getByText(t['organizations.personal']!).waitFor();
      await inspect(page, `${language}-acting`);
      await page.getByRole('link', { name: t['nav.account']! }).click();
      await page.getByRole('textbox', { name: new RegExp(`^${t['field.name']!}`) }).fill('Changed by support');
      await page.getByRole('button', { name: t.save! }).first().click();
      await page.getByRole('alert').getByText(t['problem.acting_refused']!).waitFor();
      await inspect(page, `${language}-acting-refused`);
      await banner.getByRole('button', { name: t['acting.stop']! }).click();
      await page.getByText('impersonation.ended').waitFor();
      await page.getByText('impersonation.began').waitFor();
      assert.deepEqual(faults, []);
      await context.close();
    });

    it(`shows an organization with what it bought, and grants: ${language}`, async () => {
      const operator = await createOperator(language);
      const { accessToken: token } = await createPerson(language);
      const { body } = await test.request('/v1/organizations', { token, body: { name: `Harbour ${language}` } });
      const { context, page } = await open(language);
      await enter(page, operator, t);
      await page.goto(`${origin}/operator/organizations/${body.id}`);
      await page.getByRole('heading', { name: `Harbour ${language}` }).waitFor();
      await act(page, c, c['billing.grant']!);
      await page.getByRole('button', { name: new RegExp(c['billing.grant.end']!) }).waitFor();
      await page.getByText('entitlement.granted').waitFor();
      await inspect(page, `${language}-console-organization`);
      await act(page, c, c['billing.grant.end']!);
      await page.getByText('entitlement.withdrawn').waitFor();
      assert.deepEqual(faults, []);
      await context.close();
    });

    it(`shows emails and jobs, and runs a dead one again: ${language}`, async () => {
      const operator = await createOperator(language);
      const { context, page } = await open(language);
      await enter(page, operator, t);
      await page.getByRole('link', { name: c['nav.emails']! }).click();
      await page.getByRole('table').waitFor();
      await inspect(page, `${language}-console-emails`);
      await test.service.db.$client.query(
        `insert into pgboss.job (id, name, state, data, source_name, source_output) values ($1, 'email.tidy.dead', 'created', '{}', 'email.tidy', '{"message":"it broke"}')`,
        [newId()],
      );
      await page.getByRole('link', { name: c['nav.jobs']! }).click();
      await page.getByRole('button', { name: new RegExp(`${c['job.retry']}: email.tidy.dead`) }).waitFor();
      await inspect(page, `${language}-console-jobs`);
      // By keyboard alone.
      await tabTo(page, 'button', new RegExp(`${c['job.retry']}: email.tidy.dead`));
      await page.keyboard.press('Enter');
      await page.getByRole('dialog').getByLabel(c.reason!).waitFor();
      await page.keyboard.type(REASON);
      await page.keyboard.press('Enter');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await page
        .getByRole('button', { name: new RegExp(`${c['job.retry']}: email.tidy.dead`) })
        .waitFor({ state: 'detached' });
      assert.deepEqual(faults, []);
      await context.close();
    });

    it(`keeps out who is no operator, and asks for the second factor: ${language}`, async () => {
      const person = await createPerson(language);
      const { email, password } = person;
      const { context, page } = await open(language);
      await page.goto(`${origin}/operator`);
      await page.getByRole('heading', { name: t['signIn.title']!, exact: true }).waitFor();
      await page.getByLabel(t['field.email']!).fill(email);
      await page.getByLabel(t['field.password']!).fill(password);
      await page.getByRole('button', { name: t['signIn.button']!, exact: true }).click();
      await page.getByRole('heading', { name: c['gate.no']! }).waitFor();
      await inspect(page, `${language}-console-no-operator`);
      const secret = await addTotp(test, person);
      await test.service.operator.operators.make(person);
      await page.reload();
      await page.getByRole('heading', { name: c['gate.factor']! }).waitFor();
      await inspect(page, `${language}-console-factor`);
      test.clock.advance(60_000);
      await page.getByRole('textbox').fill(codeAt(secret, test.clock.now()));
      await page.getByRole('button', { name: t.continue!, exact: true }).click();
      await page.getByRole('heading', { name: c['search.title']! }).waitFor();
      assert.deepEqual(faults, []);
      await context.close();
    });

    it(`ends for the acting tab when the right of the operator ends: ${language}`, async () => {
      const operator = await createOperator(language);
      const user = await createPerson(language);
      const { context, page } = await open(language);
      await enter(page, operator, t);
      await page.goto(`${origin}/operator/users/${user.id}`);
      await page.getByRole('button', { name: c['user.act']! }).waitFor();
      await act(page, c, c['user.act']!);
      await page.getByRole('region', { name: t['acting.label']! }).waitFor();
      await page.getByText(t['organizations.personal']!).waitFor();
      await test.service.operator.operators.revoke(operator);
      await page.getByRole('link', { name: t['nav.account']! }).click();
      // The page may have left by itself.
      await page.reload().catch(() => {});
      await page.getByRole('heading', { name: c['gate.no']! }).waitFor();
      assert.deepEqual(faults, []);
      await context.close();
    });
  }

  it('is signed out of with the account app', async () => {
    const { email } = await createUser(test);
    const { context, page } = await open('en');
    await signInByForm(page, `${origin}/app`, email, texts.en);
    await page.goto(`${origin}/operator`);
    await page.getByRole('heading', { name: ofConsole('en')['gate.no']! }).waitFor();
    await page.getByRole('button', { name: texts.en['nav.signOut']! }).click();
    await page.getByRole('heading', { name: texts.en['signIn.title']!, exact: true }).waitFor();
    await context.close();
  });
});
