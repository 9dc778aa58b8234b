// The built script in a real browser: leaving, coming back, and a server of another origin.
import { readFile } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import type { OnlineClient } from '../../lib/client/index.js';
import { openBrowser, openPage } from '../support/browser.js';
import { auth, CLASS, carol, joins, server, soon } from './pages.js';
import { StockFaye } from './stock_faye.js';

/** What the pages below leave in their window. */
declare const client: OnlineClient;

const names = (): string => client.online.roster.map(({ uname }) => uname).join(' ');

/** A page of ann's that is served by one server and connects to another, or to the same. */
function page({ to = '', before = '' }): string {
  const options = { faye_url: `${to}/faye`, auth_opts: auth };
  return `<!doctype html><title>class</title><link rel="icon" href="data:,"><a href="/file" download>file</a>
    <script>${before}</script>
    <script src="${to}/faye/client.js"></script>
    <script src="/faye-online.js"></script>
    <script>var client = Faye.init_online_client(${JSON.stringify(options)})</script>`;
}

let home: string;

beforeEach(async () => {
  home = server.url.replace('/faye', '');
  server.pages.set('/faye-online.js', await readFile('public/faye-online.js', 'utf8'));
  server.pages.set('/class', page({}));
  server.pages.set('/polling', page({ before: 'delete window.WebSocket' }));
  server.pages.set('/other', '<title>other</title>');
  server.pages.set('/file', 'a file');
});

const left = () => server.on('/faye_online/before_leave');

describe.each([
  ['a WebSocket', '/class', 'websocket'],
  ['long-polling', '/polling', 'http'],
])('a page with %s', (_name, path, by) => {
  it('stays for a download, and says that it may be going when its user goes elsewhere', async () => {
    const ann = await openPage(await openBrowser(), home + path);
    await soon(async () => expect(await ann.evaluate(names)).toBe('ann bob'));
    const [download] = await Promise.all([ann.waitForEvent('download'), ann.click('a')]);
    await download.path();
    server.tell(CLASS, joins(11, carol, 3));
    await soon(async () => expect(await ann.evaluate(names)).toBe('ann bob carol'));
    await soon(async () => expect(await ann.evaluate(() => client.online.state)).toBe('online'));
    await soon(() => expect(server.on('/meta/connect').at(-1)?.by).toBe(by));
    expect([...left(), ...server.on('/meta/disconnect')]).toEqual([]);

    await ann.goto(`${home}/other`);
    await soon(() => expect(left()).toHaveLength(1));
    expect([left()[0]?.by, left()[0]?.auth]).toEqual([by, auth]);
    expect(server.on('/meta/disconnect')).toEqual([]);
    expect(ann.errors).toEqual([]);
  });
});

describe('a server of another origin', () => {
  it('is spoken to through a WebSocket only, which keeps tokens out of URLs', async () => {
    const online = await StockFaye.start();
    for (const [channel, snapshot] of server.snapshots) online.snapshots.set(channel, snapshot);
    server.pages.set('/class', page({ to: online.url.replace('/faye', '') }));
    const ann = await openPage(await openBrowser(), `${home}/class`);
    await soon(async () => expect(await ann.evaluate(names)).toBe('ann bob'));
    expect(new Set(online.received.map(({ by }) => by))).toEqual(new Set(['websocket']));
    expect(ann.errors).toEqual([]);
  });

  it('is waited for until it is there', async () => {
    const online = await StockFaye.start();
    for (const [channel, snapshot] of server.snapshots) online.snapshots.set(channel, snapshot);
    const url = online.url.replace('/faye', '');
    const script = await (await fetch(`${url}/faye/client.js`)).text();
    server.pages.set('/client.js', script);
    server.pages.set('/class', page({ to: url }).replace(`${url}/faye/client.js`, '/client.js'));
    await online.stop();
    const ann = await openPage(await openBrowser(), `${home}/class`);
    await soon(() => expect(ann.errors.join()).toContain('WebSocket connection'));
    await online.begin();
    await soon(async () => expect(await ann.evaluate(names)).toBe('ann bob'));
  });
});

it('a page without client.js is told which script it lacks', async () => {
  server.pages.set('/bare', '<!doctype html><link rel="icon" href="data:,"><script src="/faye-online.js"></script>');
  const ann = await openPage(await openBrowser(), `${home}/bare`);
  await soon(() =>
    expect(ann.errors).toEqual([`faye-online.js needs Faye: put <script src="${home}/client.js"></script> before it`]),
  );
});
