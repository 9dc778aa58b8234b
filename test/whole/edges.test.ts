// Where connections break off, cross one another or come in floods: nothing is lost, nobody is left behind as a ghost.
import express from 'express';
import { describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { fayeClient, TRANSPORTS } from '../support/clients.js';
import { type House, startHouse } from '../support/servers.js';
import { Tab, type Wire } from '../support/tab.js';

const ROOM = '/classes/4';
const CHAT = `${ROOM}/chat`;
const trusted = { trustClients: true, grace: 0.3, gc: 0.1 } as const;
const auth = (uid: string, room = ROOM) => ({ room_channel: room, current_user: { uid, uname: uid } });
const connect = { channel: '/meta/connect', connectionType: 'long-polling' };
const types = { version: '1.0', supportedConnectionTypes: ['long-polling'] };

async function post(house: House, messages: object | object[], signal?: AbortSignal): Promise<Wire[]> {
  const body = JSON.stringify(messages);
  const init = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body, ...(signal ? { signal } : {}) };
  return (await (await fetch(house.faye, init)).json()) as Wire[];
}

async function clientOf(house: House, uid: string): Promise<string> {
  const [reply] = await post(house, { channel: '/meta/handshake', ...types, auth: auth(uid) });
  return reply?.clientId ?? '';
}

const listed = async (house: House): Promise<string[]> => (await house.online.room(ROOM)).users.map(({ uid }) => uid);

describe('a socket', () => {
  it('that says more at once than can wait is read more slowly, and loses nothing', async () => {
    const house = await startHouse({ ...trusted, limits: { messageBurst: 1000 } });
    const heard: unknown[] = [];
    await house.online.bayeux.getClient().subscribe(CHAT, (data) => heard.push(data));
    const ann = await (await Tab.open(house.faye, auth('ann'))).come();
    for (let n = 0; n < 500; n++) ann.tell({ channel: CHAT, data: n });
    await vi.waitFor(() => expect(heard).toHaveLength(500), 5000);
    expect(heard).toEqual(Array.from({ length: 500 }, (_, n) => n));
    expect(ann.closed).toBe(false);
  });

  it('that says something and closes has said it', async () => {
    const house = await startHouse(trusted);
    const heard = vi.fn();
    await house.online.bayeux.getClient().subscribe(CHAT, heard);
    const ann = await (await Tab.open(house.faye, auth('ann'))).come();
    ann.tell({ channel: CHAT, data: 'last words' });
    ann.tell({ channel: '/meta/disconnect' });
    ann.close();
    await vi.waitFor(() => expect(heard).toHaveBeenCalledWith('last words'));
    await vi.waitFor(async () => expect(await house.online.status()).toMatchObject({ clients: 0, users: 0 }));
  });

  it('that closes while its connect is at the gate leaves no ghost', async () => {
    let asked = 0;
    let admit: (() => void) | undefined;
    const gate = new Promise<void>((resolve) => {
      admit = resolve;
    });
    const house = await startHouse({
      authenticate: async (_request, { channel }) => {
        if (channel === '/meta/connect') {
          asked++;
          await gate;
        }
        return channel === '/meta/handshake' ? null : { uid: 'ann', uname: 'Ann', room: ROOM };
      },
      anonymous: true,
      grace: 0.3,
      gc: 0.1,
    });
    const ann = await Tab.open(house.faye);
    await ann.handshake();
    ann.connect();
    await vi.waitFor(() => expect(asked).toBe(1));
    ann.close();
    await ann.until(() => ann.closed).catch(() => undefined);
    const joined = vi.fn();
    house.online.on('join', joined);
    admit?.();
    const bob = await Tab.open(house.faye);
    await bob.handshake();
    expect(joined).not.toHaveBeenCalled();
    expect(await listed(house)).toEqual([]);
  });

  it('that takes the place of another gets what waited, and the other is closed', async () => {
    const house = await startHouse({ ...trusted, grace: 5 });
    const first = await (await Tab.open(house.faye, auth('ann'))).come(CHAT);
    await vi.waitFor(async () => expect(await listed(house)).toEqual(['ann']));
    const second = await Tab.open(house.faye, auth('ann'));
    second.clientId = first.clientId;
    second.connect();
    await vi.waitFor(() => expect(first.closed).toBe(true));
    house.online.publish(CHAT, 'hello');
    await second.until(() => second.on(CHAT).length === 1);
    expect(await listed(house)).toEqual(['ann']);
  });

  it('gets what waited while its client had no connection, first', async () => {
    const house = await startHouse({ ...trusted, grace: 5 });
    const first = await (await Tab.open(house.faye, auth('ann'))).come(CHAT);
    first.close();
    await vi.waitFor(() => expect(house.online.hasConnection(first.clientId)).toBe(false));
    house.online.publish(CHAT, 1);
    house.online.publish(CHAT, 2);
    const second = await Tab.open(house.faye, auth('ann'));
    second.clientId = first.clientId;
    second.connect();
    await second.until(() => second.on(CHAT).length === 2);
    house.online.publish(CHAT, 3);
    await second.until(() => second.on(CHAT).length === 3);
    expect(second.on(CHAT)).toEqual([1, 2, 3]);
  });

  it('may be sent more in one turn than may wait for it', async () => {
    const house = await startHouse({ ...trusted, limits: { waiting: 100_000 } });
    const ann = await (await Tab.open(house.faye, auth('ann'))).come(CHAT);
    const text = 'x'.repeat(50_000);
    for (let n = 0; n < 25; n++) house.online.publish(CHAT, { n, text });
    await ann.until(() => ann.on(CHAT).length === 25);
    expect(ann.closed).toBe(false);
  });

  it('has each of two connects answered, the older at once', async () => {
    const house = await startHouse({ ...trusted, timeout: 0.5 });
    const ann = await Tab.open(house.faye, auth('ann'));
    await ann.handshake();
    const ids = [ann.connect(), ann.connect()];
    for (const wanted of ids) await ann.waitFor(({ id, successful }) => id === wanted && successful === true);
  });

  it('is answered at once when it asks for that', async () => {
    const house = await startHouse({ ...trusted, timeout: 1000 });
    const ann = await Tab.open(house.faye, auth('ann'));
    await ann.handshake();
    expect(
      await ann.ask({ channel: '/meta/connect', connectionType: 'websocket', advice: { timeout: 0 } }),
    ).toMatchObject({
      successful: true,
    });
  });
});

