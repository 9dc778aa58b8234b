// The page's client with two servers that know nothing of each other: going on with the other, and coming back.
import { createServer } from 'node:net';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type ClientOptions, init_online_client, type OnlineClient } from '../../lib/client/index.js';
import { rank } from '../../lib/client/servers.js';
import { freePort } from '../support/ports.js';
import { type Branch, openBranches } from './branches.js';
import { ann, auth, bob, CLASS, diary, Faye, soon, states } from './pages.js';
import { StockFaye } from './stock_faye.js';

const CHAT = `${CLASS}/chat`;
const TRANSPORTS = ['websocket', 'long-polling'];

let urls: readonly string[];
let home: Branch;
let other: Branch;

beforeEach(async () => {
  ({ urls, home, other } = await openBranches(CLASS));
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
});

function open(user = ann, transport = 'websocket', options: Partial<ClientOptions> = {}): OnlineClient {
  const auth_opts = { ...auth, current_user: user };
  const client = init_online_client({ faye_url: urls, client_opts: { retry: 0.1 }, auth_opts, ...options }, Faye);
  if (transport === 'long-polling') client.disable('websocket');
  onTestFinished(() => client.online.leave());
  return client;
}

const roster = ({ online }: OnlineClient): string => online.roster.map(({ uname }) => uname).join(' ');

/** What a page hears on a channel. It is subscribed when this is there. */
async function listen(client: OnlineClient, channel = CHAT): Promise<unknown[]> {
  const heard: unknown[] = [];
  let subscribed = false;
  client.subscribe(channel, (data: unknown) => heard.push(data)).callback(() => (subscribed = true));
  await soon(() => expect(subscribed).toBe(true));
  return heard;
}

describe.each(TRANSPORTS)('by %s', (transport) => {
  it('the pages of a room meet on one server', async () => {
    const pages = [open(ann, transport), open(bob, transport)];
    for (const page of pages) await soon(() => expect(roster(page).split(' ').sort()).toEqual(['ann', 'bob']));
    expect([await home.online.rooms(), await other.online.rooms()]).toEqual([[{ channel: CLASS, count: 2 }], []]);
  });

  it('a page goes on with the other server when its own dies, and comes back when that is there again', async () => {
    const page = open(ann, transport);
    await soon(() => expect(roster(page)).toBe('ann'));
    const [heard, was] = [await listen(page), states(page)];
    await home.stop();
    await soon(async () => expect(await other.names(CLASS)).toBe('ann'));
    await soon(() => expect([page.online.state, roster(page)]).toEqual(['online', 'ann']));
    expect(was).toEqual(['online', 'offline', 'online']);
    other.online.publish(CHAT, 'from the other');
    await soon(() => expect(heard).toEqual(['from the other']));

    await home.begin();
    await soon(async () => expect(await home.names(CLASS)).toBe('ann'));
    await soon(async () => expect(await other.names(CLASS)).toBe(''));
    home.online.publish(CHAT, 'from home');
    await soon(() => expect(heard).toEqual(['from the other', 'from home']));
    expect(was).toEqual(['online', 'offline', 'online']);
    const coming = open(bob, transport);
    await soon(() => expect([roster(page), roster(coming)]).toEqual(['ann bob', 'ann bob']));
  });

  it('a page that comes back hears every message once, in order, and says every one once', async () => {
    await home.stop();
    const page = open(ann, transport);
    const heard = await listen(page);
    let n = 0;
    // What a cluster does: both servers publish everything.
    const talk = setInterval(() => {
      n++;
      for (const { online } of [home, other]) online.publish(CHAT, n);
    }, 3);
    onTestFinished(() => clearInterval(talk));
    await home.begin();
    const said: string[] = [];
    for (const { online } of [home, other]) {
      online.on('publish', ({ channel, data }) => channel === CLASS && said.push((data as { text: string }).text));
    }
    const words: string[] = [];
    const speak = setInterval(() => {
      words.push(`word ${words.length}`);
      page.publish(CLASS, { text: words.at(-1) });
    }, 5);
    onTestFinished(() => clearInterval(speak));
    await soon(async () => expect([await home.names(CLASS), await other.names(CLASS)]).toEqual(['ann', '']));
    clearInterval(speak);
    const seen = n;
    await soon(() => expect(heard.at(-1)).toBeGreaterThan(seen + 10));
    clearInterval(talk);
    await soon(() => expect(heard.at(-1)).toBe(n));
    const first = Number(heard[0]);
    expect(heard).toEqual(Array.from({ length: n - first + 1 }, (_, i) => first + i));
    await soon(() => expect([...said].sort()).toEqual([...words].sort()));
  });

  it('a page whose server is away from the beginning starts with the other', async () => {
    await home.stop();
    const page = open(ann, transport);
    const heard = await listen(page);
    await soon(() => expect([page.online.state, roster(page)]).toEqual(['online', 'ann']));
    other.online.publish(CHAT, 'hello');
    await soon(() => expect(heard).toEqual(['hello']));
  });

  it('a page waits for whichever comes first when all are away, and what it said arrives then', async () => {
    const page = open(ann, transport);
    await soon(() => expect(roster(page)).toBe('ann'));
    await Promise.all([home.stop(), other.stop()]);
    await soon(() => expect(page.online.state).toBe('offline'));
    let arrived = false;
    page.publish(CLASS, 'still here').callback(() => (arrived = true));
    await other.begin();
    await soon(() => expect([page.online.state, roster(page), arrived]).toEqual(['online', 'ann', true]));
  });

  it('a page that goes to another room goes to the server of that room', async () => {
    const elsewhere = Array.from({ length: 50 }, (_, i) => `/classes/${i + 10}`).find(
      (room) => rank(urls, room)[0] === other.url,
    );
    const page = open(ann, transport);
    await soon(() => expect(roster(page)).toBe('ann'));
    page.online.move({ room_channel: elsewhere });
    await soon(async () => expect(await other.names(String(elsewhere))).toBe('ann'));
    await soon(async () => expect(await home.online.rooms()).toEqual([]));
    await soon(() => expect(roster(page)).toBe('ann'));
  });
});

