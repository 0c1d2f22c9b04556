/** The pages for companies in the account app, in Chromium: domains, company sign-in with a real provider, and policies. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { freePort } from '../../../dev/free-port.ts';
import { codeAt } from '../../../scripts/demo/one-time-codes.ts';
import { LANGUAGES, openBrowser, signInByForm, type Texts, texts } from '../../../test/browser/app.ts';
import { inspect, launchChromium, tabTo } from '../../../test/browser/chromium.ts';
import { createSignedInUser, PASSWORD, type SignedInUser, type TestService } from '../../../test/service.ts';
import { MINUTE_MS } from '../../platform/clock.ts';
import { type LocalPerson, type LocalProvider, startLocalProvider } from '../accounts/providers/local-provider.ts';
import { CLIENT } from '../accounts/providers/testing/scene.ts';
import { addTotp } from '../accounts/testing/authenticator-app.ts';
import { createScene, type Scene } from '../organizations/testing/scene.ts';
import { startWithZone, type Zone } from './testing/zone.ts';

describe('the pages for companies', { timeout: 600_000 }, () => {
  let test: TestService;
  let zone: Zone;
  let browser: Browser;
  let origin: string;
  let app: string;
  const providers: LocalProvider[] = [];
  before(async () => {
    const port = await freePort();
    origin = `http://localhost:${port}`;
    app = `${origin}/app`;
    ({ test, zone } = await startWithZone({ port, schedules: false, env: { API_URL: origin, APP_URL: '' } }));
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    await test?.close();
    await zone?.close();
    for (const provider of providers) await provider.close();
  });

  async function createSpeaker(locale: string, email?: string): Promise<SignedInUser> {
    const user = await createSignedInUser(test, email === undefined ? {} : { email });
    await speak(user, locale);
    return user;
  }
  const speak = ({ accessToken: token }: SignedInUser, locale: string) =>
    test.request('/v1/users/me', { method: 'PATCH', token, body: { locale } });

  /** A provider that knows these people, for the organization. */
  async function providerFor({ id }: Scene, people: readonly LocalPerson[]): Promise<LocalProvider> {
    const redirectUri = `${origin}/v1/sessions/provider/company-${id}/callback`;
    const provider = await startLocalProvider({ port: 0, ...CLIENT, redirectUri, people });
    providers.push(provider);
    return provider;
  }
  const pageOf = ({ id }: Scene, name: string) => `${app}/organizations/${id}/${name}`;

  async function choose(page: Page, person: RegExp): Promise<void> {
    await page.getByRole('heading', { name: 'Who are you?' }).waitFor();
    await page.getByRole('button', { name: person }).click();
  }

  async function confirm(page: Page, action: string): Promise<void> {
    await page.getByRole('button', { name: action }).first().click();
    await page.getByRole('dialog').getByRole('button', { name: action }).click();
  }

  /** Claims a domain on the page, publishes the record that the page shows, and has it checked. */
  async function proveDomain(page: Page, t: Texts, domain: string, look: (name: string) => Promise<void>) {
    await page.getByLabel(t['domains.domain']!).fill(domain);
    await page.getByRole('button', { name: t['domains.claim']! }).click();
    const card = page.getByRole('region', { name: domain });
    const code = card.locator('code');
    await code.nth(1).waitFor();
    const [name, value] = await code.allTextContents();
    await card.getByRole('button', { name: t['domains.verify']! }).click();
    await card.getByRole('alert').getByText(t['problem.domain_not_proven']!).waitFor();
    await look('domain-claimed');
    await card.getByRole('button', { name: `${t.copy}: ${t['domains.record.value']}` }).click();
    assert.equal(await page.evaluate('navigator.clipboard.readText()'), value);
    zone.records.set(name!, [value!]);
    await card.getByRole('button', { name: t['domains.verify']! }).click();
    await card.getByText(t['domains.verified']!.replace('{domain}', domain)).waitFor();
  }

  // The clock is moved by the tests of policies, which come later: that of the provider is the real one.
  for (const language of LANGUAGES) {
    const t = texts[language];

    it(`set up a company sign-in, from the domain to the first day of a colleague: ${language}`, async () => {
      const owner = await createSpeaker(language);
      const scene = await createScene(test, owner);
      const domain = `engines-${language}.example`;
      const known = await createSpeaker(language, `known@${domain}`);
      const provider = await providerFor(scene, [
        { sub: 'admin', name: 'Admin', email: `admin@${domain}` },
        { sub: 'newcomer', name: 'Newcomer', email: `newcomer@${domain}` },
        { sub: 'known', name: 'Known', email: known.email },
      ]);
      const origins = [origin, provider.url];
      const { context, page, faults } = await openBrowser(browser, language, origins);
      await context.grantPermissions(['clipboard-read', 'clipboard-write']);
      await signInByForm(page, app, owner.email, t);
      await page.goto(`${app}/organizations/${scene.id}`);
      await page.getByRole('link', { name: t['company.title']! }).click();
      await page.getByText(t['domains.none']!).waitFor();
      await page.getByRole('button', { name: t.save! }).waitFor();
      await inspect(page, `${language}-company-empty`);
      await proveDomain(page, t, domain, (name) => inspect(page, `${language}-company-${name}`));

      const redirect = page.getByRole('button', { name: `${t.copy}: ${t['idp.redirect']}` });
      await redirect.click();
      const copied = await page.evaluate('navigator.clipboard.readText()');
      assert.equal(copied, `${origin}/v1/sessions/provider/company-${scene.id}/callback`);
      await page.getByLabel(t['idp.issuer']!).fill('http://login.example.com');
      await page.getByLabel(t['idp.clientId']!).fill(CLIENT.clientId);
      await page.getByLabel(t['idp.clientSecret']!).fill(CLIENT.clientSecret);
      await page.getByRole('button', { name: t.save! }).click();
      await page.getByRole('alert').getByText(t['problem.invalid_issuer']!).waitFor();
      await page.getByLabel(t['idp.issuer']!).fill(provider.url);
      await page.getByRole('button', { name: t.save! }).click();
      await page.getByText(t['idp.state.untested']!).waitFor();
      await inspect(page, `${language}-company-untested`);

      await page.getByRole('button', { name: t['idp.test']! }).click();
      await choose(page, /Cancel/);
      await page.getByRole('alert').getByText(t['problem.provider_access_denied']!).waitFor();
      await page.getByRole('main').getByRole('link', { name: t['company.title']! }).click();
      await page.getByRole('button', { name: t['idp.test']! }).click();
      await choose(page, /Admin/);
      await page.getByText(t['idp.test.passed']!).waitFor();
      await inspect(page, `${language}-company-tested`);
      await page.getByRole('button', { name: `${t.copy}: ${t['idp.address']}` }).click();
      const address = (await page.evaluate('navigator.clipboard.readText()')) as string;

      const newcomer = await openBrowser(browser, language, origins);
      await newcomer.page.goto(address);
      await newcomer.page.getByRole('button', { name: t['signIn.company']! }).waitFor();
      await inspect(newcomer.page, `${language}-company-address`);
      await newcomer.page.getByRole('button', { name: t['signIn.company']! }).click();
      await choose(newcomer.page, /Newcomer/);
      await newcomer.page.getByRole('link', { name: 'Analytical Engines' }).waitFor();
      assert.deepEqual(newcomer.faults, []);
      await newcomer.context.close();

      await confirm(page, t['idp.enforce']!);
      await page.getByText(t['idp.enforced']!).waitFor();
      await inspect(page, `${language}-company-enforced`);
      const colleague = await openBrowser(browser, language, origins);
      await colleague.page.goto(`${app}/sign-in?next=/account/sessions`);
      await colleague.page.getByLabel(t['field.email']!).fill(known.email);
      await colleague.page.getByLabel(t['field.password']!).fill(PASSWORD);
      await colleague.page.keyboard.press('Enter');
      await colleague.page.getByRole('alert').getByText(t['problem.company_sign_in_required']!).waitFor();
      await inspect(colleague.page, `${language}-company-required`);
      await tabTo(colleague.page, 'button', t['signIn.company']!);
      await colleague.page.keyboard.press('Enter');
      await choose(colleague.page, /Known/);
      await colleague.page.getByRole('heading', { name: t['sessions.title']! }).waitFor();
      assert.deepEqual(colleague.faults, []);
      await colleague.context.close();

      await confirm(page, t['idp.allowOthers']!);
      await page.getByText(t['idp.notEnforced']!).waitFor();
      await confirm(page, t['idp.remove']!);
      await page.getByRole('heading', { name: t['idp.new']! }).waitFor();
      assert.deepEqual(faults, []);
      await context.close();
    });
  }

  for (const language of LANGUAGES) {
    const t = texts[language];

    it(`require a second factor, and lead members to it, by keyboard alone: ${language}`, async () => {
      const owner = await createSpeaker(language);
      const scene = await createScene(test, owner);
      const member = await scene.add('member');
      await speak(member, language);
      const { context, page, faults } = await openBrowser(browser, language, [origin]);
      await signInByForm(page, app, owner.email, t);
      await page.goto(pageOf(scene, 'policy'));
      const factor = page.getByLabel(t['policy.factor']!);
      await factor.waitFor();
      await inspect(page, `${language}-policy`);
      await factor.focus();
      await page.keyboard.press('Space');
      await tabTo(page, 'button', t.save!);
      await page.keyboard.press('Enter');
      await page.getByRole('alert').getByText(t['problem.organization_second_factor_required']!).waitFor();
      await inspect(page, `${language}-policy-not-satisfied`);

      const secret = await addTotp(test, owner);
      test.clock.advance(MINUTE_MS);
      await tabTo(page, 'button', t.save!);
      await page.keyboard.press('Enter');
      const dialog = page.getByRole('dialog', { name: t['recent.title']! });
      await dialog.getByLabel(t['field.totp']!).waitFor();
      await page.keyboard.type(codeAt(secret, test.clock.now()));
      await page.keyboard.press('Enter');
      await page.getByText(t['policy.saved']!).waitFor();
      assert.equal(await factor.isChecked(), true);

      const other = await openBrowser(browser, language, [origin]);
      await signInByForm(other.page, app, member.email, t);
      await other.page.goto(`${app}/organizations/${scene.id}`);
      await other.page.getByRole('alert').getByText(t['problem.organization_second_factor_required']!).waitFor();
      await inspect(other.page, `${language}-policy-refused`);
      await tabTo(other.page, 'button', t['recent.title']!);
      await other.page.keyboard.press('Enter');
      await tabTo(other.page, 'link', t['security.title']!);
      await other.page.keyboard.press('Enter');
      await other.page.getByRole('button', { name: t['totp.begin']! }).click();
      await other.page.getByRole('img', { name: t['totp.qr']! }).waitFor();
      const theirs = (await other.page.locator('section code').first().textContent())!;
      await other.page.getByLabel(t['field.totp']!).fill(codeAt(theirs, test.clock.now()));
      await other.page.keyboard.press('Enter');
      await other.page.getByText(t['totp.added']!).waitFor();
      await other.page.getByRole('link', { name: t['nav.organizations']! }).click();
      await other.page.getByRole('link', { name: 'Analytical Engines' }).click();
      await other.page.getByLabel(t['organization.slug']!).waitFor();
      assert.deepEqual([faults, other.faults], [[], []]);
      await other.context.close();
      await context.close();
    });

    it(`ask for another proof where the last one is too old, and go on: ${language}`, async () => {
      const owner = await createSpeaker(language);
      const scene = await createScene(test, owner);
      const { context, page, faults } = await openBrowser(browser, language, [origin]);
      await signInByForm(page, app, owner.email, t);
      await page.goto(pageOf(scene, 'policy'));
      await page.getByLabel(t['policy.age']!).selectOption('60');
      await page.getByLabel(t['policy.inviters']!).selectOption('owners');
      await page.getByRole('button', { name: t.save! }).click();
      await page.getByText(t['policy.saved']!).waitFor();
      test.clock.advance(61 * MINUTE_MS);
      await page.goto(`${app}/organizations/${scene.id}`);
      await page.getByRole('alert').getByText(t['problem.organization_sign_in_required']!).waitFor();
      await inspect(page, `${language}-policy-too-old`);
      await page.getByRole('button', { name: t['recent.title']! }).click();
      const dialog = page.getByRole('dialog', { name: t['recent.title']! });
      await dialog.getByLabel(t['field.password']!).fill(PASSWORD);
      await page.keyboard.press('Enter');
      await page.getByLabel(t['organizations.name']!).waitFor();

      // A change waits for the proof, and is not lost.
      test.clock.advance(61 * MINUTE_MS);
      await page.getByLabel(t['organizations.name']!).fill('Difference Engines');
      await page.getByRole('button', { name: t.save! }).click();
      await dialog.getByLabel(t['field.password']!).fill(PASSWORD);
      await page.keyboard.press('Enter');
      await page.getByText(t['account.saved']!).waitFor();
      const { body } = await scene.as(await freshly(owner), '');
      assert.equal(body.name, 'Difference Engines');
      assert.deepEqual(faults, []);
      await context.close();
    });
  }

  async function freshly({ email, password }: SignedInUser): Promise<SignedInUser> {
    const { body } = await test.request('/v1/sessions', { body: { email, password } });
    return { ...body, email, password };
  }
});
