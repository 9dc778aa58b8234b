// How much one client, one user, one address and one process may ask for; and what mallory is told who asks for more.
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { pino } from 'pino';
import { describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { Limits } from '../../lib/index.js';
import { ask, CONNECT, comeIn, HANDSHAKE } from '../support/post.js';
import { type House, startHouse } from '../support/servers.js';
import { Tab } from '../support/tab.js';

const ROOM = '/classes/4';
const CHAT = `${ROOM}/chat`;
const auth = (uid: string) => ({ room_channel: ROOM, current_user: { uid, uname: uid } });

const houseOf = (limits: Partial<Limits>, more: object = {}): Promise<House> =>
  startHouse({ trustClients: true, grace: 0.3, gc: 0.1, limits, ...more });

/** The answer to an upgrade that is refused. */
function refusedUpgrade(
  faye: string,
  headers: Record<string, string> = {},
): Promise<{ status: number | undefined; after: string | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(faye.replace('http', 'ws'), { headers });
    socket.once('open', () => {
      socket.terminate();
      reject(new Error('it was opened'));
    });
    socket.once('unexpected-response', (_request, response) => {
      let text = '';
      response.on('data', (data) => (text += data));
      response.on('end', () => resolve({ status: response.statusCode, after: response.headers['retry-after'], text }));
    });
    socket.on('error', () => undefined);
  });
}

/** @returns what refused it; undefined when it was opened */
const openAndClose = (faye: string, headers: Record<string, string>) =>
  refusedUpgrade(faye, headers).catch(() => undefined);

const metric = async (house: House, kind: string): Promise<number> => {
  const found = new RegExp(`refusals_total\\{kind="${kind}"\\} (\\d+)`).exec(await house.online.metrics());
  return Number(found?.[1] ?? 0);
};

describe('messages', () => {
  it('may come in a burst, then at their pace; what is too much is refused and delivered to nobody', async () => {
    const house = await houseOf({ messagesPerSecond: 5, messageBurst: 10 });
    const heard: unknown[] = [];
    await house.online.bayeux.getClient().subscribe(CHAT, (data) => heard.push(data));
    const ann = await Tab.open(house.faye, auth('ann'));
    await ann.handshake();
    const replies = await Promise.all(Array.from({ length: 14 }, (_, n) => ann.ask({ channel: CHAT, data: n })));
    expect(replies.slice(0, 10).every(({ successful }) => successful)).toBe(true);
    expect(replies[11]).toMatchObject({ successful: false, error: expect.stringMatching(/^429:messagesPerSecond:/) });
    await vi.waitFor(async () =>
      expect(await ann.ask({ channel: CHAT, data: 'later' })).toMatchObject({ successful: true }),
    );
    expect(heard).not.toContain(13);
    expect(await metric(house, 'messagesPerSecond')).toBeGreaterThan(2);
  });

  it('of one client do not slow another one', async () => {
    const house = await houseOf({ messagesPerSecond: 1, messageBurst: 2 });
    const tabs = await Promise.all(['mallory', 'bob'].map((uid) => Tab.open(house.faye, auth(uid))));
    for (const tab of tabs) await tab.handshake();
    const [mallory, bob] = tabs;
    for (let n = 0; n < 10; n++) mallory?.tell({ channel: CHAT, data: n });
    expect(await bob?.ask({ channel: CHAT, data: 1 })).toMatchObject({ successful: true });
  });

  it('count by HTTP too, and a connect that is too much is told when to come again', async () => {
    const house = await houseOf({ messagesPerSecond: 1, messageBurst: 2 });
    const clientId = await comeIn(house.faye, auth('ann'));
    const connect = { ...CONNECT, clientId, advice: { timeout: 0 } };
    for (let n = 0; n < 2; n++) expect(await ask(house.faye, connect)).toMatchObject({ successful: true });
    const refused = await ask(house.faye, connect);
    expect(refused).toMatchObject({ successful: false, advice: { reconnect: 'retry', interval: expect.any(Number) } });
    expect(refused.advice?.interval).toBeGreaterThanOrEqual(1000);
  });

  it('in a flood cost the flooder the connection, and a goodbye is never too much', async () => {
    const house = await houseOf({ messagesPerSecond: 1, messageBurst: 3 });
    const mallory = await Tab.open(house.faye, auth('mallory'));
    await mallory.handshake();
    for (let n = 0; n < 150; n++) mallory.tell({ channel: CHAT, data: n });
    await vi.waitFor(() => expect(mallory.closed).toBe(true));
    const ann = await Tab.open(house.faye, auth('ann'));
    await ann.handshake();
    for (let n = 0; n < 5; n++) ann.tell({ channel: CHAT, data: n });
    expect(await ann.disconnect()).toMatchObject({ successful: true });
  });
});

