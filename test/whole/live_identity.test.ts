// Identities that end while a page is open: tokens run out, are renewed, or are called back.
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { TokenKey } from '../../lib/index.js';
import { authOf, ROOM } from '../support/cluster.js';
import { ask, CONNECT, comeIn } from '../support/post.js';
import { startRedis } from '../support/redis.js';
import { type House, startHouse } from '../support/servers.js';
import { Tab } from '../support/tab.js';

const CHAT = `${ROOM}/chat`;
const OTHER = '/classes/7';
const secret = { secret: 's'.repeat(32), grace: 0.3, gc: 0.1 };
const MINUTE = 60_000;

const tokenOf = (house: House, uid: string, expiresIn: number, room = ROOM): Promise<string> =>
  house.online.token({ uid, uname: uid, room }, { expiresIn });
const tabOf = async (house: House, uid: string, expiresIn: number): Promise<Tab> =>
  Tab.open(house.faye, { token: await tokenOf(house, uid, expiresIn) });
/** A connect that is answered at once. */
const now = { channel: '/meta/connect', connectionType: 'websocket', advice: { timeout: 0 } };
const wanted = { faye_online: { refresh: true, expires: expect.any(Number) } };

describe('a token that will run out', () => {
  it('is asked for again in the answer to a connect, when it has run out', async () => {
    const house = await startHouse(secret);
    const ann = await tabOf(house, 'ann', 2);
    const asked = Date.now();
    await ann.come();
    const reply = await ann.waitFor(({ channel, successful }) => channel === '/meta/connect' && successful === true);
    expect(reply.ext).toEqual(wanted);
    expect(Date.now() - asked).toBeLessThan(4000);
  });

  it('is asked for again by HTTP too', async () => {
    const house = await startHouse(secret);
    const auth = { token: await tokenOf(house, 'ann', 2) };
    const clientId = await comeIn(house.faye, auth);
    expect(await ask(house.faye, { ...CONNECT, clientId, auth })).toMatchObject({ successful: true, ext: wanted });
  });

  it('is not asked for while it is good for long, nor of those who have none', async () => {
    const house = await startHouse(secret);
    const ann = await tabOf(house, 'ann', 3600);
    await ann.handshake();
    expect((await ann.ask(now)).ext).toBeUndefined();
    const trusting = await startHouse({ trustClients: true });
    const bob = await Tab.open(trusting.faye, authOf('bob'));
    await bob.handshake();
    expect((await bob.ask(now)).ext).toBeUndefined();
  });
});

describe('a token that ran out', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: Date.now() }));
  afterEach(() => void vi.useRealTimers());
  const later = (ms: number): void => void vi.setSystemTime(Date.now() + ms);

  it('does for a minute, in which a fresh one with any message renews the client, wherever it goes', async () => {
    const house = await startHouse(secret);
    const ann = await tabOf(house, 'ann', 10);
    await ann.come();
    await vi.waitFor(async () => expect((await house.online.room(ROOM)).count).toBe(1));
    const fresh = await tokenOf(house, 'ann', 3600, OTHER);
    later(40_000);
    expect(await ann.ask({ channel: CHAT, data: 1 })).toMatchObject({ successful: true });
    ann.auth = { token: fresh };
    expect(await ann.ask({ channel: `${OTHER}/chat`, data: 1 })).toMatchObject({ successful: true });
    later(10 * MINUTE);
    expect(await ann.ask(now)).toMatchObject({ successful: true });
    await vi.waitFor(async () => expect((await house.online.room(OTHER)).users).toMatchObject([{ uid: 'ann' }]));
    expect((await house.online.room(ROOM)).count).toBe(0);
  });

  it.each([
    ['a message', { channel: CHAT, data: 1 }],
    ['a subscription', { channel: '/meta/subscribe', subscription: CHAT }],
    ['a connect', now],
  ])('is refused after a minute with %s, and its client is lost', async (_what, message) => {
    const house = await startHouse({ ...secret, gc: 60 });
    const left = vi.fn();
    house.online.on('leave', left);
    const ann = await tabOf(house, 'ann', 10);
    await ann.come();
    await vi.waitFor(async () => expect((await house.online.room(ROOM)).count).toBe(1));
    later(71_000);
    const error = expect.stringMatching(/^401:token:has expired/);
    expect(await ann.ask(message)).toMatchObject({ successful: false, error });
    await vi.waitFor(() => expect(ann.closed).toBe(true));
    await house.close();
    expect(left).toHaveBeenCalledTimes(1);
  });

  it('takes out those who are silent too, who are told in answer to what they hold', async () => {
    const house = await startHouse(secret);
    const left = vi.fn();
    house.online.on('leave', left);
    const ann = await tabOf(house, 'ann', 10);
    await ann.come();
    const token = await tokenOf(house, 'bob', 10);
    const clientId = await comeIn(house.faye, { token });
    const poll = ask(house.faye, { ...CONNECT, clientId });
    await vi.waitFor(async () => expect((await house.online.room(ROOM)).count).toBe(2));
    later(71_000);
    const gone = { successful: false, error: expect.stringMatching(/^401:token:has expired/) };
    expect(await poll).toMatchObject({ ...gone, advice: { reconnect: 'handshake' } });
    await vi.waitFor(() => expect(ann.closed).toBe(true), 5000);
    expect(ann.received.at(-1)).toMatchObject({ channel: '/meta/connect', ...gone });
    await vi.waitFor(() => expect(left).toHaveBeenCalledTimes(2));
    expect(left).toHaveBeenCalledWith(expect.objectContaining({ cause: 'lost' }));
    expect(await house.online.status()).toMatchObject({ clients: 0, users: 0 });
  });
});