describe('a poll', () => {
  it('that breaks off at the gate is not held for ever', async () => {
    let admit: (() => void) | undefined;
    const gate = new Promise<void>((resolve) => {
      admit = resolve;
    });
    const asked = vi.fn();
    const house = await startHouse({
      authenticate: async (_request, { channel }) => {
        if (channel !== '/meta/connect') return null;
        asked();
        await gate;
        return { uid: 'ann', uname: 'Ann', room: ROOM };
      },
      anonymous: true,
      grace: 0.3,
      gc: 0.1,
    });
    const [hello] = await post(house, { channel: '/meta/handshake', ...types });
    const abort = new AbortController();
    const poll = post(house, { ...connect, clientId: hello?.clientId }, abort.signal).catch(() => 'broken off');
    await vi.waitFor(() => expect(asked).toHaveBeenCalled());
    abort.abort();
    expect(await poll).toBe('broken off');
    admit?.();
    await vi.waitFor(() => expect(house.online.hasConnection(hello?.clientId ?? '')).toBe(false));
    await vi.waitFor(async () => expect(await listed(house)).toEqual([]), 5000);
  });

  it('may ask for a shorter wait, not for a longer one', async () => {
    const house = await startHouse({ ...trusted, timeout: 0.4 });
    const clientId = await clientOf(house, 'ann');
    expect(await post(house, { ...connect, clientId, advice: { timeout: 1e12 } })).toMatchObject([
      { successful: true },
    ]);
  });

  it('holds one connect', async () => {
    const house = await startHouse({ ...trusted, timeout: 0.4 });
    const clientId = await clientOf(house, 'ann');
    const replies = await post(house, [
      { ...connect, clientId, id: '1' },
      { ...connect, clientId, id: '2' },
    ]);
    expect(replies).toMatchObject([
      { id: '1', successful: true },
      { id: '2', successful: false, error: expect.stringMatching(/^400:/) },
    ]);
  });

  it('takes over from a socket that went stale', async () => {
    const house = await startHouse({ ...trusted, grace: 5 });
    const ann = await (await Tab.open(house.faye, auth('ann'))).come(CHAT);
    const poll = post(house, { ...connect, clientId: ann.clientId });
    await vi.waitFor(() => expect(ann.closed).toBe(true));
    house.online.publish(CHAT, 'hello');
    expect(await poll).toContainEqual(expect.objectContaining({ channel: CHAT, data: 'hello' }));
  });

  it('says that the page may be going', async () => {
    const house = await startHouse(trusted);
    const clientId = await clientOf(house, 'ann');
    await post(house, { ...connect, clientId, advice: { timeout: 0 } });
    expect(await listed(house)).toEqual(['ann']);
    await post(house, { channel: '/faye_online/before_leave', clientId, data: {} });
    await vi.waitFor(async () => expect(await listed(house)).toEqual([]), 5000);
  });
});