describe('handshakes', () => {
  it('from one address come at a pace, and who is refused is told when to try again', async () => {
    const house = await houseOf({ handshakesPerSecond: 1, handshakeBurst: 3 });
    for (let n = 0; n < 3; n++) await comeIn(house.faye, auth(`user${n}`));
    const refused = await ask(house.faye, { ...HANDSHAKE, auth: auth('mallory') });
    expect(refused).toMatchObject({
      successful: false,
      error: expect.stringMatching(/^429:handshakesPerSecond:/),
      advice: { reconnect: 'retry', interval: expect.any(Number) },
    });
    expect(refused.clientId).toBeUndefined();
    await vi.waitFor(() => comeIn(house.faye, auth('ann')), { timeout: 5000, interval: 200 });
  });

  it('are counted by /64, for whom the host’s proxy tells apart', async () => {
    const house = await houseOf({ handshakesPerSecond: 1, handshakeBurst: 1 }, { trustProxy: 1 });
    const from = (address: string): Promise<{ successful?: boolean }> =>
      ask(house.faye, { ...HANDSHAKE, auth: auth('ann') }, { 'X-Forwarded-For': `6.6.6.6, ${address}` });
    expect(await from('2001:db8::1')).toMatchObject({ successful: true });
    expect(await from('2001:db8::2')).toMatchObject({ successful: false });
    expect(await from('2001:db8:0:1::2')).toMatchObject({ successful: true });
    expect(await from('192.0.2.1')).toMatchObject({ successful: true });
  });

  it('are not told apart by what mallory writes into a header', async () => {
    const house = await houseOf({ handshakesPerSecond: 1, handshakeBurst: 1 });
    await comeIn(house.faye, auth('ann'), { 'X-Forwarded-For': '192.0.2.1' });
    const again = await ask(house.faye, { ...HANDSHAKE, auth: auth('ann') }, { 'X-Forwarded-For': '192.0.2.2' });
    expect(again).toMatchObject({ successful: false });
  });

  it('by WebSocket are told apart as Express tells them', async () => {
    const more = { before: (app: { set(name: string, value: unknown): unknown }) => void app.set('trust proxy', 1) };
    const house = await houseOf({ clientsPerIp: 1 }, more);
    await fetch(`${house.faye}/client.js`);
    const open = (address: string): Promise<WebSocket> =>
      new Promise((resolve, reject) => {
        const headers = { 'X-Forwarded-For': address };
        const socket = new WebSocket(house.faye.replace('http', 'ws'), { headers });
        socket.once('open', () => resolve(socket)).once('error', reject);
      });
    const sockets = [await open('192.0.2.1'), await open('192.0.2.2')];
    expect(await refusedUpgrade(house.faye, { 'X-Forwarded-For': '192.0.2.2' })).toMatchObject({ status: 429 });
    for (const socket of sockets) socket.terminate();
  });
});

