// Faye's and CometD's clients, on WebSocket and on long-polling, the whole way: lists, messages, time, goodbye.
import { describe, expect, it, vi } from 'vitest';
import { CometClient, fayeClient, TRANSPORTS } from '../support/clients.js';
import { type House, startHouse } from '../support/servers.js';

const SECRET = 'a secret of at least thirty-two bytes';
const ROOM = '/classes/4';
const LESSON = '/courses/5/lessons/1';

const start = (options = {}): Promise<House> => startHouse({ secret: SECRET, grace: 0.5, gc: 0.1, ...options });

async function auth(house: House, uid: string): Promise<object> {
  return { token: await house.online.token({ uid, uname: uid, room: ROOM, time: LESSON }), room_channel: ROOM };
}

const listed = async (house: House): Promise<string[]> => (await house.online.room(ROOM)).users.map(({ uid }) => uid);

describe.each(TRANSPORTS)('the faye client on %s', (transport) => {
  it('is listed, hears others, talks to them, and is gone after its goodbye', async () => {
    const house = await start();
    const ann = fayeClient(house.faye, transport, await auth(house, 'ann'));
    const lists = vi.fn();
    const chat = vi.fn();
    await ann.subscribe(`${ROOM}/user_list`, lists);
    await ann.subscribe(`${ROOM}/chat`, chat);
    await vi.waitFor(() => expect(lists).toHaveBeenLastCalledWith({ count: 1, user_list: ['ann'] }));

    const bob = fayeClient(house.faye, transport, await auth(house, 'bob'));
    await bob.publish(`${ROOM}/chat`, { text: 'hi' });
    await vi.waitFor(() => expect(chat).toHaveBeenCalledWith({ text: 'hi' }));
    await vi.waitFor(() => expect(lists).toHaveBeenLastCalledWith({ count: 2, user_list: ['ann', 'bob'] }));
    await bob.disconnect();
    await vi.waitFor(() => expect(lists).toHaveBeenLastCalledWith({ count: 1, user_list: ['ann'] }));
  });

  it('stays through its connect cycles without a flap', async () => {
    const house = await start({ timeout: 0.8, grace: 0.5 });
    const leaves = vi.fn();
    house.online.on('leave', leaves);
    const connects = vi.fn();
    house.online.bayeux.addExtension({
      incoming: (message, callback) => {
        if (message.channel === '/meta/connect') connects();
        callback(message);
      },
    });
    fayeClient(house.faye, transport, await auth(house, 'ann')).connect();
    await vi.waitFor(() => expect(connects.mock.calls.length).toBeGreaterThan(5), 10_000);
    expect(await listed(house)).toEqual(['ann']);
    expect(leaves).not.toHaveBeenCalled();
  });

  it('gets many messages in order, and what was said between two polls', async () => {
    const house = await start();
    const ann = fayeClient(house.faye, transport, await auth(house, 'ann'));
    const heard: number[] = [];
    await ann.subscribe(`${ROOM}/numbers`, ({ n }: { n: number }) => heard.push(n));
    for (let n = 0; n < 300; n++) {
      house.online.publish(`${ROOM}/numbers`, { n });
      if (n % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await vi.waitFor(() => expect(heard).toHaveLength(300), 10_000);
    expect(heard).toEqual(Array.from({ length: 300 }, (_, n) => n));
  });

  it('is told why it may not', async () => {
    const house = await start();
    const ann = fayeClient(house.faye, transport, await auth(house, 'ann'));
    await expect(ann.publish('/classes/5/chat', {})).rejects.toMatchObject({ code: 403, params: ['/classes/5/chat'] });
    await expect(ann.publish(`${ROOM}/user_list`, {})).rejects.toMatchObject({
      code: 403,
      message: expect.stringMatching(/^Only the server publishes here/),
    });
    await expect(ann.subscribe('/**', () => undefined)).rejects.toMatchObject({ code: 403 });
    await expect(ann.subscribe('/classes/*', () => undefined)).rejects.toMatchObject({ code: 403 });
    await expect(ann.subscribe('/service/x', () => undefined)).rejects.toMatchObject({ code: 403 });
    await expect(ann.subscribe(`${ROOM}/anything`, () => undefined)).resolves.toBeUndefined();
  });
});

it('a long-polling page whose poll breaks off is gone after the grace time, and not before', async () => {
  const house = await start({ grace: 1 });
  const post = async (message: object, signal?: AbortSignal) => {
    const init = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify([message]) };
    return (await (await fetch(house.faye, { ...init, ...(signal ? { signal } : {}) })).json()) as {
      clientId: string;
    }[];
  };
  const mine = { auth: await auth(house, 'ann') };
  const types = { version: '1.0', supportedConnectionTypes: ['long-polling'] };
  const [reply] = await post({ channel: '/meta/handshake', ...types, ...mine });
  const abort = new AbortController();
  const connect = { channel: '/meta/connect', connectionType: 'long-polling', clientId: reply?.clientId };
  const poll = post(connect, abort.signal).catch(() => 'broken off');
  await vi.waitFor(async () => expect(await listed(house)).toEqual(['ann']));
  abort.abort();
  expect(await poll).toBe('broken off');
  expect(await listed(house)).toEqual(['ann']);
  await vi.waitFor(async () => expect(await listed(house)).toEqual([]), 5000);
});

it('the older of two polls of one client is answered', async () => {
  const house = await start();
  const post = async (message: object) => {
    const init = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify([message]) };
    return (await (await fetch(house.faye, init)).json()) as Record<string, string>[];
  };
  const types = { version: '1.0', supportedConnectionTypes: ['long-polling'] };
  const [hello] = await post({ channel: '/meta/handshake', ...types, auth: await auth(house, 'ann') });
  const connect = { channel: '/meta/connect', connectionType: 'long-polling', clientId: hello?.clientId };
  const older = post({ ...connect, id: '1' });
  const newer = post({ ...connect, id: '2' });
  expect(await older).toMatchObject([{ id: '1', successful: true }]);
  await post({ channel: '/meta/subscribe', subscription: `${ROOM}/chat`, clientId: hello?.clientId });
  house.online.publish(`${ROOM}/chat`, 'hi');
  expect(await newer).toMatchObject([
    { id: '2', successful: true },
    { channel: `${ROOM}/chat`, data: 'hi' },
  ]);
});

describe.each(TRANSPORTS)('the cometd client on %s', (transport) => {
  it('comes, hears, talks and goes', async () => {
    const house = await start();
    const ann = new CometClient(house.faye, transport, await auth(house, 'ann'));
    expect(await ann.handshake()).toMatchObject({ successful: true });
    const lists = vi.fn();
    const chat = vi.fn();
    expect(await ann.subscribe(`${ROOM}/user_list`, lists)).toMatchObject({ successful: true });
    expect(await ann.subscribe(`${ROOM}/chat`, chat)).toMatchObject({ successful: true });
    await vi.waitFor(() => expect(lists).toHaveBeenLastCalledWith({ count: 1, user_list: ['ann'] }));
    expect(await ann.publish(`${ROOM}/chat`, { text: 'hi' })).toMatchObject({ successful: true });
    await vi.waitFor(() => expect(chat).toHaveBeenCalledWith({ text: 'hi' }));
    expect(await ann.publish('/elsewhere', {})).toMatchObject({ successful: false });
    await ann.disconnect();
    await vi.waitFor(async () => expect(await listed(house)).toEqual([]));
  });
});