describe('a key that was taken away', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: Date.now() }));
  afterEach(() => void vi.useRealTimers());
  const later = (ms: number): void => void vi.setSystemTime(Date.now() + ms);
  const [old, next] = ['old', 'new'].map((kid) => ({ kid, secret: `${kid}-${'s'.repeat(32)}` })) as [
    TokenKey,
    TokenKey,
  ];

  it('leaves its clients a minute for a token of another key', async () => {
    let keys: readonly TokenKey[] = [old];
    const house = await startHouse({ ...secret, secret: () => keys });
    const [ann, bob] = [await tabOf(house, 'ann', 3600), await tabOf(house, 'bob', 3600)];
    for (const tab of [ann, bob]) await tab.handshake();
    keys = [next];
    later(10_000);
    await vi.waitFor(async () => expect((await bob.ask(now)).ext).toMatchObject({ faye_online: { refresh: true } }));
    bob.auth = { token: await tokenOf(house, 'bob', 3600) };
    expect(await bob.ask(now)).toMatchObject({ successful: true });
    later(70_000);
    const error = expect.stringMatching(/^401:token:has expired/);
    expect(await ann.ask(now)).toMatchObject({ successful: false, error });
    expect(await bob.ask(now)).toMatchObject({ successful: true });
  });

  it('ends its tokens at its own end', async () => {
    const notAfter = Date.now() + 10_000;
    const house = await startHouse({ ...secret, secret: [{ ...old, notAfter }, next] });
    const ann = await tabOf(house, 'ann', 3600);
    await ann.handshake();
    later(60_000);
    expect(await ann.ask(now)).toMatchObject({ successful: true });
    later(20_000);
    expect(await ann.ask(now)).toMatchObject({ successful: false });
  });
});

describe('a token that was called back', () => {
  it('is refused with every message, also of a client that has not connected', async () => {
    const house = await startHouse(secret);
    const [ann, bob] = [await tabOf(house, 'ann', 3600), await tabOf(house, 'bob', 3600)];
    for (const tab of [ann, bob]) await tab.handshake();
    await house.online.revoke('bob');
    const error = expect.stringMatching(/^401:token:was revoked/);
    expect(await bob.ask({ channel: CHAT, data: 1 })).toMatchObject({ successful: false, error });
    expect(await ann.ask({ channel: CHAT, data: 1 })).toMatchObject({ successful: true });
    bob.auth = { token: await tokenOf(house, 'bob', 3600) };
    expect(await bob.handshake()).toMatchObject({ successful: true });
  });
});

it('a process knows until when a token is good that was shown to another process', async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.close());
  const [one, other] = [
    await startHouse({ ...secret, redis: redis.url }),
    await startHouse({ ...secret, redis: redis.url }),
  ];
  const token = await tokenOf(one, 'ann', 2);
  const clientId = await comeIn(one.faye, { token });
  // Without a word of who it is: that is known from the first process.
  const reply = await ask(other.faye, { ...CONNECT, clientId });
  expect(reply).toMatchObject({ successful: true, ext: wanted });
});

it('who says goodbye while their poll is still being proven is nowhere afterwards', async () => {
  let prove = (): void => undefined;
  const slowly = new Promise<void>((resolve) => {
    prove = resolve;
  });
  const house = await startHouse({
    authenticate: async ({ headers }) => {
      if (headers.cookie === 'fresh') await slowly;
      return { uid: 'ann', uname: 'ann', room: ROOM };
    },
  });
  const clientId = await comeIn(house.faye, undefined, { cookie: 'old' });
  const poll = ask(house.faye, { ...CONNECT, clientId }, { cookie: 'fresh' });
  await new Promise((resolve) => setTimeout(resolve, 100));
  const goodbye = { channel: '/meta/disconnect', clientId };
  expect(await ask(house.faye, goodbye, { cookie: 'old' })).toMatchObject({ successful: true });
  prove();
  expect(await poll).toMatchObject({ successful: false, advice: { reconnect: 'handshake' } });
  expect(await house.online.room(ROOM)).toMatchObject({ count: 0 });
});

it('who breaks off a poll that is still being proven, and holds another, stays', async () => {
  let prove = (): void => undefined;
  const slowly = new Promise<void>((resolve) => {
    prove = resolve;
  });
  const house = await startHouse({
    grace: 0.3,
    gc: 0.1,
    authenticate: async ({ headers }) => {
      if (headers.cookie === 'slow') await slowly;
      return { uid: 'ann', uname: 'ann', room: ROOM };
    },
  });
  const left = vi.fn();
  house.online.on('leave', left);
  const clientId = await comeIn(house.faye, undefined, { cookie: 'quick' });
  const broken = new AbortController();
  const headers = { 'content-type': 'application/json', cookie: 'slow' };
  const body = JSON.stringify([{ ...CONNECT, clientId }]);
  const first = fetch(house.faye, { method: 'POST', headers, body, signal: broken.signal }).catch(() => 'broken');
  await new Promise((resolve) => setTimeout(resolve, 100));
  broken.abort();
  expect(await first).toBe('broken');
  const second = ask(house.faye, { ...CONNECT, clientId }, { cookie: 'quick' });
  await vi.waitFor(async () => expect((await house.online.room(ROOM)).count).toBe(1));
  prove();
  await new Promise((resolve) => setTimeout(resolve, 1000));
  expect(left).not.toHaveBeenCalled();
  await ask(house.faye, { channel: '/meta/disconnect', clientId }, { cookie: 'quick' });
  await second;
});