describe('messages that are refused', () => {
  const slow = { handshakesPerSecond: 1, handshakeBurst: 2, clientsPerIp: 20 };
  const TOO_MANY = expect.stringMatching(/^429:handshakesPerSecond:/);

  it('by bob in ann’s name cost her nothing', async () => {
    const house = await houseOf({ messagesPerSecond: 1, messageBurst: 5 });
    const ann = await Tab.open(house.faye, auth('ann'));
    await ann.handshake();
    for (let n = 0; n < 20; n++) {
      const bobs = { channel: CHAT, data: n, clientId: ann.clientId, auth: auth('bob') };
      expect(await ask(house.faye, bobs)).toMatchObject({ error: expect.stringMatching(/^401:current_user.uid:/) });
    }
    expect(await ann.ask({ channel: CHAT, data: 1 })).toMatchObject({ successful: true });
  });

  it.each([
    ['goodbyes', { channel: '/meta/disconnect' }],
    ['messages', { channel: CHAT, data: 1 }],
  ])('ask the host at the pace of handshakes, %s too', async (_what, message) => {
    const authenticate = vi.fn(({ headers }: { headers: { cookie?: string | undefined } }) => {
      const uid = headers.cookie ?? '';
      return { uid, uname: uid, room: ROOM };
    });
    const house = await startHouse({ authenticate, limits: slow });
    const clientId = await comeIn(house.faye, undefined, { Cookie: 'ann' });
    const errors: unknown[] = [];
    for (let n = 0; n < 60; n++)
      errors.push((await ask(house.faye, { ...message, clientId }, { Cookie: 'bob' })).error);
    expect(errors[21]).toMatch(/^401:current_user.uid:/);
    expect(errors.at(-1)).toEqual(TOO_MANY);
    expect(authenticate.mock.calls.length).toBeLessThan(35);
    // Hers is not slowed: nothing has to be asked.
    const hers = await ask(house.faye, { channel: CHAT, data: 1, clientId }, { Cookie: 'ann' });
    expect(hers).toMatchObject({ successful: true });
  });

  it.each([
    ['of nobody', { channel: CHAT, data: 1, clientId: 'nobody' }, /^401:/],
    ['without what they need', { channel: '/meta/connect' }, /^402:/],
  ])('%s come at a pace as well, by HTTP', async (_what, message, error) => {
    const house = await houseOf(slow);
    const errors: unknown[] = [];
    for (let n = 0; n < 40; n++) errors.push((await ask(house.faye, message)).error);
    expect(errors[0]).toMatch(error);
    expect(errors.at(-1)).toEqual(TOO_MANY);
  });

  it.each([
    ['of nobody', [JSON.stringify({ channel: CHAT, data: 1, clientId: 'nobody' })]],
    ['without what they need', [JSON.stringify({ channel: '/meta/connect' })]],
    ['that are no JSON', ['{']],
    ['of too many parts', [JSON.stringify(new Array(21).fill({}))]],
  ])('%s cost a stranger the WebSocket after a hundred', async (_what, [text = '']) => {
    const house = await houseOf({});
    const mallory = await Tab.open(house.faye);
    for (let n = 0; n < 150; n++) mallory.send(text);
    await vi.waitFor(() => expect(mallory.closed).toBe(true));
    expect(mallory.received.length).toBeLessThanOrEqual(100);
  });

  it.each([
    ['without what they need', JSON.stringify({ channel: '/meta/connect' })],
    ['that are no JSON', '{'],
  ])('%s cost a client its WebSocket too, when it floods', async (_what, text) => {
    const house = await houseOf(slow);
    const mallory = await (await Tab.open(house.faye, auth('mallory'))).come();
    for (let n = 0; n < 50; n++) mallory.send(text);
    await mallory.until(() => mallory.received.length > 50);
    expect(mallory.closed).toBe(false);
    for (let n = 0; n < 150; n++) mallory.send(text);
    await vi.waitFor(() => expect(mallory.closed).toBe(true));
  });

  it('are no hindrance to a school whose pages are all forgotten at once', async () => {
    const house = await houseOf({ handshakesPerSecond: 1, handshakeBurst: 100, clientsPerIp: 100 });
    const errors = await Promise.all(
      Array.from({ length: 100 }, async (_, n) => {
        const tab = await Tab.open(house.faye, auth(`user${n}`));
        tab.clientId = `forgotten${n}`;
        const { error, advice } = await tab.ask({ channel: '/meta/connect', connectionType: 'websocket' });
        expect(advice).toMatchObject({ reconnect: 'handshake' });
        tab.clientId = '';
        await tab.come(CHAT);
        return error?.split(':')[0];
      }),
    );
    expect(new Set(errors)).toEqual(new Set(['401']));
    await vi.waitFor(async () => expect((await house.online.room(ROOM)).count).toBe(100));
  });
});

