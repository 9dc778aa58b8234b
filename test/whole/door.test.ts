// How the middleware sits in a host's application: mounts, parsers, upgrades, extensions, req.online, and mistakes.
import express from 'express';
import { describe, expect, it, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { fayeOnline } from '../../lib/index.js';
import { startHouse } from '../support/servers.js';
import { Tab } from '../support/tab.js';

const ROOM = '/classes/4';
const trusted = { trustClients: true, grace: 0.3, gc: 0.1 } as const;
const auth = (uid: string) => ({ room_channel: ROOM, current_user: { uid, uname: uid } });
const handshake = { channel: '/meta/handshake', version: '1.0', supportedConnectionTypes: ['long-polling'] };
const json = { 'Content-Type': 'application/json' };

const posted = (body: unknown, headers: Record<string, string> = json) => ({
  method: 'POST',
  headers,
  body: typeof body === 'string' ? body : JSON.stringify(body),
});
const post = (url: string, body: unknown, headers?: Record<string, string>) => fetch(url, posted(body, headers));

describe('a host', () => {
  it('mounts it under any path', async () => {
    const house = await startHouse({ ...trusted, under: '/rt' });
    expect(house.faye).toMatch(/\/rt\/faye$/);
    const ann = await (await Tab.open(house.faye, auth('ann'))).come(`${ROOM}/user_list`);
    await ann.until(() => ann.on(`${ROOM}/user_list`).length > 0);
    expect((await post(house.faye, handshake)).status).toBe(200);
    expect((await fetch(`${house.url}/rt/faye/client.js`)).headers.get('content-type')).toMatch('javascript');
    expect((await fetch(`${house.url}/rt/online`)).status).toBe(200);
    expect((await fetch(`${house.url}/faye`)).status).toBe(404);
  });

  it('may mount another path for Faye', async () => {
    const house = await startHouse({ ...trusted, mount: '/push/v1' });
    expect(await (await post(`${house.url}/push/v1`, handshake)).json()).toMatchObject([{ successful: true }]);
  });

  it('needs no attach: the upgrades come through the server of the first request', async () => {
    const house = await startHouse({ ...trusted, detached: true, under: '/rt' });
    await fetch(`${house.url}/rt/faye/client.js`);
    await (await Tab.open(house.faye, auth('ann'))).handshake();
  });

  it.each([
    ['express.json()', express.json()],
    ['express.text()', express.text({ type: 'application/json' })],
    ['express.raw()', express.raw({ type: 'application/json' })],
  ])('may have %s before it', async (_name, parser) => {
    const house = await startHouse({ ...trusted, before: (app) => app.use(parser) });
    expect(await (await post(house.faye, [handshake])).json()).toMatchObject([{ successful: true }]);
    expect((await post(house.faye, [{ ...handshake, padding: 'x'.repeat(70_000) }])).status).toBe(413);
  });

  it('is told when something before it swallowed the body', async () => {
    const house = await startHouse({
      ...trusted,
      before: (app) => app.use((request, _response, next) => void request.resume().on('end', next)),
    });
    const answer = await post(house.faye, handshake);
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('mount it after')]);
  });

  it('keeps the upgrades of its other paths', async () => {
    const house = await startHouse(trusted);
    const own = new WebSocketServer({ noServer: true });
    house.server.on('upgrade', (request, socket, head) => {
      if (request.url === '/own') own.handleUpgrade(request, socket, head, (ws) => ws.send('mine'));
    });
    const socket = new WebSocket(`${house.url.replace('http', 'ws')}/own`);
    expect(String(await new Promise((resolve) => socket.once('message', resolve)))).toBe('mine');
    await (await Tab.open(house.faye, auth('ann'))).handshake();
    socket.close();
  });

  it('has unknown upgrades closed when nobody else takes them', async () => {
    const house = await startHouse(trusted);
    const socket = new WebSocket(`${house.url.replace('http', 'ws')}/nobody`);
    const error = await new Promise<Error>((resolve) => socket.once('error', resolve));
    expect(error.message).toContain('404');
  });

  it('gets req.online in its routes', async () => {
    const house = await startHouse({
      secret: 's'.repeat(32),
      under: '/rt',
      after: (app) => {
        app.use('/rt/page', async (request, response) => {
          const token = await request.online.token({ uid: 'ann', uname: 'Ann', room: ROOM });
          const { url, scripts } = request.online;
          response.json({
            token,
            url,
            scripts,
            count: await request.online.count(ROOM),
            rooms: await request.online.rooms(),
          });
        });
      },
    });
    const page = (await (await fetch(`${house.url}/rt/page`)).json()) as Record<string, string>;
    expect(page).toMatchObject({ url: '/rt/faye', count: 0, rooms: [], token: expect.stringMatching(/^ey/) });
    expect(page.scripts).toContain('<script src="/rt/faye/client.js"></script>');
    await (await Tab.open(house.faye, { token: page.token })).come();
    await vi.waitFor(async () => expect(await house.online.rooms()).toEqual([{ channel: ROOM, count: 1 }]));
  });

  it('uses Faye’s own extensions, client and events', async () => {
    const house = await startHouse(trusted);
    const seen: unknown[] = [];
    house.online.bayeux.addExtension({
      incoming: (message, callback) => {
        seen.push({ ...message });
        callback(message);
      },
    });
    const subscribed = vi.fn();
    house.online.bayeux.bind('subscribe', (_id, channel) => subscribed(channel));
    const heard = vi.fn();
    await house.online.bayeux.getClient().subscribe('/classes/**', heard);
    const ann = await (await Tab.open(house.faye, auth('ann'))).come(`${ROOM}/chat`);
    await ann.ask({ channel: `${ROOM}/chat`, data: 'hi', ext: { password: 'x' } });
    await vi.waitFor(() => expect(heard).toHaveBeenCalledWith('hi'));
    expect(subscribed).toHaveBeenCalledWith(`${ROOM}/chat`);
    expect(JSON.stringify(seen)).not.toMatch(/current_user|password/);
    expect(ann.on(`${ROOM}/chat`)).toEqual(['hi']);
  });

  it('may change messages on their way out, each for itself', async () => {
    const house = await startHouse(trusted);
    house.online.bayeux.addExtension({
      outgoing: (message, callback) => {
        if (message.channel === `${ROOM}/chat`) (message.data as { n: number }).n += 1;
        callback(message);
      },
    });
    const tabs = [await Tab.open(house.faye, auth('ann')), await Tab.open(house.faye, auth('bob'))];
    for (const tab of tabs) await tab.come(`${ROOM}/chat`);
    house.online.publish(`${ROOM}/chat`, { n: 1 });
    for (const tab of tabs) {
      await tab.until(() => tab.on(`${ROOM}/chat`).length > 0);
      expect(tab.on(`${ROOM}/chat`)).toEqual([{ n: 2 }]);
    }
  });

  it('sends a user away, who is told not to come back', async () => {
    const house = await startHouse(trusted);
    const ann = await (await Tab.open(house.faye, auth('ann'))).come();
    await vi.waitFor(async () => expect(await house.online.rooms()).toHaveLength(1));
    expect(await house.online.kick('ann')).toBe(1);
    await vi.waitFor(() => expect(ann.closed).toBe(true));
    const last = ann.received.at(-1);
    expect(last).toMatchObject({ channel: '/meta/connect', successful: false, advice: { reconnect: 'none' } });
    expect(await house.online.rooms()).toEqual([]);
  });

  it('can ask and close without leaving anything behind', async () => {
    const house = await startHouse(trusted);
    const ann = await (await Tab.open(house.faye, auth('ann'))).come();
    await vi.waitFor(async () => expect(await house.online.rooms()).toHaveLength(1));
    await vi.waitFor(() => expect(house.online.hasConnection(ann.clientId)).toBe(true));
    expect(await house.online.status()).toMatchObject({ clients: 1, users: 1, rooms: 1, insecure: true });
    await house.close();
    await vi.waitFor(() => expect(ann.closed).toBe(true));
  });
});

