// Every page of the dashboard in a real browser, with names that would like to be scripts: none runs, and none even tries.
import type { BrowserContext, Page } from 'playwright-core';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Present } from '../../lib/domain.js';
import { uidText } from '../../lib/identity/names.js';
import type { LogEntry } from '../../lib/report.js';
import { type House, openHouse } from '../dashboard/house.js';
import { calm, NOON, reportWith } from '../dashboard/people.js';
import { openBrowser } from '../support/browser.js';
import { HOSTILE_NAMES } from '../support/hostile_names.js';

/** In the places where the dashboard puts them: headings, links, inputs, titles, questions. */
const MORE = [
  ...[
    '"><script>alert(1)</script>',
    '" autofocus onfocus="alert(1)',
    '" formaction="javascript:alert(1)',
    '" style="x:1',
  ],
  ...['</title><script>alert(1)</script>', '</textarea><img src=x onerror=alert(1)>', '</main><main data-spoken="x">'],
  ...[
    '<base href="//evil.example/">',
    '<meta http-equiv=refresh content="0;url=//evil.example">',
    '<link rel=stylesheet href=//evil.example>',
  ],
  ...[
    '<form action=//evil.example><input name=token>',
    '<button formaction=//evil.example>',
    '<math><mi xlink:href="javascript:alert(1)">',
  ],
  ...[
    '<object data="javascript:alert(1)">',
    '<embed src=//evil.example>',
    '<body onload=alert(1)>',
    '<details open ontoggle=alert(1)>',
  ],
  ...[
    '<template><script>alert(1)</script></template>',
    '<noscript><img src=x onerror=alert(1)></noscript>',
    '//evil.example/%2e%2e',
  ],
  ...['../../api/kick', '?uid=1&uid=2', '#main', '/\\evil.example', '\\', '%', '%00', '%0d%0aSet-Cookie: a=1'],
];
/** No longer than a name may be, but otherwise as they are, as if nothing had cleaned them on their way. */
const NAMES = [...new Set([...HOSTILE_NAMES, ...MORE].map((name) => [...name].slice(0, 64).join('')))];