describe('sending away', () => {
  it.each(TRANSPORTS)('holds for the faye client on %s', async (transport) => {
    const house = await startHouse({ ...trusted, timeout: 1 });
    const left = vi.fn();
    house.online.on('leave', left);
    fayeClient(house.faye, transport, auth('ann')).connect();
    await vi.waitFor(async () => expect(await listed(house)).toEqual(['ann']));
    await vi.waitFor(async () => expect(await house.online.kick('ann')).toBe(1));
    expect(await listed(house)).toEqual([]);
    const joined = vi.fn();
    house.online.on('join', joined);
    // Bob comes, stays through two time-outs and goes: ann has had the time to come back.
    const bob = fayeClient(house.faye, transport, auth('bob'));
    await bob.subscribe(CHAT, () => undefined);
    await vi.waitFor(async () => expect((await house.online.status()).uptime).toBeGreaterThan(2500), 5000);
    expect(joined.mock.calls.map(([{ user }]) => user.uid)).toEqual(['bob']);
    expect(left).toHaveBeenCalledWith(expect.objectContaining({ cause: 'kick' }));
  });

  it('reaches a client between two polls', async () => {
    const house = await startHouse(trusted);
    const clientId = await clientOf(house, 'ann');
    await post(house, { ...connect, clientId, advice: { timeout: 0 } });
    await house.online.kick('ann');
    expect(await post(house, { ...connect, clientId })).toMatchObject([
      { successful: false, advice: { reconnect: 'none' } },
    ]);
  });

  it('from a room leaves the tabs in other rooms', async () => {
    const house = await startHouse(trusted);
    await (await Tab.open(house.faye, auth('ann', '/a'))).come();
    await (await Tab.open(house.faye, auth('ann', '/b'))).come();
    await vi.waitFor(async () => expect(await house.online.rooms()).toHaveLength(2));
    expect(await house.online.kick({ room: '/a' })).toBe(1);
    expect(await house.online.rooms()).toEqual([{ channel: '/b', count: 1 }]);
  });
});

