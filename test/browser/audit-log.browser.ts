/** The audit log of an organization in Chromium, in both languages: filters and the file. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { DAY_MS } from '../../app/platform/clock.ts';
import { freePort } from '../../dev/free-port.ts';
import { entitle } from '../entitled.ts';
import { createUser, signIn as signInByApi, startTestService, type TestService } from '../service.ts';
import { LANGUAGES, openBrowser, signInByForm, texts } from './app.ts';
import { inspect, launchChromium } from './chromium.ts';

describe('the audit log', { timeout: 300_000 }, () => {
  let test: TestService;
  let browser: Browser;
  let origin: string;
  before(async () => {
    const port = await freePort();
    origin = `http://localhost:${port}`;
    test = await startTestService({ port, schedules: false, env: { API_URL: origin, APP_URL: '' } });
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    await test?.close();
  });

  for (const language of LANGUAGES)
    it(`is filtered and exported: ${language}`, async () => {
      const t = texts[language];
      const { email, password } = await createUser(test);
      const { accessToken: token } = await signInByApi(test, email, password);
      await test.request('/v1/users/me', { method: 'PATCH', token, body: { locale: language } });
      const { body } = await test.request('/v1/organizations', { token, body: { name: 'Harbour' } });
      const path = `/v1/organizations/${body.id}`;
      await test.request(path, { method: 'PATCH', token, body: { name: 'Harbour Lights' } });
      const { context, page, faults } = await openBrowser(browser, language, [origin]);
      await signInByForm(page, `${origin}/app`, email, t);
      await page.goto(`${origin}/app/organizations/${body.id}/audit-log`);
      await page.getByRole('rowheader', { name: 'organization.created' }).waitFor();
      await page.getByRole('rowheader', { name: 'organization.updated' }).waitFor();
      await inspect(page, `${language}-audit-log`);
      await page.getByLabel(t['auditLog.action']!).fill('organization.updated');
      await page
        .getByLabel(t['auditLog.from']!)
        .fill(new Date(test.clock.now().getTime() - DAY_MS).toISOString().slice(0, 10));
      await page.keyboard.press('Enter');
      await page.getByRole('rowheader', { name: 'organization.created' }).waitFor({ state: 'detached' });
      await page.getByRole('rowheader', { name: 'organization.updated' }).waitFor();
      // A product may have removed billing, and then every plan includes it.
      const exports = page.getByRole('button', { name: t['auditLog.export.button']! });
      if ('billing' in test.service) {
        await exports.click();
        await page.getByRole('alert').getByText(t['problem.feature_not_included']!).waitFor();
        await inspect(page, `${language}-audit-log-plan`);
        await entitle(test, body.id);
      }
      const [download] = await Promise.all([page.waitForEvent('download'), exports.click()]);
      const lines = readFileSync((await download.path())!, 'utf8')
        .trim()
        .split('\n');
      assert.deepEqual(
        lines.map((line) => JSON.parse(line).action),
        ['organization.updated'],
      );
      assert.deepEqual(faults, []);
      await context.close();
    });
});
