/** The search of `/docs` and the console of development in Chromium, with the keyboard and the eyes of a person. Screenshots go to `artifacts/`. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { createUser, startTestService, type TestService } from '../service.ts';
import { launchChromium, SCREENSHOTS } from './chromium.ts';

const PHONE = { width: 320, height: 700 };
const DESKTOP = { width: 1_280, height: 900 };

describe('pages for people who build on it', { timeout: 240_000 }, () => {
  let service: TestService;
  let browser: Browser;
  let page: Page;
  const faults: string[] = [];
  before(async () => {
    service = await startTestService({ env: { APP_ENV: 'development' } });
    browser = await launchChromium();
    page = await browser.newPage({ viewport: DESKTOP });
    page.setDefaultTimeout(20_000);
    // A violation of the policy, or an error in a script.
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
    page.on('pageerror', (error) => faults.push(String(error)));
    page.on('request', (request) => request.url().startsWith(service.url) || faults.push(request.url()));
  });
  after(async () => {
    await browser?.close();
    await service?.close();
  });

  /** Narrow and wide, light and dark. Fails if the page is wider than the screen. */
  async function pictures(name: string): Promise<void> {
    for (const viewport of [PHONE, DESKTOP]) {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.setViewportSize(viewport);
        await page.emulateMedia({ colorScheme });
        await page.screenshot({ path: `${SCREENSHOTS}/${name}-${viewport.width}-${colorScheme}.png` });
        const over = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
        assert.ok((over as number) <= 0, `${name} is wider than ${viewport.width}`);
      }
    }
    await page.emulateMedia({ colorScheme: 'light' });
  }

  it('the search finds operations by what one would type, and hides the others', async () => {
    await page.goto(`${service.url}/docs`);
    const searched: [string, string][] = [
      ['login', 'createSession'],
      ['cancel', 'updateSubscription'],
      ['idempotency', 'createApiKey'],
      ['weak_password', 'createUser'],
    ];
    const ids = await page.evaluate("[...document.querySelectorAll('article.operation')].map(({ id }) => id)");
    const there = new Set(ids as string[]);
    assert.ok(there.size > 10, `only ${there.size} operations`);
    for (const [words, id] of searched.filter(([, each]) => there.has(each))) {
      await page.keyboard.press('/');
      const filter = page.getByRole('searchbox');
      await filter.fill(words);
      const shown = await page.locator('article.operation:visible').count();
      assert.ok(await page.locator(`article[id="${id}"]`).isVisible(), words);
      assert.ok(shown > 0 && shown < there.size / 2, `${words} shows ${shown}`);
      if (words === 'login') await pictures('docs-search');
      await page.setViewportSize(DESKTOP);
      await filter.fill('');
      await page.locator('body').click({ position: { x: 640, y: 5 } });
    }
    await page.getByRole('searchbox').fill('no-such-word');
    assert.ok(await page.getByText('Nothing matches.').isVisible());
    assert.equal(await page.locator('article.operation:visible').count(), 0);
    assert.deepEqual(faults, []);
  });

  it('the console signs in, fills in examples, sends, and shows status, headers and body as text', async () => {
    const { email, password } = await createUser(service);
    await page.goto(`${service.url}/console#updateMe`);
    await page.getByLabel('Email address').fill(email);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText(`Signed in as ${email}`).waitFor();
    assert.match(await page.getByLabel('Body').inputValue(), /^\{\n {2}"/, 'the example is there');
    await page.getByLabel('Body').fill('{"name": "<b>Ada</b>"}');
    await page.getByRole('button', { name: 'Send' }).click();
    const answer = page.locator('#console-answer');
    await answer.getByText('200').first().waitFor();
    assert.equal(JSON.parse(await page.locator('#answer-body').innerText()).name, '<b>Ada</b>');
    await answer.getByText('Headers').click();
    assert.match(await page.locator('#answer-headers').innerText(), /x-request-id: /);
    await pictures('console');
    assert.deepEqual(faults, []);

    await page.setViewportSize(DESKTOP);
    await page.getByLabel('Body').fill('{');
    await page.getByRole('button', { name: 'Send' }).click();
    await answer.getByText('400').first().waitFor();
    assert.match(await page.locator('#answer-body').innerText(), /malformed_json/);
  });
});
