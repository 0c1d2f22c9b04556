/** Signing in with the identity provider of `npm start` in Chromium. Screenshots go to `artifacts/`. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { type DevelopmentService, startDevelopmentService } from '../../scripts/clients/service.ts';
import { launchChromium, SCREENSHOTS } from './chromium.ts';

describe('a sign-in with the local identity provider', { timeout: 240_000 }, () => {
  let service: DevelopmentService;
  let browser: Browser;
  before(async () => {
    service = await startDevelopmentService({ ownPages: true });
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    await service?.stop();
  });

  async function choose(page: Page, person: RegExp): Promise<void> {
    await page.goto(`${service.apiUrl}/sign-in/local`);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('heading', { name: 'Who are you?' }).waitFor();
    await page.screenshot({ path: `${SCREENSHOTS}/choose-a-person.png` });
    await page.getByRole('button', { name: person }).click();
    await page.waitForURL(`${service.apiUrl}/sign-in/provider?**`);
  }

  it('leads there and back, and ends in a session', async () => {
    const page = await browser.newPage();
    await choose(page, /Grace/);
    assert.match(await page.getByLabel('Code').inputValue(), /^[A-Za-z0-9_-]{43}$/);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('You are signed in.').waitFor();
    assert.match((await page.locator('pre code').textContent()) ?? '', /grace@local\.example/);
    await page.screenshot({ path: `${SCREENSHOTS}/signed-in-with-a-provider.png` });
  });

  it('registers nobody without an address, and says so', async () => {
    const page = await browser.newPage();
    await choose(page, /Without Address/);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'The identity provider does not vouch for an address' }).waitFor();
  });

  it('comes back with a name for it when the person cancels', async () => {
    const page = await browser.newPage();
    await choose(page, /Cancel/);
    assert.equal(new URL(page.url()).searchParams.get('error'), 'provider_access_denied');
  });

  it('is worth nothing in another browser', async () => {
    const page = await browser.newPage();
    await choose(page, /Ada/);
    const other = await (await browser.newContext()).newPage();
    await other.goto(page.url());
    await other.getByRole('button', { name: 'Sign in' }).click();
    await other.getByText('Start again, in this browser.').waitFor();
  });
});
