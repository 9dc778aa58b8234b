// Real pages in a real browser with two servers: they go on with the other when their own dies, and come back to it.
import { readFile } from 'node:fs/promises';
import express from 'express';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { OnlineClient } from '../../lib/client/index.js';
import { openBranches } from '../client/branches.js';
import { openBrowser, openPage } from '../support/browser.js';
import { listen, portOf } from '../support/servers.js';

/** What the pages leave in their window. */
declare const client: OnlineClient;
declare const heard: string[];

const CLASS = '/classes/4';
const soon = (check: () => Promise<void>): Promise<void> => vi.waitFor(check, { timeout: 20_000, interval: 50 });

it('ann and bob lose their server, meet on the other, and go home when they can', async () => {
  const site = express();
  const server = await listen(site);
  onTestFinished(() => void server.close());
  const origin = `http://127.0.0.1:${portOf(server)}`;
  const { urls, home, other } = await openBranches(CLASS, { origins: [origin] });
  const page = (
    uid: number,
    uname: string,
  ): string => `<!doctype html><title>class</title><link rel="icon" href="data:,">
    <script src="/client.js"></script><script src="/faye-online.js"></script>
    <script>
      var heard = [];
      var client = Faye.init_online_client({
        faye_url: ${JSON.stringify(urls)},
        client_opts: { retry: 0.2 },
        auth_opts: { room_channel: '${CLASS}', current_user: { uid: ${uid}, uname: '${uname}' } }
      });
      client.subscribe('${CLASS}', function (data) { heard.push(data.text); });
    </script>`;
  site.get('/ann', (_request, response) => response.send(page(1, 'ann')));
  site.get('/bob', (_request, response) => response.send(page(2, 'bob')));
  const scripts = new Map([
    ['/client.js', await (await fetch(`${home.url}/client.js`)).text()],
    ['/faye-online.js', await readFile('public/faye-online.js', 'utf8')],
  ]);
  for (const [path, script] of scripts) site.get(path, (_request, response) => response.type('js').send(script));

  const browser = await openBrowser();
  const ann = await openPage(browser, `${origin}/ann`);
  const bob = await openPage(browser, `${origin}/bob`);
  const names = (): string =>
    client.online.roster
      .map(({ uname }) => uname)
      .sort()
      .join(' ');
  const together = async (): Promise<void> => {
    await soon(async () =>
      expect([await ann.evaluate(names), await bob.evaluate(names)]).toEqual(['ann bob', 'ann bob']),
    );
  };
  await together();
  expect((await home.online.status()).users).toBe(2);

  await home.stop();
  await soon(async () => expect((await other.online.status()).users).toBe(2));
  await together();
  await ann.evaluate(() => void client.publish('/classes/4', { text: 'here we are' }));
  await soon(async () => expect(await bob.evaluate(() => heard)).toEqual(['here we are']));

  await home.begin();
  await soon(async () => expect((await home.online.status()).users).toBe(2));
  await soon(async () => expect((await other.online.status()).users).toBe(0));
  await together();
  await ann.evaluate(() => void client.publish('/classes/4', { text: 'at home' }));
  await soon(async () => expect(await bob.evaluate(() => heard)).toEqual(['here we are', 'at home']));
  expect(await ann.evaluate(() => client.online.state)).toBe('online');
});