describe('a message that is wrong', () => {
  it.each<[string, object, string]>([
    ['no auth', {}, '401:auth:'],
    ['auth that is true', { auth: true }, '401:auth:'],
    ['no uid', { auth: { room_channel: ROOM, current_user: { uname: 'Ann' } } }, '401:current_user.uid:is missing'],
    ['no place', { auth: { current_user: { uid: 1, uname: 'Ann' } } }, '401:room_channel:'],
    ['a bad room', { auth: { ...auth('ann'), room_channel: 'classes4' } }, '401:room_channel:'],
  ])('with %s is refused by its field, not ignored', async (_what, message, error) => {
    const house = await startHouse(trusted);
    const tab = await Tab.open(house.faye);
    await tab.handshake();
    const reply = await tab.ask({ channel: '/meta/connect', connectionType: 'websocket', ...message });
    expect(reply).toMatchObject({
      successful: false,
      error: expect.stringContaining(error),
      advice: { reconnect: 'none' },
    });
    expect((await house.online.status()).rooms).toBe(0);
  });

  it('says that it is another user', async () => {
    const house = await startHouse(trusted);
    const tab = await (await Tab.open(house.faye, auth('ann'))).come();
    await vi.waitFor(async () => expect((await house.online.room(ROOM)).count).toBe(1));
    tab.auth = auth('bob');
    expect(await tab.ask({ channel: '/meta/disconnect' })).toMatchObject({
      successful: false,
      error: expect.stringContaining('401:current_user.uid'),
    });
    expect(await house.online.room(ROOM)).toMatchObject({ count: 1, users: [{ uid: 'ann' }] });
  });

  it('comes from a client that nobody knows', async () => {
    const house = await startHouse(trusted);
    const tab = await Tab.open(house.faye, auth('ann'));
    tab.clientId = 'nobody';
    const reply = await tab.ask({ channel: '/meta/connect', connectionType: 'websocket' });
    expect(reply).toMatchObject({
      successful: false,
      error: expect.stringMatching(/^401:clientId:Unknown client - handshake again/),
      advice: { reconnect: 'handshake' },
    });
    expect(await house.online.rooms()).toEqual([]);
  });

  it('is seen by nobody who is anonymous, unless the host says so', async () => {
    const house = await startHouse({
      ...trusted,
      anonymous: true,
      authorize: (user, action, channel) => user !== null || (action === 'subscribe' && channel === '/news'),
    });
    const tab = await Tab.open(house.faye);
    await tab.handshake();
    expect(await tab.subscribe('/news')).toMatchObject({ successful: true });
    expect(await tab.subscribe(ROOM)).toMatchObject({ successful: false, error: expect.stringContaining('403:') });
    tab.connect();
    house.online.publish('/news', 'hello');
    await tab.until(() => tab.on('/news').length === 1);
    expect((await house.online.status()).users).toBe(0);
  });

  it('is refused when authorize fails or rejects', async () => {
    const errors = vi.fn();
    const house = await startHouse({ ...trusted, authorize: () => Promise.reject(new Error('database away')) });
    house.online.on('error', errors);
    const tab = await Tab.open(house.faye, auth('ann'));
    await tab.handshake();
    expect(await tab.subscribe(`${ROOM}/chat`)).toMatchObject({
      successful: false,
      error: expect.stringContaining('403:'),
    });
    expect(errors).toHaveBeenCalledOnce();
  });
});