/** Those that a browser could take for more than letters. */
const MARKUP = NAMES.filter((name) => /[<>"'&\\/#?%:`$]/.test(name));

const sent = (name: string): string => Buffer.from(name).toString();
const who = (name: string) => ({ uid: name, uname: name });
const present = (name: string): Present => ({ ...who(name), since: NOON, clients: 1 });
const entry = (name: string): LogEntry => ({ t: NOON, status: 'in', ...who(name), channel: `/${name}`, client: name });
const channels = async () => NAMES.map((name) => ({ channel: `/${name}`, count: 1 }));

const report = reportWith({
  channels,
  room: async (channel) => {
    const users = (channel === '/classes/4' ? NAMES : [channel.slice(1)]).map(present);
    return { kind: 'room', channel, epoch: 'e', v: 1, count: users.length, users };
  },
  user: async (uid) => ({
    ...who(uid),
    lastSeen: NOON,
    presences: [{ kind: 'room', channel: `/${uid}`, user: who(uid), since: NOON, seen: NOON, clients: 1 }],
    times: (uid === '1' ? NAMES : [uid]).map((name) => ({ channel: `/${name}`, ms: 1, running: true })),
  }),
  at: async () => NAMES.map(who),
  log: async ({ uid }) => (uid === undefined ? NAMES : [uid]).map(entry),
});

/** A page that keeps everything that it should not do: dialogs, errors, violations of the policy, requests elsewhere. */
async function watched(context: BrowserContext, house: House): Promise<Page & { readonly wrongs: string[] }> {
  const wrongs: string[] = [];
  await context.exposeFunction('wrong', (what: string) => wrongs.push(what));
  await context.addInitScript(`
    const { wrong } = window;
    addEventListener('securitypolicyviolation', (event) => wrong('policy: ' + event.violatedDirective + ' ' + event.blockedURI), true);
    for (const name of ['alert', 'prompt', 'open']) window[name] = () => wrong(name);
  `);
  const page = await context.newPage();
  page.on('dialog', (dialog) => {
    wrongs.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('pageerror', (error) => wrongs.push(`error: ${error.message}`));
  page.on(
    'console',
    (message) => ['error', 'warning'].includes(message.type()) && wrongs.push(`console: ${message.text()}`),
  );
  page.on('request', (request) => {
    if (!request.url().startsWith(`${house.origin}/`) && !request.url().startsWith('data:')) wrongs.push(request.url());
  });
  return Object.assign(page, { wrongs });
}

async function open(options: { readonly title?: string; readonly degraded?: readonly string[] } = {}) {
  const { title = 'Online', degraded = [] } = options;
  const actions = { kick: async () => 1, revoke: async () => undefined };
  const house = await openHouse({ report, actions, title, status: async () => ({ ...calm, degraded }) });
  onTestFinished(() => house.close());
  const browser = await openBrowser();
  const context = await browser.newContext({ httpCredentials: { username: 'admin', password: 'open sesame' } });
  return { house, page: await watched(context, house) };
}

const LISTS = [
  ...['/?', '/?rooms=2', '/rooms?name=/classes/4', '/rooms?name=/classes/4&page=2', '/log?limit=1000', '/users/1?'],
  ...['/at?channel=/a', '/at?channel=/a&page=2', '/nothing?', '/log?limit=0'],
];

describe('a page of the dashboard', () => {
  it('would tell of a script, so that the tests below can fail', async () => {
    const { house, page } = await open();
    await page.goto(`${house.home}/`);
    expect(page.wrongs).toEqual([]);
    await page.evaluate(`document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=alert(1)>')`);
    await vi.waitFor(() => expect(page.wrongs.join()).toMatch(/policy: script-src-attr/));
    page.wrongs.length = 0;
    await page.evaluate('alert(1)');
    await vi.waitFor(() => expect(page.wrongs).toContain('alert'));
  }, 60_000);

  it('lists them all, also when it has freshened itself up', async () => {
    expect(NAMES.length).toBeGreaterThan(100);
    const { house, page } = await open({ title: `T ${MORE[0]}`, degraded: NAMES });
    for (const path of LISTS) {
      await page.goto(house.home + path);
      await page.evaluate(`document.querySelector('main').dataset.old = 'yes'; document.activeElement.blur()`);
      await page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`);
      await page.locator('main:not([data-old])').waitFor();
      expect(await page.locator('main, script').count()).toBe(2);
      expect(
        await page.locator('main :is(img, iframe, object, embed, base, meta, link, style, template)').count(),
      ).toBe(0);
    }
    // A refused question is told so by its status, which the browser reports.
    expect(page.wrongs.filter((wrong) => !/^console: .*status of 40[04]/.test(wrong))).toEqual([]);
  }, 120_000);

  it('is about each of them: a user, a room, the log', async () => {
    expect(MARKUP.length).toBeGreaterThan(50);
    const { house, page } = await open();
    for (const name of MARKUP) {
      const shown = plain(sent(name).replaceAll('\0', ''));
      for (const path of [`/users?uid=${word(name)}`, `/rooms?name=/${word(name)}`, `/log?uid=${word(name)}`]) {
        const answer = await page.goto(house.home + path);
        // A channel without control characters, and what can be a uid, are what can be asked for.
        const able = path.startsWith('/rooms') ? !/\p{Cc}/u.test(name) : uidText.safeParse(sent(name)).success;
        expect([path, answer?.status()]).toEqual([path, able ? 200 : 400]);
        if (able && !path.startsWith('/log')) expect(plain(await page.locator('h1').textContent())).toContain(shown);
      }
    }
    expect(page.wrongs.filter((wrong) => !/^console: .*status of 400/.test(wrong))).toEqual([]);
  }, 300_000);
});

const word = (name: string): string => encodeURIComponent(sent(name));
const plain = (text: string | null): string => (text ?? '').replace(/\s+/g, ' ').trim();
