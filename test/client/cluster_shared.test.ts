// The page's client with two servers that share a Redis: whoever changes servers was never away.
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { init_online_client, type OnlineClient } from '../../lib/client/index.js';
import { startRedis } from '../support/redis.js';
import { type Branch, openBranches } from './branches.js';
import { ann, bob, CLASS, diary, Faye, soon } from './pages.js';

const CHAT = `${CLASS}/chat`;
let urls: readonly string[];
let home: Branch;
let other: Branch;

beforeEach(async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.close());
  ({ urls, home, other } = await openBranches(CLASS, { redis: redis.url }));
});

function open(user: typeof ann, faye_url = urls): OnlineClient {
  const auth_opts = { room_channel: CLASS, current_user: user };
  const client = init_online_client({ faye_url, client_opts: { retry: 0.1 }, auth_opts }, Faye);
  onTestFinished(() => client.online.leave());
  return client;
}

async function listen(client: OnlineClient): Promise<unknown[]> {
  const heard: unknown[] = [];
  const subscription = client.subscribe(CHAT, (data: unknown) => heard.push(data));
  await new Promise<void>((resolve) => subscription.callback(resolve));
  return heard;
}

it('bob sees nothing of the way of ann, who goes and comes back, and she misses nothing that he says then', async () => {
  const [page, watcher] = [open(ann), open(bob, [other.url])];
  for (const { online } of [page, watcher]) await soon(() => expect(online.count).toBe(2));
  const heard = await listen(page);
  const told = diary(watcher);
  await home.stop();
  await soon(async () => expect((await other.online.status()).clients).toBeGreaterThan(1));
  await soon(() => expect(page.online.state).toBe('online'));
  let n = 0;
  const talk = setInterval(() => watcher.publish(CHAT, ++n), 3);
  onTestFinished(() => clearInterval(talk));
  const gone = new Promise((resolve) => other.online.once('disconnect', resolve));
  await home.begin();
  await soon(() => expect(home.online.bayeux.listened(CHAT)).toBe(true));
  const seen = n;
  await soon(() => expect(heard.at(-1)).toBeGreaterThan(seen + 20));
  await gone;
  clearInterval(talk);
  await soon(() => expect(heard.at(-1)).toBe(n));
  const first = Number(heard[0]);
  expect(heard).toEqual(Array.from({ length: n - first + 1 }, (_, i) => first + i));
  expect(told.filter((line) => line.startsWith('-') || line.startsWith('+'))).toEqual([]);
});
