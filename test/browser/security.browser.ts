/** Second factors, passkeys and identity providers in the account app, in Chromium with its virtual authenticator and with a real provider. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { type LocalProvider, startLocalProvider } from '../../app/features/accounts/providers/local-provider.ts';
import { persons, settingsOf } from '../../app/features/accounts/providers/testing/scene.ts';
import { freePort } from '../../dev/free-port.ts';
import { codeAt } from '../../scripts/demo/one-time-codes.ts';
import { createSignedInUser, createUser, PASSWORD, startTestService, type TestService } from '../service.ts';
import { enterPassword, LANGUAGES, openBrowser, signInByForm, signOut, type Texts, texts } from './app.ts';
import { inspect, launchChromium, tabTo } from './chromium.ts';

const STEP_MS = 30_000;
const LONG_AGO_MS = 11 * 60_000;

describe('the security of an account in the app', { timeout: 600_000 }, () => {
  let test: TestService;
  let provider: LocalProvider;
  let browser: Browser;
  let origin: string;
  let app: string;
  before(async () => {
    const port = await freePort();
    origin = `http://localhost:${port}`;
    app = `${origin}/app`;
    provider = await startLocalProvider({
      ...{ port: 0, clientId: 'plinth', clientSecret: 'a client secret of tests, long enough' },
      ...{ redirectUri: `${origin}/v1/sessions/provider/local/callback`, people: persons },
    });
    const env = { API_URL: origin, APP_URL: '', ...settingsOf({ local: provider.url }) };
    test = await startTestService({ port, env, schedules: false });
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    await test?.close();
    await provider?.close();
  });

  const open = (locale: string) => openBrowser(browser, locale, [origin, provider.url]);
  async function openSecurity(page: Page, t: Texts): Promise<void> {
    await page.getByRole('link', { name: t['nav.account']! }).click();
    await page.getByRole('link', { name: t['security.title']!, exact: true }).click();
    await page.getByRole('heading', { name: t['totp.title']! }).waitFor();
  }
  async function createSpeaker(email: string, locale: string): Promise<void> {
    const { accessToken: token } = await createSignedInUser(test, { email });
    await test.request('/v1/users/me', { method: 'PATCH', token, body: { locale } });
  }
  /** A code that was not used before. */
  function nextCode(secret: string): string {
    test.clock.advance(STEP_MS);
    return codeAt(secret, test.clock.now());
  }
  async function setUpApp(page: Page, t: Texts, look?: () => Promise<void>): Promise<string> {
    await page.getByRole('button', { name: t['totp.begin']! }).click();
    const image = page.getByRole('img', { name: t['totp.qr']! });
    await image.waitFor();
    // The content security policy lets it be seen.
    await page.waitForFunction('document.querySelector("img.qr").naturalWidth > 0');
    const secret = (await page.locator('section code').first().textContent())!;
    await look?.();
    await page.getByLabel(t['field.totp']!).fill(nextCode(secret).replace(/^.../, '$& '));
    await page.getByRole('button', { name: t['totp.confirm']! }).click();
    await page.getByText(t['totp.added']!).waitFor();
    return secret;
  }

  // Before the clock is moved: that of the provider is the real one, and its answers would be too old.
  async function choose(page: Page, person: RegExp): Promise<void> {
    await page.getByRole('button', { name: t['signIn.provider']!.replace('{provider}', 'local') }).click();
    await page.getByRole('heading', { name: 'Who are you?' }).waitFor();
    await page.getByRole('button', { name: person }).click();
  }

  it('signs in with a provider, and keeps the last way in', async () => {
    const { context, page, faults } = await open('en');
    await page.goto(`${app}/sign-in?next=/account/sessions`);
    await choose(page, /Grace/);
    await page.getByRole('heading', { name: t['sessions.title']! }).waitFor();
    await openSecurity(page, t);
    await page.getByText('grace@works.example').nth(0).waitFor();
    await inspect(page, 'identities');
    await page.getByRole('button', { name: `${t['identities.unlink']}:` }).click();
    await page.getByRole('dialog').getByRole('button', { name: t['identities.unlink']! }).click();
    await page.getByRole('dialog').getByText(t['problem.last_way_in']!).waitFor();
    await page.getByRole('dialog').getByRole('button', { name: t.cancel! }).click();
    // The account has no password, so none is asked for: it gets one.
    await page.getByRole('link', { name: t['account.profile']! }).click();
    await page.getByLabel(t['field.newPassword']!).waitFor();
    await page.getByLabel(t['field.currentPassword']!).waitFor({ state: 'detached' });
    assert.deepEqual(faults, []);
    await context.close();
  });

  it('links an identity to the account that has its address, after a sign-in there', async () => {
    await createUser(test, { email: 'ada@works.example' });
    const { context, page, faults } = await open('en');
    await page.goto(`${app}/sign-in`);
    await choose(page, /Ada/);
    await page.getByRole('alert').getByText(t['problem.identity_not_linked']!).waitFor();
    await inspect(page, 'identity-not-linked');
    await page.getByRole('main').getByRole('link', { name: t['signIn.title']! }).click();
    await page.getByLabel(t['field.email']!).fill('ada@works.example');
    await page.getByLabel(t['field.password']!).fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByText(t['identities.pending']!).waitFor();
    await page.getByRole('button', { name: t['identities.linkPending']! }).click();
    const unlink = page.getByRole('button', { name: `${t['identities.unlink']}:` });
    await unlink.waitFor();
    await unlink.click();
    await page.getByRole('dialog').getByRole('button', { name: t['identities.unlink']! }).click();
    await unlink.waitFor({ state: 'detached' });
    // The provider knows who is there, and asks nothing.
    await page.getByRole('button', { name: t['identities.link']!.replace('{provider}', 'local') }).click();
    await unlink.waitFor();
    assert.deepEqual(faults, []);
    await context.close();
  });

  it('says what went wrong at a provider', async () => {
    const { context, page, faults } = await open('en');
    await page.goto(`${app}/sign-in`);
    await choose(page, /Cancel/);
    await page.getByRole('alert').getByText(t['problem.provider_access_denied']!).waitFor();
    await page.goto(`${app}/sign-in`);
    await choose(page, /Nobody/);
    await page.getByRole('alert').getByText(t['problem.provider_address_unverified']!).waitFor();
    await page.reload();
    await page.getByRole('alert').getByText(t['problem.provider_address_unverified']!).waitFor();
    await page.goto(`${app}/sign-in/provider?code=nonsense&returnTo=/`);
    await page.getByRole('alert').getByText(t['problem.provider_sign_in_expired']!).waitFor();
    assert.deepEqual(faults, []);
    await context.close();
  });

  for (const language of LANGUAGES) {
    const t = texts[language];
    const codes = language === 'en' ? /9 codes are left/ : /9 Codes sind übrig/;
    const attempts = language === 'en' ? /4 attempts are left/ : /noch 4 Versuche/;

    it(`asks for a second factor, remembers the device, and takes a recovery code: ${language}`, async () => {
      const email = `factors-${language}@example.com`;
      await createSpeaker(email, language);
      const { context, page, faults } = await open(language);
      await context.grantPermissions(['clipboard-read', 'clipboard-write']);
      await signInByForm(page, app, email, t);
      await openSecurity(page, t);
      await page.waitForLoadState('networkidle');
      await inspect(page, `${language}-security`);
      const secret = await setUpApp(page, t, () => inspect(page, `${language}-authenticator-app`));

      await page.getByRole('button', { name: t['recovery.make']! }).click();
      await page.getByText(t['recovery.once']!).waitFor();
      const shown = await page.locator('ul.codes code').allTextContents();
      assert.equal(new Set(shown).size, 10);
      await inspect(page, `${language}-recovery-codes`);
      await page.getByRole('button', { name: t['recovery.copy']!, exact: true }).click();
      await page.getByRole('button', { name: t['recovery.copied']! }).waitFor();
      assert.equal(await page.evaluate('navigator.clipboard.readText()'), shown.join('\n'));
      await page.getByRole('button', { name: t['recovery.kept']! }).click();
      assert.equal(await page.getByText(shown[0]!).count(), 0);

      await signOut(page, t);
      await enterPassword(page, app, email, t);
      await page.getByRole('heading', { name: t['secondFactor.title']! }).waitFor();
      await inspect(page, `${language}-second-factor`);
      await tabTo(page, 'textbox', t['field.totp']!);
      await page.keyboard.type('000000');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').getByText(attempts).waitFor();
      await inspect(page, `${language}-second-factor-wrong`);
      await page.getByLabel(t['secondFactor.remember']!).check();
      await page.getByLabel(t['field.totp']!).fill(nextCode(secret));
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: t['nav.signOut']! }).waitFor();
      await signOut(page, t);
      await signInByForm(page, app, email, t);

      // Not any more, once the device is forgotten.
      await openSecurity(page, t);
      const forget = page.getByRole('button', { name: `${t['devices.forget']}: Chrome` });
      await forget.click();
      await page.getByRole('dialog').getByRole('button', { name: t['devices.forget']! }).click();
      await forget.waitFor({ state: 'detached' });
      await signOut(page, t);
      await enterPassword(page, app, email, t);
      await page.getByRole('button', { name: t['proof.recovery_code']! }).click();
      await page.getByLabel(t['field.recoveryCode']!).waitFor();
      await page.keyboard.type(shown[0]!);
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: t['nav.signOut']! }).waitFor();
      await openSecurity(page, t);
      await page.getByText(codes).waitFor();
      assert.deepEqual(faults, []);
      await context.close();
    });

    it(`asks again for a proof before a factor is removed, and then removes it: ${language}`, async () => {
      const email = `recent-${language}@example.com`;
      await createSpeaker(email, language);
      const { context, page, faults } = await open(language);
      await signInByForm(page, app, email, t);
      await openSecurity(page, t);
      test.clock.advance(LONG_AGO_MS);
      // With the password, as there is no factor yet.
      await page.getByRole('button', { name: t['totp.begin']! }).click();
      const dialog = page.getByRole('dialog', { name: t['recent.title']! });
      await dialog.waitFor();
      await inspect(page, `${language}-recent-proof`);
      await page.keyboard.press('Escape');
      await page.getByRole('alert').getByText(t['problem.recent_sign_in_required']!).waitFor();
      await page.getByRole('button', { name: t['totp.begin']! }).click();
      await dialog.getByLabel(t['field.password']!).fill('not the password');
      await page.keyboard.press('Enter');
      await dialog.getByRole('alert').getByText(t['problem.password_incorrect']!).waitFor();
      await dialog.getByLabel(t['field.password']!).fill(PASSWORD);
      await page.keyboard.press('Enter');
      await page.getByRole('img', { name: t['totp.qr']! }).waitFor();
      await page.getByRole('button', { name: t.cancel! }).click();
      const secret = await setUpApp(page, t);

      test.clock.advance(LONG_AGO_MS);
      await page.getByRole('button', { name: t['totp.remove']! }).click();
      await page.getByRole('dialog').getByRole('button', { name: t['totp.remove']! }).click();
      await dialog.getByLabel(t['field.totp']!).waitFor();
      await page.keyboard.type(nextCode(secret));
      await page.keyboard.press('Enter');
      await page.getByText(t['totp.removed']!).waitFor();
      await page.getByText(t['totp.off']!).waitFor();
      assert.deepEqual(faults, []);
      await context.close();
    });
  }

  const t = texts.en;

  it('leads back to the password when the second step takes too long', async () => {
    const email = 'slow@example.com';
    await createUser(test, { email });
    const { context, page, faults } = await open('en');
    await signInByForm(page, app, email, t);
    await openSecurity(page, t);
    const secret = await setUpApp(page, t);
    await signOut(page, t);
    await enterPassword(page, app, email, t);
    await page.getByLabel(t['field.totp']!).waitFor();
    test.clock.advance(LONG_AGO_MS);
    await page.getByLabel(t['field.totp']!).fill(nextCode(secret));
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText(t['problem.invalid_challenge']!).waitFor();
    await page.getByLabel(t['field.password']!).waitFor();
    await inspect(page, 'challenge-expired');
    assert.deepEqual(faults, []);
    await context.close();
  });

  it('adds, renames and removes passkeys, and signs in with them', async () => {
    const email = 'passkeys@example.com';
    await createUser(test, { email });
    const { context, page, faults } = await open('en');
    const devtools = await context.newCDPSession(page);
    await devtools.send('WebAuthn.enable');
    const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        ...{ protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true },
        ...{ isUserVerified: true, automaticPresenceSimulation: true },
      },
    });
    await signInByForm(page, app, email, t);
    await openSecurity(page, t);
    await page.getByLabel(t['passkeys.name']!).fill('Laptop');
    await page.getByRole('button', { name: t['passkeys.add']! }).click();
    await page.getByText(t['passkeys.added']!).waitFor();
    await page.getByRole('button', { name: t['passkeys.add']! }).click();
    await page.getByRole('alert').getByText(t['problem.passkey_exists']!).waitFor();
    await page.getByRole('button', { name: `${t['passkeys.rename']}: Laptop` }).click();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('Desk');
    await page.keyboard.press('Enter');
    await page.getByText('Desk', { exact: true }).waitFor();
    await inspect(page, 'passkeys');

    await signOut(page, t);
    await page.getByRole('button', { name: t['signIn.passkey']! }).click();
    await page.getByRole('button', { name: t['nav.signOut']! }).waitFor();
    // Beside the password, a passkey is the second factor.
    await signOut(page, t);
    await enterPassword(page, app, email, t);
    await inspect(page, 'second-factor-passkey');
    await page.getByRole('button', { name: t['proof.passkey']! }).click();
    await page.getByRole('button', { name: t['nav.signOut']! }).waitFor();
    // A sign-in that is not recent is proven again.
    await openSecurity(page, t);
    test.clock.advance(LONG_AGO_MS);
    await page.getByRole('button', { name: `${t.remove}: Desk` }).click();
    await page.getByRole('dialog').getByRole('button', { name: t.remove! }).click();
    await page
      .getByRole('dialog', { name: t['recent.title']! })
      .getByRole('button', { name: t['proof.passkey']! })
      .click();
    await page.getByText('Desk', { exact: true }).waitFor({ state: 'detached' });

    await signOut(page, t);
    await page.getByRole('button', { name: t['signIn.passkey']! }).click();
    await page.getByRole('alert').getByText(t['problem.invalid_credentials']!).waitFor();
    await devtools.send('WebAuthn.clearCredentials', { authenticatorId });
    await page.getByRole('button', { name: t['signIn.passkey']! }).click();
    await page.getByRole('alert').getByText(t['passkey.cancelled']!).waitFor();
    assert.deepEqual(faults, []);
    await context.close();
  });
});