describe('clients', () => {
  it('of one user are so many, and one that goes makes room', async () => {
    const house = await houseOf({ clientsPerUser: 2 });
    const [first] = [await comeIn(house.faye, auth('ann')), await comeIn(house.faye, auth('ann'))];
    expect(await ask(house.faye, { ...HANDSHAKE, auth: auth('ann') })).toMatchObject({
      successful: false,
      error: expect.stringMatching(/^429:clientsPerUser:/),
      advice: { reconnect: 'retry' },
    });
    await comeIn(house.faye, auth('bob'));
    await ask(house.faye, { channel: '/meta/disconnect', clientId: first });
    await vi.waitFor(() => comeIn(house.faye, auth('ann')));
  });

  it('of one user are so many too when they say late who they are', async () => {
    const house = await houseOf({ clientsPerUser: 1 });
    await comeIn(house.faye, auth('ann'));
    const clientId = await comeIn(house.faye);
    const connect = { ...CONNECT, clientId, auth: auth('ann'), advice: { timeout: 0 } };
    expect(await ask(house.faye, connect)).toMatchObject({
      successful: false,
      error: expect.stringMatching(/^429:clientsPerUser/),
    });
    expect(await ask(house.faye, { ...connect, auth: auth('bob') })).toMatchObject({ successful: true });
  });

  it('from one address, and in one process, are so many', async () => {
    const house = await houseOf({ clientsPerIp: 1 });
    await comeIn(house.faye, auth('ann'));
    expect(await ask(house.faye, HANDSHAKE)).toMatchObject({ error: expect.stringMatching(/^429:clientsPerIp:/) });
    const small = await houseOf({ clients: 1 });
    await comeIn(small.faye, auth('ann'));
    expect(await ask(small.faye, HANDSHAKE)).toMatchObject({ error: expect.stringMatching(/^503:clients:/) });
  });

  it('that are refused by somebody else are not counted', async () => {
    const house = await houseOf({ clientsPerIp: 1 });
    house.online.bayeux.addExtension({
      incoming: (message, pass) => {
        if (message.channel === '/meta/handshake' && message.id === 'no') message.error = '403::no';
        pass(message);
      },
    });
    const wrong = { ...HANDSHAKE, auth: { room_channel: 'no' } };
    for (const refused of [wrong, { ...HANDSHAKE, id: 'no' }, wrong]) {
      const { error } = await ask(house.faye, refused);
      expect(error ?? '').not.toMatch(/^429/);
    }
  });

  it('that come again and again for sockets are refused at the door, and others are not', async () => {
    const limits = { handshakesPerSecond: 1, handshakeBurst: 1, clientsPerIp: 10 };
    const house = await houseOf(limits, { trustProxy: 'loopback' });
    const from = { 'x-forwarded-for': '192.0.2.1' };
    let full: { status: number | undefined; text: string } | undefined;
    // Each that is let in closes at once, so there are never many.
    for (let n = 0; n < 100 && !full; n++) full = await openAndClose(house.faye, from);
    expect(full).toMatchObject({ status: 429, text: expect.stringMatching(/^429:handshakesPerSecond:/) });
    expect(await metric(house, 'handshakesPerSecond')).toBe(1);
    const bob = new WebSocket(house.faye.replace('http', 'ws'), { headers: { 'x-forwarded-for': '192.0.2.2' } });
    await once(bob, 'open');
    bob.terminate();
  });

  it('that hold many sockets are refused with when to come again', async () => {
    const house = await houseOf({ clientsPerIp: 1 });
    const ann = await Tab.open(house.faye);
    const refused = await refusedUpgrade(house.faye);
    expect(refused).toMatchObject({ status: 429, text: expect.stringContaining('429:clientsPerIp:') });
    expect(Number(refused.after)).toBeGreaterThan(0);
    ann.cut();
    await vi.waitFor(() => Tab.open(house.faye));
    const small = await houseOf({ clients: 1 });
    await Tab.open(small.faye);
    expect(await refusedUpgrade(small.faye)).toMatchObject({ status: 503 });
  });
});

