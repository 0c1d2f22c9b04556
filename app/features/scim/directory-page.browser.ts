/** The page of an organization for its directory, in Chromium: tokens, and the roles that groups give. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { freePort } from '../../../dev/free-port.ts';
import { LANGUAGES, openBrowser, signInByForm, texts } from '../../../test/browser/app.ts';
import { inspect, launchChromium, tabTo } from '../../../test/browser/chromium.ts';
import { createSignedInUser } from '../../../test/service.ts';
import { createScene } from '../organizations/testing/scene.ts';
import { type ScimService, scimCall, startScimService } from './testing/scene.ts';

const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';

describe('the page for a directory', { timeout: 300_000 }, () => {
  let scim: ScimService;
  let browser: Browser;
  let origin: string;
  before(async () => {
    const port = await freePort();
    origin = `http://localhost:${port}`;
    scim = await startScimService({ port, env: { API_URL: origin, APP_URL: '' } });
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    await scim?.test.close();
  });

  for (const language of LANGUAGES)
    it(`makes a token, by keyboard alone, and gives a role to a group: ${language}`, async () => {
      const t = texts[language];
      const { test, domains } = scim;
      const owner = await createSignedInUser(test);
      await test.request('/v1/users/me', { method: 'PATCH', token: owner.accessToken, body: { locale: language } });
      const scene = await createScene(test, owner);
      const domain = `directory-${language}.example`;
      domains.give(scene.id, domain);
      const { context, page, faults } = await openBrowser(browser, language, [origin]);
      await signInByForm(page, `${origin}/app`, owner.email, t);
      await page.goto(`${origin}/app/organizations/${scene.id}`);
      await tabTo(page, 'link', t['directory.title']!);
      await page.keyboard.press('Enter');
      await page.getByText(t['scim.tokens.none']!).waitFor();
      await page.getByText(`${origin}/scim/v2`).waitFor();
      await inspect(page, `${language}-directory-empty`);
      await tabTo(page, 'textbox', t['field.name']!);
      await page.keyboard.type('Okta');
      await page.keyboard.press('Enter');
      await page.getByText(t['scim.tokens.secret']!).waitFor();
      const secret = await page.getByRole('status').locator('code').textContent();
      await inspect(page, `${language}-directory-token`);

      const body = { schemas: [USER], userName: `ada@${domain}`, emails: [{ value: `ada@${domain}`, primary: true }] };
      const ada = await scimCall(test, secret!, '/Users', { body });
      assert.equal(ada.status, 201, JSON.stringify(ada.body));
      const group = { schemas: [GROUP], displayName: 'Leads', members: [{ value: ada.body.id }] };
      assert.equal((await scimCall(test, secret!, '/Groups', { body: group })).status, 201);
      await page.reload();
      const role = page.getByLabel(t['members.roleOf']!.replace('{name}', 'Leads'));
      await role.selectOption('admin');
      await page.locator('td select:enabled').waitFor();
      await inspect(page, `${language}-directory`);
      assert.ok(Object.values(await scene.roles()).includes('admin'));

      for (const name of ['Entra ID', 'One more']) {
        await page.getByLabel(t['field.name']!).fill(name);
        await page.getByRole('button', { name: t['scim.tokens.create']! }).click();
        if (name === 'Entra ID') await page.getByRole('rowheader', { name }).waitFor();
      }
      await page.getByRole('alert').getByText(t['problem.too_many_scim_tokens']!).waitFor();
      await page.getByRole('button', { name: `${t.remove}: Okta` }).click();
      await page.getByRole('dialog').getByRole('button', { name: t.remove! }).click();
      await page.getByRole('rowheader', { name: 'Okta' }).waitFor({ state: 'detached' });
      assert.equal((await scimCall(test, secret!, '/Users')).status, 401);
      assert.deepEqual(faults, []);
      await context.close();
    });
});
