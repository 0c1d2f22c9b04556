/** The account app in Chromium, in both languages: every journey, by keyboard alone too, and what goes wrong on the way. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { type RunningSandbox, startStripeSandbox } from 'stripe-sandbox';
import { freePort } from '../../dev/free-port.ts';
import { createUser, PASSWORD, signIn as signInByApi, startTestService, type TestService } from '../service.ts';
import { LANGUAGES, type OpenBrowser, openBrowser, signInByForm, type Texts, texts } from './app.ts';
import { inspect, launchChromium, tabTo } from './chromium.ts';

describe('the account app', { timeout: 600_000 }, () => {
  let test: TestService;
  let sandbox: RunningSandbox;
  let browser: Browser;
  let app: string;
  let faults: string[];
  before(async () => {
    const port = await freePort();
    const API_URL = `http://localhost:${port}`;
    const secret = 'whsec_of_the_browser_tests';
    sandbox = await startStripeSandbox({ seed: 1, webhooks: [{ url: `${API_URL}/v1/webhooks/stripe`, secret }] });
    const stripe = {
      STRIPE_SECRET_KEY: 'sk_test_browser',
      STRIPE_API_BASE: `http://127.0.0.1:${sandbox.port}`,
      STRIPE_WEBHOOK_SECRET: secret,
    };
    test = await startTestService({ port, env: { API_URL, APP_URL: '', ...stripe } });
    // A product may have removed billing, and with it these tests; the rest of the repository is checked all the same.
    const { billing } = test.service as { billing?: { operations: { syncCatalog(how: object): Promise<unknown> } } };
    await billing?.operations.syncCatalog({ apply: true });
    app = `${API_URL}/app`;
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    await test?.close();
    await sandbox?.close();
  });

  const origins = () => [test.url.replace('127.0.0.1', 'localhost'), sandbox.url];
  async function open(locale: string): Promise<OpenBrowser> {
    const opened = await openBrowser(browser, locale, origins());
    ({ faults } = opened);
    return opened;
  }
  const signIn = (page: Page, email: string, t: Texts) => signInByForm(page, app, email, t);

  for (const language of LANGUAGES) {
    const t = texts[language];
    const subject = language === 'en' ? /confirm/i : /bestätig/i;

    it(`leads from signing up to an organization with members: ${language}`, async () => {
      const { context, page } = await open(language);
      const email = `journey-${language}@example.com`;
      await page.goto(`${app}/register`);
      await page.getByRole('heading', { name: t['register.title']! }).waitFor();
      await inspect(page, `${language}-register`);
      await page.getByLabel(t['field.name']!).fill('Ada');
      await page.getByLabel(t['field.email']!).fill(email);
      await page.getByLabel(t['field.password']!).fill('12345678');
      await page.getByRole('button', { name: t['register.title']! }).click();
      await page.getByRole('alert').getByText(t['weak.too_common']!).waitFor();
      await inspect(page, `${language}-register-weak`);
      await page.getByLabel(t['field.password']!).fill(PASSWORD);
      await page.getByRole('button', { name: t['register.title']! }).dblclick();
      await page.getByText(email).waitFor();
      await inspect(page, `${language}-registered`);

      const { text } = await test.mail(email, subject);
      const [link] = /http\S+\/verify-email\?token=\S+/.exec(text)!;
      assert.ok(link.startsWith(`${app}/verify-email`), link);
      await page.goto(link);
      await inspect(page, `${language}-verify`);
      await page.getByRole('button', { name: t['verify.button']! }).click();
      await page.getByText(t['verify.done']!).waitFor();
      await page.getByRole('main').getByRole('link', { name: t['signIn.title']! }).click();
      await page.getByLabel(t['field.email']!).waitFor();
      assert.equal(await page.getByText(t['signIn.ended']!).count(), 0, 'nobody was signed in here');
      await inspect(page, `${language}-sign-in`);
      await signIn(page, email, t);
      await page.getByText(t['organizations.personal']!).waitFor();
      await inspect(page, `${language}-home`);

      await page.getByLabel(t['organizations.name']!).fill('Analytical Engines');
      await page.getByRole('button', { name: t['organizations.create']! }).click();
      await page.getByLabel(t['organization.slug']!).waitFor();
      await inspect(page, `${language}-organization`);
      await page.getByRole('link', { name: t['members.title']! }).click();
      await page.getByRole('table').waitFor();
      const guest = `guest-${language}@example.com`;
      await page.getByLabel(t['field.email']!).fill(guest);
      await page.getByRole('button', { name: t['invite.button']! }).click();
      await page.getByRole('button', { name: `${t['invited.resend']}: ${guest}` }).waitFor();
      await inspect(page, `${language}-members`);

      const other = await open(language);
      const { text: invitation } = await test.mail(guest, /./);
      await other.page.goto(/http\S+\/accept-invitation\?token=\S+/.exec(invitation)![0]);
      await other.page.getByLabel(t['field.newPassword']!).fill(PASSWORD);
      await inspect(other.page, `${language}-invitation`);
      await other.page.getByRole('button', { name: t['invitation.join']! }).click();
      await other.page.getByRole('heading', { name: t['organization.settings']! }).waitFor();
      await other.context.close();

      await page.reload();
      await page.getByLabel(t['members.roleOf']!.replace('{name}', guest)).waitFor();
      for (const [name, title] of [
        ['keys', t['keys.title']!],
        ['webhooks', t['webhooks.title']!],
        ['billing', t['billing.title']!],
      ] as const) {
        await page.getByRole('link', { name: title }).click();
        await page.getByRole('heading', { name: title, level: 1 }).waitFor();
        await page.waitForLoadState('networkidle');
        await inspect(page, `${language}-${name}`);
      }
      await page.getByRole('link', { name: t['nav.account']! }).click();
      await page.getByRole('button', { name: t['account.password.button']! }).waitFor();
      await inspect(page, `${language}-account`);
      await page.getByRole('link', { name: t['sessions.title']! }).click();
      await page.getByText(t['sessions.current']!).waitFor();
      await inspect(page, `${language}-sessions`);
      assert.deepEqual(faults, []);
      await context.close();
    });

    it(`gets a new password to somebody who forgot it: ${language}`, async () => {
      const email = `forgot-${language}@example.com`;
      await createUser(test, { email });
      const { context, page } = await open(language);
      await page.goto(`${app}/forgot-password`);
      await page.getByLabel(t['field.email']!).fill(` ${email} `);
      await page.getByRole('button', { name: t['forgot.button']! }).click();
      await page.getByText(email).waitFor();
      await inspect(page, `${language}-forgot`);
      const { token } = await test.mail(email, /password|Passwort/i);
      // A token that was pasted, with what comes along.
      await page.goto(`${app}/reset-password`);
      await page.getByLabel(t['field.token']!).fill(` ${token.slice(0, 10)} ${token.slice(10)}  `);
      await page.getByLabel(t['field.newPassword']!).fill(`${PASSWORD} again`);
      await inspect(page, `${language}-reset`);
      await page.getByRole('button', { name: t['reset.button']! }).click();
      await page.getByText(t['reset.done']!).waitFor();
      assert.deepEqual(faults, []);
      await context.close();
    });

    it(`needs no mouse: ${language}`, async () => {
      const email = `keyboard-${language}@example.com`;
      await createUser(test, { email });
      const { accessToken: token } = await signInByApi(test, email);
      await test.request('/v1/users/me', { method: 'PATCH', token, body: { locale: language } });
      const { context, page } = await open(language);
      await page.goto(`${app}/sign-in`);
      await page.getByLabel(t['field.email']!).waitFor();
      await tabTo(page, 'textbox', t['field.email']!);
      await page.keyboard.type(email);
      await page.keyboard.press('Tab');
      await page.keyboard.type(PASSWORD);
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: t['organizations.create']! }).waitFor();
      await tabTo(page, 'textbox', t['organizations.name']!);
      await page.keyboard.type('Keys only');
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: t['organization.delete']! }).waitFor();
      await tabTo(page, 'button', t['organization.delete']!);
      await page.keyboard.press('Enter');
      await page.getByRole('dialog').waitFor();
      await inspect(page, `${language}-dialog`);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await tabTo(page, 'button', t['nav.signOut']!);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: t['signIn.title']! }).waitFor();
      assert.deepEqual(faults, []);
      await context.close();
    });
  }

  describe('in trouble', () => {
    const t = texts.en;

    it('says that it is offline, and goes on when the connection is back', async () => {
      const email = 'offline@example.com';
      await createUser(test, { email });
      const { context, page } = await open('en');
      await signIn(page, email, t);
      await page.getByRole('link', { name: t['nav.account']! }).click();
      await page.getByLabel(t['field.name']!).fill('Grace');
      await context.setOffline(true);
      await page.getByText(t.offline!).waitFor();
      await page.getByRole('button', { name: t.save! }).click();
      await page.getByRole('alert').getByText(t['problem.connection_failed']!).waitFor();
      await inspect(page, 'offline');
      await context.setOffline(false);
      await page.getByRole('button', { name: t.save! }).click();
      await page.getByText(t['account.saved']!).waitFor();
      assert.deepEqual(faults, []);
      await context.close();
    });

    it('has a page for every address that does not exist, and for a link that is too old', async () => {
      const { context, page } = await open('en');
      await page.goto(`${app}/no/such/page`);
      await page.getByRole('heading', { name: t['notFound.title']! }).waitFor();
      await inspect(page, 'not-found');
      await page.goto(`${app}/verify-email?token=nonsense`);
      await page.getByRole('button', { name: t['verify.button']! }).click();
      await page.getByRole('alert').getByText(t['problem.invalid_token']!).waitFor();
      await page.goto(`${app}/accept-invitation?token=nonsense`);
      await page.getByRole('alert').getByText(t['problem.invalid_token']!).waitFor();
      assert.deepEqual(faults, []);
      await context.close();
    });

    it('offers the plans when no more members may be invited', async () => {
      const email = 'full@example.com';
      await createUser(test, { email });
      const { context, page } = await open('en');
      await signIn(page, email, t);
      await page.getByLabel(t['organizations.name']!).fill('Full');
      await page.getByRole('button', { name: t['organizations.create']! }).click();
      await page.getByRole('link', { name: t['members.title']! }).click();
      await page.getByRole('table').waitFor();
      // Others invite as many as the plan allows while the page is open.
      const [, organizationId] = /organizations\/([^/]+)\//.exec(page.url())!;
      const { accessToken: token } = await signInByApi(test, email);
      for (let count = 0, status = 201; status === 201 && count < 100; count++) {
        const body = { email: `guest${count}@example.com`, role: 'member' };
        ({ status } = await test.request(`/v1/organizations/${organizationId}/invitations`, { token, body }));
      }
      await page.getByLabel(t['field.email']!).fill('one-more@example.com');
      await page.getByRole('button', { name: t['invite.button']! }).click();
      await page.getByRole('alert').getByText(t['problem.limit_reached']!).waitFor();
      await inspect(page, 'limit-reached');
      await page.getByRole('link', { name: t['billing.seePlans']! }).click();
      await page.getByRole('heading', { name: t['billing.plans']! }).waitFor();
      await inspect(page, 'plans');
      assert.deepEqual(faults, []);
      await context.close();
    });

    it('leads from a plan through the checkout to a subscription with an invoice, and to its end', async () => {
      const email = 'buyer@example.com';
      await createUser(test, { email });
      const { context, page } = await open('en');
      await signIn(page, email, t);
      await page.getByLabel(t['organizations.name']!).fill('Buyers');
      await page.getByRole('button', { name: t['organizations.create']! }).click();
      await page.getByRole('link', { name: t['billing.title']! }).click();
      const choose = page.getByRole('button', { name: /^Choose ./ });
      await choose.first().waitFor();
      await choose.first().dblclick();
      await page.getByLabel('Card number').fill('4242 4242 4242 4242');
      await page.getByRole('button', { name: /^(Subscribe|Pay|Start|Save)/ }).click();
      await page.getByText(t['billing.paid']!).waitFor();
      const cancel = page.getByRole('button', { name: t['billing.cancel']! });
      // The subscription and its invoice arrive one after the other.
      const invoices = page.getByRole('table');
      const isThere = async () => (await cancel.isVisible()) && (await invoices.isVisible());
      for (let tries = 0; tries < 20 && !(await isThere()); tries++) {
        await page.reload();
        await page.getByRole('heading', { name: t['invoices.title']!, exact: true }).waitFor();
        await page.waitForLoadState('networkidle');
      }
      await invoices.waitFor();
      await inspect(page, 'subscribed');
      await cancel.click();
      await page.getByRole('dialog').getByRole('button', { name: t['billing.cancel']! }).click();
      await page.getByRole('button', { name: t['billing.keep']! }).waitFor();
      assert.deepEqual(faults, []);
      await context.close();
    });

    it('says so where a role was changed meanwhile', async () => {
      const email = 'demoted@example.com';
      await createUser(test, { email });
      const { context, page } = await open('en');
      await signIn(page, email, t);
      await page.getByLabel(t['organizations.name']!).fill('Changed');
      await page.getByRole('button', { name: t['organizations.create']! }).click();
      await page.getByLabel(t['organization.slug']!).waitFor();
      const { rows } = await import('../conditions.ts');
      await rows(
        test,
        `update memberships set role = 'member' where user_id = (select id from users where email = $1)`,
        email,
      );
      await page.getByRole('button', { name: t.save! }).click();
      await page.getByRole('alert').getByText(t['problem.forbidden']!).waitFor();
      assert.deepEqual(faults, []);
      await context.close();
    });

    // The last one: Stripe's events are too old for the service once its clock was moved.
    it('signs three tabs out together, and no tab because of an expired token', async () => {
      const email = 'tabs@example.com';
      await createUser(test, { email });
      const { context, page } = await open('en');
      await signIn(page, email, t);
      const tabs = [page, await context.newPage(), await context.newPage()];
      for (const tab of tabs.slice(1)) await tab.goto(`${app}/account/sessions`);
      for (const tab of tabs.slice(1)) await tab.getByText(t['sessions.current']!).waitFor();
      test.clock.advance(11 * 60_000);
      await Promise.all(tabs.map((tab) => tab.reload()));
      await Promise.all(tabs.map((tab) => tab.getByRole('button', { name: t['nav.signOut']! }).waitFor()));
      await page.bringToFront();
      await page.getByRole('link', { name: t['nav.account']! }).click();
      await page.getByRole('button', { name: t['nav.signOut']! }).click();
      for (const tab of tabs) {
        await tab.bringToFront();
        await tab.getByRole('heading', { name: t['signIn.title']! }).waitFor();
      }
      await page.bringToFront();
      await page.goBack();
      await page.getByRole('heading', { name: t['signIn.title']! }).waitFor();
      await context.close();
    });
  });

  it('has a sentence in each language for every problem code that a person can meet', () => {
    const technical = new Set(
      `bad_request headers_too_large idempotency_key_reused internal_error invalid_client invalid_signature invalid_target malformed_json method_not_allowed
      method_not_implemented signature_unverifiable unsupported_media_type`.split(/\s+/),
    );
    const operations = readFileSync('packages/client/generated/operations.ts', 'utf8');
    const codes = new Set([...operations.matchAll(/'([a-z_]+)'/g)].map(([, code]) => code!));
    for (const language of LANGUAGES) {
      const missing = [...codes].filter((code) => !technical.has(code) && !texts[language][`problem.${code}`]);
      assert.deepEqual(missing, [], language);
      assert.deepEqual(Object.keys(texts[language]), Object.keys(texts.en));
    }
  });
});
