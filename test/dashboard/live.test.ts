// A page of the dashboard in a real browser: it keeps itself fresh, and leaves the reader's hands alone.
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type House, openHouse } from './house.js';
import { calm, report } from './people.js';

const QUIET = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];

describe('a page of the dashboard', () => {
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let house: House;
  let users = 3;
  const complaints: string[] = [];

  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', ...QUIET],
    });
  });
  afterAll(() => browser.close());

  beforeEach(async () => {
    users = 3;
    const rooms = Array.from({ length: 60 }, (_, index) => ({ channel: `/classes/${index}`, count: 1 }));
    house = await openHouse({
      report: { ...report, channels: async () => rooms },
      status: async () => ({ ...calm, users }),
    });
    context = await browser.newContext({
      httpCredentials: { username: 'admin', password: 'open sesame' },
      viewport: { width: 800, height: 500 },
    });
    page = await context.newPage();
    // The page's clock is ours: five seconds pass when the test says so.
    await page.clock.install();
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
  });
  afterEach(async () => {
    await context.close();
    await house.close();
    expect(complaints.splice(0)).toEqual([]);
  });

  const pass = () => page.clock.runFor(5000);
  const online = () => page.locator('.card dd').first();
  /** Lets the page fetch itself once, and waits until it has. */
  const refresh = async () => {
    const fetched = page.waitForResponse((response) => response.url() === page.url());
    await pass();
    await (await fetched).finished();
  };

  it('shows what is new every five seconds, and says it to those who listen', async () => {
    await page.goto(`${house.home}/`);
    users = 4;
    await pass();
    await online().getByText('4').waitFor();
    expect(await page.locator('#spoken').textContent()).toBe('4 users online');
  });

  it('keeps the place and the focus of the reader', async () => {
    await page.goto(`${house.home}/`);
    await page.locator('a[href$="/classes/40"]').first().focus();
    const before = await page.evaluate('scrollY');
    users = 4;
    await pass();
    await page.locator('.card dd').first().getByText('4').waitFor({ state: 'attached' });
    expect(before).toBeGreaterThan(500);
    expect(await page.evaluate('scrollY')).toBe(before);
    expect(await page.evaluate('document.activeElement.href')).toContain('/classes/40');
  });

  it('keeps what the reader has typed', async () => {
    await page.goto(`${house.home}/log`);
    await page.getByLabel('Channel').fill('/lessons');
    await pass();
    expect(await page.evaluate('document.activeElement.name')).toBe('channel');
    await page.getByRole('link', { name: 'Overview' }).focus();
    await refresh();
    expect(await page.getByLabel('Channel').inputValue()).toBe('/lessons');
  });

  it('stops when told to, and remembers', async () => {
    await page.goto(`${house.home}/`);
    const button = page.getByRole('button', { name: 'Live' });
    expect(await button.getAttribute('aria-pressed')).toBe('true');
    await button.click();
    expect(await button.getAttribute('aria-pressed')).toBe('false');
    await page.reload();
    expect(await button.getAttribute('aria-pressed')).toBe('false');
    users = 4;
    await pass();
    expect(await online().textContent()).toContain('3');
    await button.click();
    await refresh();
    await online().getByText('4').waitFor();
  });

  it('says when the server does not answer, and goes on when it does', async () => {
    await page.goto(`${house.home}/`);
    await context.setOffline(true);
    await pass();
    await page.locator('#live.late').waitFor();
    await context.setOffline(false);
    await refresh();
    await page.locator('#live.on').waitFor();
    expect(complaints.splice(0)).toEqual([expect.stringContaining('ERR_INTERNET_DISCONNECTED')]);
  });

  it('can be read without JavaScript', async () => {
    const plain = await browser.newContext({
      javaScriptEnabled: false,
      httpCredentials: { username: 'admin', password: 'open sesame' },
    });
    const still = await plain.newPage();
    await still.goto(`${house.home}/`);
    expect(await still.getByRole('button', { name: 'Live' }).count()).toBe(0);
    await still.getByRole('searchbox').fill('1');
    await still.getByRole('button', { name: 'Find' }).click();
    expect(await still.getByRole('heading', { level: 1 }).textContent()).toContain('ann');
    await plain.close();
  });
});
