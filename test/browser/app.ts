/** The account app as a person has it open in Chromium. */
import { readFileSync } from 'node:fs';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { PASSWORD } from '../service.ts';

export type Texts = Readonly<Record<string, string>>;
export const LANGUAGES = ['en', 'de'] as const;
export const texts = Object.fromEntries(
  LANGUAGES.map((language) => [
    language,
    JSON.parse(readFileSync(`web/src/messages/${language}.json`, 'utf8')) as Texts,
  ]),
) as Record<(typeof LANGUAGES)[number], Texts>;

export interface OpenBrowser {
  context: BrowserContext;
  page: Page;
  /** What its pages report as errors, but for refusals that the API answers, and requests to anywhere else than `origins`. */
  faults: string[];
}

/** A browser of somebody's own. */
export async function openBrowser(browser: Browser, locale: string, origins: readonly string[]): Promise<OpenBrowser> {
  const context = await browser.newContext({ locale });
  context.setDefaultTimeout(8_000);
  const faults: string[] = [];
  context.on('weberror', (error) => faults.push(String(error.error())));
  context.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith('data:') && !origins.some((own) => url.startsWith(own))) faults.push(`asks ${url}`);
  });
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of (4\d\d|503)|ERR_/.test(message.text())) faults.push(message.text());
  });
  return { context, page, faults };
}

/** Gives the first proof: the password. */
export async function enterPassword(page: Page, app: string, email: string, t: Texts): Promise<void> {
  await page.goto(`${app}/sign-in`);
  await page.getByLabel(t['field.email']!).fill(email);
  await page.getByLabel(t['field.password']!).fill(PASSWORD);
  await page.getByRole('button', { name: t['signIn.button']!, exact: true }).click();
}

export async function signInByForm(page: Page, app: string, email: string, t: Texts): Promise<void> {
  await enterPassword(page, app, email, t);
  await page.getByRole('button', { name: t['nav.signOut']! }).waitFor();
}

export async function signOut(page: Page, t: Texts): Promise<void> {
  await page.getByRole('button', { name: t['nav.signOut']! }).click();
  await page.getByRole('heading', { name: t['signIn.title']!, exact: true }).waitFor();
}