describe('an attack', () => {
  const deep = `${'['.repeat(3000)}${']'.repeat(3000)}`;

  it.each([
    ['text', 'x'],
    ['null', '[null]'],
    ['a number', '5'],
    ['arrays in one another', '[[1]]'],
    ['6 KB of brackets', `[${deep}]`],
  ])('with a frame of %s gets a Bayeux error', async (_what, frame) => {
    const house = await startHouse(trusted);
    const tab = await Tab.open(house.faye);
    tab.send(frame);
    await tab.until(() => tab.received.length > 0);
    expect(tab.received[0]).toMatchObject({ successful: false, error: expect.stringMatching(/^400:/) });
    expect(await tab.handshake()).toMatchObject({ successful: true });
  });

  it('with a frame that is too large is closed', async () => {
    const house = await startHouse(trusted);
    const tab = await Tab.open(house.faye);
    tab.send('x'.repeat(70_000));
    await vi.waitFor(() => expect(tab.closed).toBe(true));
  });
});

it('two of them live beside one another in one application', async () => {
  const house = await startHouse({ ...trusted, under: '/a' });
  const other = fayeOnline({ trustClients: true, database: 'sqlite::memory:' });
  house.app.use('/b', other);
  other.attach(house.server, '/b');
  await other.ready;
  await (await Tab.open(house.faye, auth('ann'))).come();
  await (await Tab.open(`${house.url}/b/faye`, auth('bob'))).come();
  await vi.waitFor(async () => expect((await other.room(ROOM)).users).toMatchObject([{ uid: 'bob' }]));
  expect((await house.online.room(ROOM)).users).toMatchObject([{ uid: 'ann' }]);
  await other.close();
});
