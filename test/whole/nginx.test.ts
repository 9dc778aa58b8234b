// Two nodes behind nginx, as compose.yaml has them: whoever comes is served by whichever node is next.
import { expect, it, onTestFinished, vi } from 'vitest';
import { init_online_client, type OnlineClient } from '../../lib/client/index.js';
import { Faye } from '../client/stock_faye.js';
import { startNginx } from '../support/nginx.js';
import { type Running, scratch, startProcess } from '../support/process.js';
import { startRedis } from '../support/redis.js';
import { portOf, startHouse } from '../support/servers.js';
import { Tab } from '../support/tab.js';

/** Each test starts a Redis, an nginx and two nodes. */
vi.setConfig({ testTimeout: 60_000 });

const CLASS = '/classes/4';
const people = [
  { uid: 1, uname: 'ann' },
  { uid: 2, uname: 'bob' },
  { uid: 3, uname: 'carol' },
];
const soon = (check: () => Promise<void> | void): Promise<void> => vi.waitFor(check, { timeout: 20_000, interval: 50 });

interface Site {
  readonly url: string;
  readonly nodes: readonly [Running, Running];
}

async function startSite(): Promise<Site> {
  const redis = await startRedis();
  onTestFinished(() => redis.close());
  const DATABASE_URL = `sqlite:${await scratch()}/online.sqlite`;
  const env = { DATABASE_URL, REDIS_URL: redis.url, FAYE_ONLINE_TRUST_CLIENTS: '1', DEBUG_FAYE: '1' };
  // One after the other, for the first one makes the tables.
  const nodes = [await startProcess(env), await startProcess(env)] as const;
  return { nodes, url: await startNginx(nodes.map(({ url }) => Number(new URL(url).port))) };
}

function open(url: string, current_user: { uid: number; uname: string }, transport: string): OnlineClient {
  const auth_opts = { room_channel: CLASS, current_user };
  const client = init_online_client({ faye_url: `${url}/faye`, client_opts: { retry: 0.2 }, auth_opts }, Faye);
  if (transport === 'long-polling') client.disable('websocket');
  onTestFinished(() => client.online.leave());
  return client;
}

const roster = ({ online }: OnlineClient): string =>
  online.roster
    .map(({ uname }) => uname)
    .sort()
    .join(' ');
const handshakes = ({ output }: Running): number => output().split('"event":"handshake"').length - 1;

it('all see and hear one another, wherever they are and however they speak', async () => {
  const { url, nodes } = await startSite();
  const pages = ['websocket', 'long-polling'].flatMap((by) => people.map((user) => open(url, user, by)));
  for (const page of pages) await soon(() => expect(roster(page)).toBe('ann bob carol'));
  for (const node of nodes) expect(handshakes(node)).toBeGreaterThan(0);
  const heard: unknown[] = [];
  await Promise.all(
    pages.map((page, to) => {
      const subscription = page.subscribe(`${CLASS}/chat`, (data: object) => heard.push({ to, ...data }));
      return new Promise<void>((resolve) => subscription.callback(resolve));
    }),
  );
  for (const [from, page] of pages.entries()) page.publish(`${CLASS}/chat`, { from });
  await soon(() => expect(heard.length).toBeGreaterThanOrEqual(pages.length ** 2));
  const all = pages.flatMap((_page, to) => pages.map((_other, from) => ({ to, from })));
  expect(heard).toHaveLength(all.length);
  expect(heard).toEqual(expect.arrayContaining(all));
});

it('when a node goes down in good order, its users are with the other one, and nobody was told that they left', async () => {
  const { url, nodes } = await startSite();
  const pages = people.map((user) => open(url, user, 'websocket'));
  for (const page of pages) await soon(() => expect(roster(page)).toBe('ann bob carol'));
  const left: string[] = [];
  for (const { online } of pages) online.onLeave(({ uname }) => left.push(uname));
  expect(await nodes[0].end('SIGTERM')).toBe(0);
  for (const page of pages)
    await soon(() => expect([page.online.state, roster(page)]).toEqual(['online', 'ann bob carol']));
  const dora = open(url, { uid: 4, uname: 'dora' }, 'websocket');
  for (const page of [...pages, dora]) await soon(() => expect(roster(page)).toBe('ann bob carol dora'));
  expect(left).toEqual([]);
});

it('when a node dies, whoever comes is let in by the other', async () => {
  const { url, nodes } = await startSite();
  await nodes[1].end('SIGKILL');
  for (const current_user of people) {
    const tab = await Tab.open(`${url}/faye`, { room_channel: CLASS, current_user });
    expect((await tab.handshake()).successful).toBe(true);
  }
});

it('the dashboard takes nobody for another, whatever mallory says of where she is', async () => {
  const dashboard = { user: 'admin', password: 'open sesame' };
  const house = await startHouse({ secret: 's'.repeat(32), dashboard, trustProxy: 1 });
  const url = await startNginx([portOf(house.server)]);
  const login = { authorization: `Basic ${Buffer.from('admin:open sesame').toString('base64')}` };
  const page = await (await fetch(`${url}/online/rooms`, { headers: login })).text();
  const token = /name="csrf-token" content="([^"]+)"/.exec(page)?.[1] ?? '';
  const kick = async (headers: Record<string, string>): Promise<number> => {
    const all = { ...login, 'content-type': 'application/json', 'x-csrf-token': token, ...headers };
    const body = JSON.stringify({ uid: 'ann' });
    return (await fetch(`${url}/online/api/kick`, { method: 'POST', headers: all, body })).status;
  };
  expect(await kick({ origin: url })).toBe(200);
  expect(await kick({ origin: 'http://mallory.example', 'x-forwarded-host': 'mallory.example' })).toBe(403);
  const guess = async (from: string): Promise<number> => {
    const headers = {
      authorization: `Basic ${Buffer.from('admin:guess').toString('base64')}`,
      'x-forwarded-for': from,
    };
    return (await fetch(`${url}/online/`, { headers })).status;
  };
  for (let host = 0; host < 10; host++) expect(await guess(`198.51.100.${host}`)).toBe(401);
  expect(await guess('198.51.100.10')).toBe(429);
});
