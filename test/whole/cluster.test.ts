// Several processes on one Redis: a page may come to another one with every request, and does not notice.
import type { IncomingMessage } from 'node:http';
import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { deafen } from '../bayeux/bus_scene.js';
import { startBalancer } from '../support/balancer.js';
import { fayeClient, TRANSPORTS } from '../support/clients.js';
import { authOf, CHAT, type Cluster, ROOM, startCluster } from '../support/cluster.js';
import { ask, CONNECT, comeIn, post } from '../support/post.js';
import { startRedis } from '../support/redis.js';
import { type House, type HouseOptions, portOf, startHouse } from '../support/servers.js';
import { Tab, type Wire } from '../support/tab.js';

const soon = (check: () => void | Promise<void>): Promise<void> => vi.waitFor(check, { timeout: 20_000, interval: 20 });
const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

const balanced = async ({ houses }: Cluster): Promise<string> =>
  `${await startBalancer(houses.map(({ server }) => portOf(server)))}/faye`;

describe('long-polling through a balancer that sends every request elsewhere', () => {
  it('loses, doubles and mixes up none of a thousand messages', async () => {
    const cluster = await startCluster(3);
    const ann = fayeClient(await balanced(cluster), 'long-polling', authOf('ann'));
    const heard: number[] = [];
    await ann.subscribe(CHAT, ({ n }: { n: number }) => heard.push(n));
    const bob = fayeClient(cluster.house(0).faye, 'websocket', authOf('bob'));
    // Faye's client says first what was said after it began to connect.
    await bob.publish(`${ROOM}/other`, 'here');
    for (const n of numbers(1000)) {
      void bob.publish(CHAT, { n });
      if (n % 20 === 0) await soon(() => expect(heard.length).toBeGreaterThan(n - 100));
    }
    await soon(() => expect(heard).toHaveLength(1000));
    expect(heard).toEqual(numbers(1000));
    expect(cluster.told('handshake')).toBe(2);
    expect(cluster.told('disconnect')).toBe(0);
  });

  it('lets a page talk, come into its room, and go', async () => {
    const cluster = await startCluster(3);
    const faye = await balanced(cluster);
    const [ann, bob] = [authOf('ann'), authOf('bob')].map((auth) => fayeClient(faye, 'long-polling', auth));
    const chat = vi.fn();
    const lists = vi.fn();
    await ann?.subscribe(CHAT, chat);
    await ann?.subscribe(`${ROOM}/user_list`, lists);
    await bob?.publish(CHAT, { text: 'hi' });
    await soon(() => expect(chat).toHaveBeenCalledWith({ text: 'hi' }));
    await bob?.subscribe(CHAT, vi.fn());
    await soon(() => expect(lists).toHaveBeenLastCalledWith({ count: 2, user_list: ['ann', 'bob'] }));
    await bob?.disconnect();
    await soon(() => expect(lists).toHaveBeenLastCalledWith({ count: 1, user_list: ['ann'] }));
    expect(cluster.told('disconnect')).toBe(1);
  });
});

describe.each(TRANSPORTS)('a page on %s', (transport) => {
  it('hears what is published in another process, once', async () => {
    const cluster = await startCluster(2);
    const heard: unknown[] = [];
    await fayeClient(cluster.house(0).faye, transport, authOf('ann')).subscribe(CHAT, (data) => heard.push(data));
    for (const n of numbers(50)) cluster.house(1).online.publish(CHAT, { n });
    await soon(() => expect(heard).toEqual(numbers(50).map((n) => ({ n }))));
    expect(cluster.told('publish')).toBe(50);
  });
});

