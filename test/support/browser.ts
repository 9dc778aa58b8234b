// A real browser: Debian's Chromium, driven by Playwright, without a word to the outside.
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { ROOT } from '../../lib/root.js';
import { chromium as findChromium } from '../../scripts/chromium.mjs';

const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** @throws when there is no Chromium; `npm test` installs it, or says how */
export async function openBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (!executablePath) throw new Error('no Chromium: run `node scripts/services.mjs`, or set CHROMIUM to its path');
  const browser = await chromium.launch({ executablePath, args: QUIET });
  onTestFinished(() => browser.close());
  return browser;
}

/** Takes the pictures of the README, when it is asked for: `npm run screenshots`. */
export async function picture(page: Page, name: string): Promise<void> {
  if (process.env.SCREENSHOTS) await page.screenshot({ path: join(ROOT, 'docs', `${name}.png`) });
}

/** A page whose script errors and console errors fail the test that looks at them. */
export async function openPage(
  context: Browser | BrowserContext,
  url: string,
): Promise<Page & { readonly errors: string[] }> {
  const page = await context.newPage();
  await page.setViewportSize({ width: 1000, height: 560 });
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  await page.goto(url);
  return Object.assign(page, { errors });
}
