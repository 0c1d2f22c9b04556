/** Signing in by email with the account app, in Chromium: in the browser that asked, in another one, and by the code. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { freePort } from '../../dev/free-port.ts';
import { createUser, startTestService, type TestService } from '../service.ts';
import { inspect, launchChromium } from './chromium.ts';

const texts = JSON.parse(readFileSync('web/src/messages/en.json', 'utf8')) as Record<string, string>;

describe('signing in by email with the account app', { timeout: 240_000 }, () => {
  let test: TestService;
  let browser: Browser;
  let app: string;
  before(async () => {
    const port = await freePort();
    const API_URL = `http://localhost:${port}`;
    test = await startTestService({ port, env: { API_URL, APP_URL: '', EMAIL_LINK_SIGN_IN: 'true' } });
    app = `${API_URL}/app`;
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    await test?.close();
  });

  const open = async (): Promise<Page> => (await browser.newContext({ locale: 'en' })).newPage();
  const press = (page: Page, text: string) => page.getByRole('button', { name: texts[text]! }).click();
  const isIn = (page: Page) => page.getByRole('button', { name: texts['nav.signOut']! }).waitFor();

  /** Asks for a link in a browser. @returns the link and the code of the email */
  async function ask(page: Page) {
    const { email } = await createUser(test);
    await page.goto(`${app}/sign-in/email-link`);
    await page.getByLabel(texts['field.email']!).fill(email);
    await press(page, 'emailLink.button');
    const { text } = await test.mail(email, /^Sign in to/);
    return { link: /http:\S+\/sign-in\/email-link\?token=\S+/.exec(text)![0], code: /\b\d{6}\b/.exec(text)![0] };
  }

  it('follows the link by a button, in the browser that asked for it only', async () => {
    const page = await open();
    const { link } = await ask(page);
    assert.ok(link.startsWith(`${app}/`));
    const other = await open();
    await other.goto(link);
    await press(other, 'signIn.button');
    await other.getByText(texts['problem.other_browser']!).waitFor();
    await inspect(other, 'email-link-in-another-browser');
    await page.goto(link);
    await press(page, 'signIn.button');
    await isIn(page);
  });

  it('takes the code where it was asked for', async () => {
    const page = await open();
    const { code } = await ask(page);
    await page.getByLabel(texts['emailLink.code']!).fill(`${code.slice(0, 3)} ${code.slice(3)}`);
    await inspect(page, 'email-code');
    await press(page, 'signIn.button');
    await isIn(page);
  });
});