it('a page that goes to its own server between two polls gets what waited for the next one', async () => {
  await home.stop();
  const page = open(ann, 'long-polling');
  const heard = await listen(page);
  let between = false;
  // Faye polls again when it has seen the answer to the last poll.
  page.addExtension({
    incoming: (message, next) => void ((between && message.channel === '/meta/connect') || next(message)),
  });
  between = true;
  other.online.publish(CHAT, 'one');
  await soon(() => expect(heard).toEqual(['one']));
  other.online.publish(CHAT, 'two');
  await home.begin();
  await soon(async () => expect(await home.names(CLASS)).toBe('ann'));
  between = false;
  await soon(() => expect(heard).toEqual(['one', 'two']));
});

it('a page that leaves while it is on its way is nowhere', async () => {
  const page = open();
  await soon(() => expect(roster(page)).toBe('ann'));
  await Promise.all([home.stop(), other.stop()]);
  await soon(() => expect(page.online.state).toBe('offline'));
  page.online.leave();
  await Promise.all([home.begin(), other.begin()]);
  const next = open(bob);
  await soon(() => expect(roster(next)).toBe('bob'));
  expect([await home.names(CLASS), await other.names(CLASS)]).toEqual(['bob', '']);
});

it('a room is told nothing when a page only changes its server', async () => {
  const page = open();
  await soon(() => expect(roster(page)).toBe('ann'));
  const told = diary(page);
  await home.stop();
  await soon(async () => expect(await other.names(CLASS)).toBe('ann'));
  await home.begin();
  await soon(async () => expect(await home.names(CLASS)).toBe('ann'));
  await soon(() => expect(told.length).toBeGreaterThan(0));
  expect(new Set(told)).toEqual(new Set(['ann (1)']));
});

it('a page that its server refuses does not ask the others', async () => {
  const [one, two] = [await StockFaye.start(), await StockFaye.start()];
  const stock = [one.url, two.url];
  const [own, next] = rank(stock, CLASS)[0] === one.url ? [one, two] : [two, one];
  own.refuse = () => '403::Forbidden';
  const page = open(ann, 'websocket', { faye_url: stock });
  await soon(() => expect([page.online.state, page.online.reason]).toEqual(['refused', '403::Forbidden']));
  await soon(() => expect(own.on('/meta/handshake').length).toBeGreaterThan(3));
  expect(next.received).toEqual([]);
});

it('a page does not wait long for a server that takes connections and says nothing', async () => {
  const mute = createServer();
  const port = await freePort();
  await new Promise<void>((resolve) => mute.listen(port, '127.0.0.1', () => resolve()));
  onTestFinished(() => void mute.close());
  const silent = `http://127.0.0.1:${port}/faye`;
  const room = Array.from({ length: 50 }, (_, i) => `/classes/${i}`).find(
    (name) => rank([silent, other.url], name)[0] === silent,
  );
  const auth_opts = { room_channel: room, current_user: ann };
  const page = open(ann, 'websocket', { faye_url: [silent, other.url], auth_opts });
  await soon(() => expect([page.online.state, roster(page)]).toEqual(['online', 'ann']));
});
