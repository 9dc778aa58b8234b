// The buttons of the dashboard in a real browser: they ask first, they work without JavaScript, and for no other site.
import type { Page } from 'playwright-core';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { openHouse } from '../dashboard/house.js';
import { reportWith } from '../dashboard/people.js';
import { openBrowser } from '../support/browser.js';
import { listen, portOf } from '../support/servers.js';

const LOGIN = { httpCredentials: { username: 'admin', password: 'open sesame' } };

async function open(script: boolean) {
  const done: unknown[] = [];
  let gone = false;
  const { user: seen } = reportWith({});
  const report = reportWith({
    user: async (uid) => {
      const user = await seen(uid);
      return user && gone ? { ...user, presences: [] } : user;
    },
  });
  const kick = async (whom: unknown) => {
    gone = true;
    return done.push(whom);
  };
  const house = await openHouse({ report, actions: { kick, revoke: async (uid) => done.push(`revoke ${uid}`) } });
  onTestFinished(() => house.close());
  const browser = await openBrowser();
  const context = await browser.newContext({ ...LOGIN, javaScriptEnabled: script });
  return { done, house, context, page: await context.newPage() };
}

const answerWith = (page: Page, yes: boolean): string[] => {
  const asked: string[] = [];
  page.on('dialog', (dialog) => {
    asked.push(dialog.message());
    void (yes ? dialog.accept() : dialog.dismiss());
  });
  return asked;
};

describe('a button of the dashboard', () => {
  it('asks, and sends ann away when the answer is yes', async () => {
    const { done, house, page } = await open(true);
    const asked = answerWith(page, true);
    await page.goto(`${house.home}/users/1`);
    await page.getByRole('button', { name: 'Send away', exact: true }).click();
    await page.getByText('offline', { exact: true }).waitFor();
    expect(asked).toEqual(['Send ann away?']);
    expect(done).toEqual(['1']);
    await page.getByRole('button', { name: 'Send away and revoke tokens' }).click();
    await vi.waitFor(() => expect(done).toEqual(['1', 'revoke 1']));
    expect(page.url()).toBe(`${house.home}/users/1`);
  });

  it('does nothing when the answer is no', async () => {
    const { done, house, page } = await open(true);
    const asked = answerWith(page, false);
    await page.goto(`${house.home}/rooms?name=/classes/4`);
    await page.getByRole('button', { name: 'Send everyone away' }).click();
    await vi.waitFor(() => expect(asked).toEqual(['Send everyone in /classes/4 away?']));
    await page.reload();
    expect(done).toEqual([]);
  });

  it('works without JavaScript, and comes back to its page', async () => {
    const { done, house, page } = await open(false);
    await page.goto(`${house.home}/users/1`);
    await page.getByRole('button', { name: 'Send away', exact: true }).click();
    await page.getByText('offline', { exact: true }).waitFor();
    expect([page.url(), done]).toEqual([`${house.home}/users/1`, ['1']]);
  });

  it('is of no use to another site, which the browser lends the login', async () => {
    const { done, house, page } = await open(true);
    await page.goto(`${house.home}/users/1`);
    const token = await page.getAttribute('meta[name=csrf-token]', 'content');
    const evil = await listen((_request, response) =>
      response.setHeader('content-type', 'text/html').end(`<!doctype html><title>evil</title>
        <form method="post" action="${house.home}/api/kick"><input name="uid" value="1"><input name="token" value="${token}"></form>`),
    );
    onTestFinished(() => {
      evil.closeAllConnections();
      evil.close();
    });
    for (const host of ['127.0.0.1', 'localhost']) {
      await page.goto(`http://${host}:${portOf(evil)}/`);
      const [answer] = await Promise.all([
        page.waitForResponse(/api\/kick/),
        page.evaluate(`document.forms[0].submit()`),
      ]);
      expect(answer.status()).toBe(403);
      await page.waitForURL(/api\/kick/);
    }
    expect(done).toEqual([]);
  });
});