describe('the host', () => {
  it('may refuse a connect in an extension, and nobody is listed', async () => {
    const house = await startHouse(trusted);
    house.online.bayeux.addExtension({
      incoming: (message, callback) =>
        callback(message.channel === '/meta/connect' ? Object.assign(message, { error: '403::No' }) : message),
    });
    const ann = await Tab.open(house.faye, auth('ann'));
    await ann.handshake();
    expect(await ann.ask({ channel: '/meta/connect', connectionType: 'websocket' })).toMatchObject({
      successful: false,
    });
    expect(await listed(house)).toEqual([]);
  });

  it('publishes what it is now, whatever becomes of it', async () => {
    const house = await startHouse(trusted);
    const clientId = await clientOf(house, 'ann');
    await post(house, { channel: '/meta/subscribe', clientId, subscription: CHAT });
    const score = { n: 1 };
    house.online.publish(CHAT, score);
    score.n = 2;
    house.online.publish(CHAT, score);
    const replies = await post(house, { ...connect, clientId });
    expect(replies.filter(({ channel }) => channel === CHAT).map(({ data }) => data)).toEqual([{ n: 1 }, { n: 2 }]);
  });

  it('is told at once what cannot be published', async () => {
    const house = await startHouse(trusted);
    expect(() => house.online.publish('news', 1)).toThrow(/channel "news" must be a name/);
    expect(() => house.online.publish(CHAT, undefined)).toThrow(TypeError);
    expect(() => house.online.publish(CHAT, { big: 1n })).toThrow(TypeError);
  });

  it('knows its users without a word of the page', async () => {
    const house = await startHouse({
      authenticate: ({ headers }) => (headers.cookie === 'user=ann' ? { uid: 'ann', uname: 'Ann', room: ROOM } : null),
      grace: 0.3,
    });
    const socket = new WebSocket(house.faye.replace('http', 'ws'), { headers: { cookie: 'user=ann' } });
    const replies: Wire[] = [];
    socket.on('message', (data) => replies.push(...(JSON.parse(String(data)) as Wire[])));
    await new Promise((resolve) => socket.once('open', resolve));
    socket.send(JSON.stringify({ channel: '/meta/handshake', ...types }));
    await vi.waitFor(() => expect(replies[0]?.clientId).toBeDefined());
    socket.send(
      JSON.stringify({ channel: '/meta/connect', connectionType: 'websocket', clientId: replies[0]?.clientId }),
    );
    await vi.waitFor(async () => expect(await listed(house)).toEqual(['ann']));
    socket.terminate();
  });

  it.each([
    ['https://evil.example', false],
    ['null', false],
    ['https://friend.example', true],
    [undefined, true],
  ])('lets a page of %s open a WebSocket with its cookies: %s', async (origin, allowed) => {
    const house = await startHouse({ authenticate: () => null, origins: ['https://friend.example'] });
    const socket = new WebSocket(house.faye.replace('http', 'ws'), origin ? { origin } : {});
    const opened = await new Promise((resolve) => {
      socket.once('open', () => resolve(true)).once('error', () => resolve(false));
    });
    expect(opened).toBe(allowed);
    socket.terminate();
  });

  it('keeps its own /faye beside one that is mounted elsewhere', async () => {
    const house = await startHouse({ ...trusted, under: '/rt' });
    const taken = vi.fn();
    house.server.on('upgrade', (request, socket) => {
      if (request.url !== '/faye') return;
      taken();
      socket.destroy();
    });
    const socket = new WebSocket(`${house.url.replace('http', 'ws')}/faye`);
    await new Promise((resolve) => socket.once('error', resolve));
    expect(taken).toHaveBeenCalledOnce();
  });

  it('answers requests that only offer an upgrade', async () => {
    const house = await startHouse({
      ...trusted,
      after: (app) => app.get('/page', (_, response) => response.send('page')),
    });
    const { request } = await import('node:http');
    const status = await new Promise((resolve) => {
      const headers = { Connection: 'Upgrade, HTTP2-Settings', Upgrade: 'h2c', 'HTTP2-Settings': '' };
      request(`${house.url}/page`, { headers }, (response) => resolve(response.statusCode)).end();
    });
    expect(status).toBe(200);
  });

  it('may close twice, and what comes after that is told so', async () => {
    const house = await startHouse(trusted);
    house.online.bayeux.getClient().connect();
    await Promise.all([house.online.close(), house.online.close()]);
    const answer = await fetch(house.faye, { method: 'POST' });
    expect(answer.status).toBe(503);
  });

  it('may parse bodies that are deeper than anybody can write', async () => {
    const errors = vi.fn();
    const house = await startHouse({ ...trusted, before: (app) => app.use(express.json()) });
    house.online.on('error', errors);
    const body = `${'['.repeat(30_000)}${']'.repeat(30_000)}`;
    const answer = await fetch(house.faye, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
    expect([answer.status, await answer.text()]).toEqual([400, 'the message is nested too deeply: send less in one\n']);
    expect(errors).not.toHaveBeenCalled();
  });
});

it('a client may subscribe again to what it has, at the limit too', async () => {
  const house = await startHouse({ ...trusted, limits: { subscriptions: 2 } });
  const ann = await Tab.open(house.faye, auth('ann'));
  await ann.handshake();
  expect(await ann.subscribe([`${ROOM}/a`, `${ROOM}/b`])).toMatchObject({ successful: true });
  expect(await ann.subscribe(`${ROOM}/a`)).toMatchObject({ successful: true });
  expect(await ann.subscribe(`${ROOM}/c`)).toMatchObject({
    successful: false,
    error: expect.stringContaining('At most 2'),
  });
});