describe('a client', () => {
  it('goes from a WebSocket to a poll to a WebSocket, each in another process, and is itself', async () => {
    const cluster = await startCluster(3);
    const first = await cluster.tab(0, 'ann');
    const { clientId } = first;
    const say = (n: number): void => cluster.house(n % 3).online.publish(CHAT, n);
    say(0);
    await first.until(() => first.on(CHAT).length === 1);
    const poll = { channel: '/meta/connect', connectionType: 'long-polling', clientId };
    const [held] = [post(cluster.house(1).faye, [poll])];
    await first.until(() => first.closed).catch(() => undefined);
    say(1);
    expect((await held).filter(({ channel }) => channel === CHAT).map(({ data }) => data)).toEqual([1]);
    // Nobody listens now.
    for (const n of [3, 6, 9]) say(n);
    const second = await Tab.open(cluster.house(2).faye);
    second.clientId = clientId;
    second.connect();
    await second.until(() => second.on(CHAT).length === 3);
    say(12);
    await second.until(() => second.on(CHAT).length === 4);
    expect(second.on(CHAT)).toEqual([3, 6, 9, 12]);
    expect(cluster.told('disconnect')).toBe(0);
  });

  it('may ask another process than the one that it is connected to', async () => {
    const cluster = await startCluster(2);
    const ann = await cluster.tab(0, 'ann');
    const other = cluster.house(1).faye;
    const { clientId } = ann;
    const ask = async (message: object): Promise<Wire | undefined> =>
      (await post(other, [{ clientId, ...message }]))[0];
    expect(await ask({ channel: '/meta/subscribe', subscription: `${ROOM}/more` })).toMatchObject({ successful: true });
    expect(await ask({ channel: `${ROOM}/more`, data: 'mine' })).toMatchObject({ successful: true });
    await ann.until(() => ann.on(`${ROOM}/more`).length === 1);
    expect(await ask({ channel: '/classes/5/chat', data: 'not mine' })).toMatchObject({ successful: false });
    expect(await ask({ channel: '/meta/unsubscribe', subscription: `${ROOM}/more` })).toMatchObject({
      successful: true,
    });
    expect(await ask({ channel: `${ROOM}/more`, data: 'unheard' })).toMatchObject({ successful: true });
    expect(await ask({ channel: CHAT, data: 'heard' })).toMatchObject({ successful: true });
    await ann.until(() => ann.on(CHAT).length === 1);
    expect(ann.on(`${ROOM}/more`)).toEqual(['mine']);
    expect(await ask({ channel: '/meta/disconnect' })).toMatchObject({ successful: true });
    await soon(() => expect(ann.closed).toBe(true));
    expect(cluster.told('disconnect')).toBe(1);
    expect(await ask({ channel: '/meta/disconnect' })).toMatchObject({ successful: false });
  });

  it('of nobody is unknown everywhere', async () => {
    const cluster = await startCluster(2);
    // A Redis that began a moment ago may not have heard of everybody yet.
    await soon(async () => {
      const poll = { channel: '/meta/connect', connectionType: 'long-polling', clientId: 'mallory' };
      const [reply] = await post(cluster.house(1).faye, [poll]);
      expect(reply).toMatchObject({ successful: false, advice: { reconnect: 'handshake' } });
    });
  });

  it('that is sent away by another process is told so, and is gone once', async () => {
    const cluster = await startCluster(2);
    const ann = await cluster.tab(0, 'ann');
    await soon(async () => expect(await cluster.house(1).online.kick('ann')).toBe(1));
    const told = await ann.waitFor(({ channel, successful }) => channel === '/meta/connect' && successful === false);
    expect(told.advice).toMatchObject({ reconnect: 'none' });
    await soon(() => expect(ann.closed).toBe(true));
    const poll = { channel: '/meta/connect', connectionType: 'long-polling', clientId: ann.clientId };
    for (const { faye } of cluster.houses) {
      expect((await post(faye, [poll]))[0]).toMatchObject({ successful: false, advice: { reconnect: 'none' } });
    }
    expect(cluster.told('disconnect')).toBe(1);
  });

  it('whose process closed hears in another what was said before it came there', async () => {
    const cluster = await startCluster(3);
    const before = await cluster.tab(0, 'ann');
    await cluster.house(0).online.close();
    cluster.house(1).online.publish(CHAT, 'while ann was on her way');
    const after = await Tab.open(cluster.house(2).faye, authOf('ann'));
    after.clientId = before.clientId;
    after.connect();
    await after.until(() => after.on(CHAT).length > 0);
    expect(after.on(CHAT)).toEqual(['while ann was on her way']);
    expect(cluster.told('disconnect')).toBe(0);
  });

  it('whose process ends is gone once', async () => {
    const cluster = await startCluster(3, { timeout: 0.5 });
    await cluster.tab(0, 'ann');
    await cluster.house(0).close();
    await soon(() => expect(cluster.told('disconnect')).toBe(1));
    // Another one goes by a goodbye: had the first been told twice, it would have been by now.
    const bob = await cluster.tab(1, 'bob');
    await bob.disconnect();
    await soon(() => expect(cluster.told('disconnect')).toBe(2));
  });
});

describe('Redis', () => {
  it('gets the same few commands for a message, whether ten or a thousand hear it', async () => {
    const cluster = await startCluster(2, { timeout: 60 });
    const commandsFor = async (subscribers: number): Promise<number> => {
      const tabs = await Promise.all(numbers(subscribers).map((n) => cluster.tab(n % 2, `user${n}`)));
      await soon(async () => expect((await cluster.house(0).online.room(ROOM)).count).toBe(subscribers));
      const before = await commands(cluster);
      for (const n of numbers(100)) cluster.house(0).online.publish(CHAT, n);
      await Promise.all(tabs.map((tab) => tab.until(() => tab.on(CHAT).length === 100)));
      const each = ((await commands(cluster)) - before) / 100;
      await Promise.all(tabs.map((tab) => tab.disconnect()));
      await soon(async () => expect((await cluster.house(0).online.room(ROOM)).count).toBe(0));
      return each;
    };
    const [few, many] = [await commandsFor(10), await commandsFor(1000)];
    expect(few).toBeLessThan(2);
    expect(many).toBeLessThan(2);
  }, 90_000);
});

/** All commands that Redis has executed, but those of this question. */
async function commands({ redis }: Cluster): Promise<number> {
  const stats = await redis.client.info('commandstats');
  return [...stats.matchAll(/cmdstat_(?!info)\S+:calls=(\d+)/g)].reduce((sum, [, calls]) => sum + Number(calls), 0);
}