it('what is refused is logged ten times a second, and then how often', async () => {
  const lines: Record<string, unknown>[] = [];
  const logger = pino({ level: 'warn' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const house = await houseOf({ handshakesPerSecond: 1, handshakeBurst: 1 }, { logger });
  await Promise.all(Array.from({ length: 40 }, () => ask(house.faye, HANDSHAKE)));
  const told = (): Record<string, unknown>[] => lines.filter(({ refused }) => refused === 'handshakesPerSecond');
  await vi.waitFor(() => expect(told().at(-1)).toMatchObject({ times: 29 }), 3000);
  expect(told()).toHaveLength(11);
  expect(told()[0]).toMatchObject({ address: '127.0.0.1' });
});

it('who says nothing of themselves is taken out within seconds, and so is an empty socket', {
  timeout: 25_000,
}, async () => {
  const house = await houseOf({});
  const open = await houseOf({}, { anonymous: true });
  const empty = await Tab.open(house.faye);
  const nameless = await Tab.open(house.faye);
  await nameless.handshake();
  const [ann, guest] = [await Tab.open(house.faye, auth('ann')), await Tab.open(open.faye)];
  for (const tab of [ann, guest]) await tab.come();
  await vi.waitFor(() => expect(empty.closed).toBe(true), 15_000);
  await vi.waitFor(async () => expect(await house.online.status()).toMatchObject({ clients: 1 }), 5000);
  const connect = { channel: '/meta/connect', connectionType: 'websocket' };
  expect(await nameless.ask(connect)).toMatchObject({ error: expect.stringMatching(/^401:auth:/) });
  expect(ann.closed).toBe(false);
  expect(await open.online.status()).toMatchObject({ clients: 1 });
  expect(await metric(house, 'timeout')).toBe(1);
});

it('a frame or a body that is too long, and what is no POST, are counted too', async () => {
  const house = await houseOf({ bytes: 1000 });
  const headers = { 'Content-Type': 'application/json' };
  const mallory = await Tab.open(house.faye, auth('mallory'));
  mallory.send('x'.repeat(1001));
  await vi.waitFor(() => expect(mallory.closed).toBe(true));
  await vi.waitFor(async () => expect(await metric(house, 'bytes')).toBe(1));
  expect((await fetch(house.faye, { method: 'POST', headers, body: 'x'.repeat(1001) })).status).toBe(413);
  expect(await metric(house, 'bytes')).toBe(2);
  expect((await fetch(house.faye, { method: 'PUT' })).status).toBe(405);
  expect(await metric(house, 'request')).toBe(1);
});

it('who takes nothing of what is sent is closed, and counted', async () => {
  const house = await houseOf({ waiting: 1000 });
  const ann = await (await Tab.open(house.faye, auth('ann'))).come(CHAT);
  ann.pause();
  const data = 'x'.repeat(1_000_000);
  await vi.waitFor(async () => {
    house.online.publish(CHAT, data);
    expect(await metric(house, 'waiting')).toBe(1);
  });
});

it('who takes slowly what is sent is neither closed nor loses any of it', async () => {
  const waiting = 1_000_000;
  const house = await houseOf({ waiting });
  let socket: Duplex | undefined;
  house.server.once('upgrade', (_request, opened) => {
    socket = opened;
  });
  const ann = await (await Tab.open(house.faye, auth('ann'))).come(CHAT);
  let sent = 0;
  for (let round = 0; round < 3; round++) {
    ann.pause();
    // The system takes some of it; the rest waits for her.
    while ((socket?.writableLength ?? waiting) < waiting / 2) {
      house.online.publish(CHAT, `${sent++} ${'x'.repeat(50_000)}`);
      await turn();
      expect(socket?.destroyed).toBe(false);
    }
    ann.resume();
    const taken = ann.on(CHAT).length;
    await ann.until(() => ann.on(CHAT).length >= taken + 5);
  }
  await ann.until(() => ann.on(CHAT).length === sent);
  expect(ann.on(CHAT).map((data) => Number.parseInt(String(data), 10))).toEqual([...Array(sent).keys()]);
  expect(await metric(house, 'waiting')).toBe(0);
});

it('a host that never says who somebody is, or what they may, holds nobody up for ever', {
  timeout: 25_000,
}, async () => {
  const never = new Promise<never>(() => undefined);
  const mute = await startHouse({ authenticate: () => never });
  const house = await startHouse({ trustClients: true, authorize: () => never });
  const ann = await Tab.open(house.faye, auth('ann'));
  await ann.handshake();
  const errors = vi.fn();
  for (const { online } of [mute, house]) online.on('error', errors);
  const bob = await Tab.open(mute.faye);
  bob.tell(HANDSHAKE);
  const answers = Promise.all([
    ask(mute.faye, HANDSHAKE),
    vi.waitFor(() => bob.received[0] ?? Promise.reject(new Error('no answer yet')), 15_000),
  ]);
  const until = vi.waitFor(
    () => expect(ann.received.find(({ error }) => error?.startsWith('503:'))).toBeTruthy(),
    15_000,
  );
  ann.tell({ channel: CHAT, data: 1 });
  const again = { reconnect: 'handshake', interval: 5000 };
  for (const answer of await answers) {
    expect(answer).toMatchObject({
      successful: false,
      error: expect.stringMatching(/^503:authenticate:/),
      advice: again,
    });
  }
  await until;
  expect(errors).toHaveBeenCalledTimes(3);
});
