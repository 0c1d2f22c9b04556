/** Chromium for tests, and what every page must fulfil: no violation that axe-core finds, in both schemes, on a phone and on a desktop. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

export const SCREENSHOTS = 'artifacts/screenshots';
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];
const DESKTOP = { width: 1_280, height: 900 };
const NARROW = { width: 320, height: 640 };
const AXE = readFileSync(new URL(import.meta.resolve('axe-core/axe.min.js')), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

export function launchChromium(): Promise<Browser> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });
}

/** Looks at the page as it is now, in light and dark, narrow and wide, and stores a screenshot of each. */
export async function inspect(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const viewport of [NARROW, DESKTOP]) {
      await page.setViewportSize(viewport);
      const where = `${name}-${colorScheme}-${viewport.width}`;
      await page.screenshot({ path: `${SCREENSHOTS}/${where}.png`, fullPage: true });
      const overflow = await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      assert.ok((overflow as number) <= 0, `${where} is wider than the screen`);
      await page.evaluate(AXE);
      const violations = await page.evaluate(
        `axe.run(document, { runOnly: ${JSON.stringify(RULES)} }).then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`,
      );
      assert.deepEqual(violations, [], where);
    }
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
}

/** Presses Tab until an element has the focus. @throws if none of 60 is it */
export async function tabTo(page: Page, role: 'button' | 'link' | 'textbox' | 'combobox', name: string | RegExp) {
  const wanted = page.getByRole(role, { name }).first();
  await wanted.waitFor();
  for (let presses = 0; presses < 60; presses++) {
    if (await wanted.evaluate(hasFocus)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not reach ${role} ${name}`);
}

const hasFocus = (element: unknown) =>
  element === (element as { ownerDocument: { activeElement: unknown } }).ownerDocument.activeElement;