describe('a client that goes by another process than its own', () => {
  it('is nowhere, though its own hears it once more before it hears of that', async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.close());
    const [client, subscriber] = [new Redis(redis.port, '127.0.0.1'), new Redis(redis.port, '127.0.0.1')];
    onTestFinished(() => [client, subscriber].forEach((one) => void one.disconnect()));
    const settings = { trustClients: true, gc: 0.1 };
    const one = await startHouse({ ...settings, redis: redis.url });
    const other = await startHouse({ ...settings, redis: { client, subscriber } });
    const count = async (): Promise<number> => (await one.online.room(ROOM)).count;
    const ann = await (await Tab.open(other.faye, authOf('ann'))).come(CHAT);
    await soon(async () => expect(await count()).toBe(1));
    await ann.ask({ channel: '/faye_online/before_leave', data: {} });
    const hear = deafen({ subscriber });
    await post(one.faye, [{ channel: '/meta/disconnect', clientId: ann.clientId }]);
    await soon(async () => expect(await count()).toBe(0));
    ann.connect();
    await soon(async () => expect(await count()).toBe(1));
    hear();
    await soon(() => expect(ann.closed).toBe(true));
    await soon(async () => expect(await count()).toBe(0));
  });
});

it('what a client said by a socket that is closed by now does not bring it back to there', async () => {
  let go = (): void => undefined;
  const slowly = new Promise<void>((resolve) => {
    go = resolve;
  });
  const authorize = async (_: unknown, __: unknown, channel: string): Promise<boolean> => {
    if (channel === `${ROOM}/slow`) await slowly;
    return true;
  };
  const cluster = await startCluster(2, { authorize });
  const first = await cluster.tab(0, 'ann');
  first.tell({ channel: `${ROOM}/slow`, data: 'one' });
  first.tell({ channel: CHAT, data: 'two' });
  first.close();
  await first.until(() => first.closed).catch(() => undefined);
  const second = await Tab.open(cluster.house(1).faye, authOf('ann'));
  second.clientId = first.clientId;
  expect(await second.subscribe(`${ROOM}/more`)).toMatchObject({ successful: true });
  go();
  await second.waitFor(({ channel }) => channel === CHAT);
  second.tell({ channel: CHAT, data: 'three' });
  await soon(() => expect(second.on(CHAT)).toEqual(['two', 'three']));
});

it('a poll that is not to wait brings what waits in another process', async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.close());
  const [client, subscriber] = [new Redis(redis.port, '127.0.0.1'), new Redis(redis.port, '127.0.0.1')];
  onTestFinished(() => [client, subscriber].forEach((one) => void one.disconnect()));
  const one = await startHouse({ trustClients: true, redis: { client, subscriber } });
  const other = await startHouse({ trustClients: true, redis: redis.url });
  const clientId = await comeIn(one.faye, authOf('ann'));
  await ask(one.faye, { channel: '/meta/subscribe', subscription: CHAT, clientId });
  one.online.publish(CHAT, 'hello');
  const hear = deafen({ subscriber });
  const last = post(other.faye, [{ ...CONNECT, clientId, advice: { timeout: 0 } }]);
  setTimeout(hear, 300);
  expect(await last).toMatchObject([{ successful: true }, { channel: CHAT, data: 'hello' }]);
});

it('a poll that was broken off by the time it is proven does not bring its client back to there', async () => {
  let prove = (): void => undefined;
  const slowly = new Promise<void>((resolve) => {
    prove = resolve;
  });
  const authenticate = async ({ headers }: IncomingMessage): Promise<object> => {
    if (headers.cookie === 'slow') await slowly;
    return { uid: 'ann', uname: 'ann', room: ROOM };
  };
  const redis = await startRedis();
  onTestFinished(() => redis.close());
  const house = (): Promise<House> => startHouse({ authenticate, redis: redis.url } as HouseOptions);
  const [one, other, third] = [await house(), await house(), await house()];
  const clientId = await comeIn(third.faye, undefined, { cookie: 'quick' });
  await ask(third.faye, { channel: '/meta/subscribe', subscription: CHAT, clientId }, { cookie: 'quick' });
  const broken = new AbortController();
  const headers = { 'content-type': 'application/json', cookie: 'slow' };
  const body = JSON.stringify([{ ...CONNECT, clientId }]);
  const first = fetch(one.faye, { method: 'POST', headers, body, signal: broken.signal }).catch(() => 'broken');
  await new Promise((resolve) => setTimeout(resolve, 100));
  broken.abort();
  expect(await first).toBe('broken');
  const second = post(other.faye, [{ ...CONNECT, clientId }], { cookie: 'quick' });
  await new Promise((resolve) => setTimeout(resolve, 100));
  prove();
  await new Promise((resolve) => setTimeout(resolve, 100));
  third.online.publish(CHAT, 'hello');
  expect(await second).toMatchObject([{ successful: true }, { channel: CHAT, data: 'hello' }]);
});
