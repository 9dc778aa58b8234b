// ClientIds are secrets: mallory, who learned one, can do nothing with it, and it is written down nowhere.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket } from 'ws';
import { authOf, CHAT, ROOM } from '../support/cluster.js';
import { ask, CONNECT, comeIn, HANDSHAKE, posting } from '../support/post.js';
import { startRedis } from '../support/redis.js';
import { type House, startHouse } from '../support/servers.js';
import { Tab, type Wire } from '../support/tab.js';

const SECRET = { secret: 's'.repeat(32), grace: 0.3, gc: 0.1 };
const SIGNED_IN = {
  authenticate: ({ headers }: { headers: { cookie?: string | undefined } }) => {
    const uid = /user=(\w+)/.exec(headers.cookie ?? '')?.[1];
    return uid === undefined ? null : { uid, uname: uid, room: ROOM };
  },
  grace: 0.3,
  gc: 0.1,
};

/** How somebody says who they are: in the message, or in a header of the request. */
interface Proof {
  readonly auth?: object;
  readonly headers?: Record<string, string>;
}
type Prove = (house: House, uid: string) => Promise<Proof>;

const byToken: Prove = async ({ online }, uid) => ({
  auth: { token: await online.token({ uid, uname: uid, room: ROOM }) },
});
const byWord: Prove = async (_house, uid) => ({ auth: authOf(uid) });
const byCookie: Prove = async (_house, uid) => ({ headers: { Cookie: `user=${uid}` } });

const MESSAGES: [channel: string, message: object][] = [
  ['/meta/connect', { ...CONNECT, advice: { timeout: 0 } }],
  ['/meta/subscribe', { channel: '/meta/subscribe', subscription: CHAT }],
  ['/meta/unsubscribe', { channel: '/meta/unsubscribe', subscription: CHAT }],
  ['/meta/disconnect', { channel: '/meta/disconnect' }],
  ['/faye_online/before_leave', { channel: '/faye_online/before_leave', data: {} }],
  ['the chat', { channel: CHAT, data: 'I am ann' }],
];

function socketOf(house: House, headers: Record<string, string> = {}): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(house.faye.replace('http', 'ws'), { headers });
    socket.once('open', () => resolve(socket)).once('error', reject);
  });
}

/** Asks through a WebSocket of mallory's. */
async function askBySocket(house: House, message: object, headers?: Record<string, string>): Promise<Wire> {
  const socket = await socketOf(house, headers);
  const answer = new Promise<Wire[]>((resolve) => socket.once('message', (data) => resolve(JSON.parse(String(data)))));
  socket.send(JSON.stringify([message]));
  const [reply] = await answer;
  socket.terminate();
  if (!reply) throw new Error('no reply');
  return reply;
}

describe.each<[string, object, Prove]>([
  ['tokens', SECRET, byToken],
  ['the host’s session', SIGNED_IN, byCookie],
  ['trusted words', { trustClients: true, grace: 0.3, gc: 0.1 }, byWord],
])('with %s', (_name, options, prove) => {
  it.each(MESSAGES)('ann’s clientId is of no use to mallory on %s', async (_channel, message) => {
    const house = await startHouse(options);
    const [ann, mallory] = [await prove(house, 'ann'), await prove(house, 'mallory')];
    const heard: unknown[] = [];
    await house.online.bayeux.getClient().subscribe(CHAT, (data) => heard.push(data));
    const socket = await socketOf(house, ann.headers);
    const received: Wire[] = [];
    socket.on('message', (data) => received.push(...(JSON.parse(String(data)) as Wire[])));
    const clientId = await comeIn(house.faye, ann.auth, ann.headers);
    const hers = { clientId, ...(ann.auth ? { auth: ann.auth } : {}) };
    socket.send(JSON.stringify([{ ...hers, channel: '/meta/subscribe', subscription: `${ROOM}/news` }]));
    socket.send(JSON.stringify([{ ...hers, ...CONNECT, connectionType: 'websocket' }]));
    await vi.waitFor(async () => expect((await house.online.room(ROOM)).count).toBe(1));
    const stolen = { ...message, clientId, ...(mallory.auth ? { auth: mallory.auth } : {}) };
    for (const reply of [
      await ask(house.faye, stolen, mallory.headers),
      await askBySocket(house, stolen, mallory.headers),
    ]) {
      expect(reply).toMatchObject({ successful: false, error: expect.stringMatching(/^40[13]:/) });
    }
    // Ann goes on as if nothing had been.
    house.online.publish(`${ROOM}/news`, 'for ann');
    await vi.waitFor(() => expect(received.some(({ data }) => data === 'for ann')).toBe(true));
    expect(socket.readyState).toBe(WebSocket.OPEN);
    expect(await house.online.room(ROOM)).toMatchObject({ users: [{ uid: 'ann' }] });
    expect(heard).toEqual([]);
    socket.terminate();
  });
});

it('is of no use to mallory who is not signed in where the host’s session decides', async () => {
  const house = await startHouse(SIGNED_IN);
  const clientId = await comeIn(house.faye, undefined, { Cookie: 'user=ann' });
  const stolen = { ...CONNECT, clientId, advice: { timeout: 0 } };
  expect(await ask(house.faye, stolen)).toMatchObject({
    successful: false,
    error: expect.stringMatching(/^401:auth:/),
  });
  // Her browser comes with more headers or less, but with her cookie.
  const hers = { Cookie: 'user=ann', 'User-Agent': 'another', 'X-Request-Id': '7' };
  expect(await ask(house.faye, stolen, hers)).toMatchObject({ successful: true });
});

it('is of no use to bob on his own WebSocket, who does not say that he is ann', async () => {
  const house = await startHouse(SECRET);
  const [ann, bob] = await Promise.all(
    ['ann', 'bob'].map(async (uid) => (await Tab.open(house.faye, (await byToken(house, uid)).auth)).come(CHAT)),
  );
  if (!ann || !bob) throw new Error('nobody there');
  const hers = bob.clientId;
  bob.clientId = ann.clientId;
  bob.auth = undefined;
  const messages = [
    { channel: '/meta/connect', connectionType: 'websocket', advice: { timeout: 0 } },
    { channel: '/meta/subscribe', subscription: `${ROOM}/news` },
    { channel: '/meta/disconnect' },
    { channel: CHAT, data: 'I am ann' },
  ];
  for (const message of messages) {
    expect(await bob.ask(message)).toMatchObject({ successful: false, error: expect.stringMatching(/^401:auth:/) });
  }
  await ann.ask({ channel: CHAT, data: 'still here' });
  expect([ann.closed, ann.on(CHAT)]).toEqual([false, ['still here']]);
  // His own client goes on, and ann may come by the same browser if she says who she is.
  bob.clientId = hers;
  expect(await bob.ask({ channel: CHAT, data: 'and I am bob' })).toMatchObject({ successful: true });
  bob.auth = (await byToken(house, 'ann')).auth;
  await bob.handshake();
  expect(await bob.ask(messages[0] ?? {})).toMatchObject({ successful: true });
});

describe('in a cluster', () => {
  it.each<[string, object, Prove]>([
    ['bob, signed in with the host', SIGNED_IN, byCookie],
    ['bob with a token', SECRET, byToken],
    ['nobody', SIGNED_IN, async () => ({})],
  ])('%s who is refused by another process does not take her away', async (_who, options, prove) => {
    const redis = await startRedis();
    onTestFinished(() => redis.close());
    const [one, other] = [
      await startHouse({ ...options, redis: redis.url }),
      await startHouse({ ...options, redis: redis.url }),
    ];
    const hers: Proof = options === SECRET ? await byToken(one, 'ann') : { headers: { Cookie: 'user=ann' } };
    const socket = await socketOf(one, hers.headers);
    const received: Wire[] = [];
    socket.on('message', (data) => received.push(...(JSON.parse(String(data)) as Wire[])));
    const clientId = await comeIn(one.faye, hers.auth, hers.headers);
    const said = { clientId, ...(hers.auth ? { auth: hers.auth } : {}) };
    socket.send(JSON.stringify([{ ...said, channel: '/meta/subscribe', subscription: CHAT }]));
    socket.send(JSON.stringify([{ ...said, ...CONNECT, connectionType: 'websocket' }]));
    await vi.waitFor(async () => expect((await one.online.room(ROOM)).count).toBe(1));
    const bob = await prove(other, 'bob');
    const stolen = { ...CONNECT, clientId, advice: { timeout: 0 }, ...(bob.auth ? { auth: bob.auth } : {}) };
    for (const reply of [
      await ask(other.faye, stolen, bob.headers),
      await askBySocket(other, stolen, bob.headers),
      await askBySocket(other, { ...stolen, channel: CHAT, data: 'I am ann' }, bob.headers),
    ]) {
      expect(reply).toMatchObject({ successful: false, error: expect.stringMatching(/^401:/) });
    }
    one.online.publish(CHAT, 'for ann');
    await vi.waitFor(() => expect(received.some(({ data }) => data === 'for ann')).toBe(true));
    expect([socket.readyState, one.online.hasConnection(clientId)]).toEqual([WebSocket.OPEN, true]);
    // She herself may go there.
    const moved = { ...said, ...CONNECT, advice: { timeout: 0 } };
    expect(await ask(other.faye, moved, hers.headers)).toMatchObject({ successful: true });
    await vi.waitFor(() => expect(socket.readyState).toBe(WebSocket.CLOSED));
  });
});

it('with the host’s session, who is signed in and names no room is told of the room', async () => {
  const authenticate = ({ headers }: { headers: { cookie?: string | undefined } }) =>
    headers.cookie === 'user=ann' ? { uid: 'ann', uname: 'Ann' } : null;
  const house = await startHouse({ authenticate });
  const [ann, nobody] = [{ Cookie: 'user=ann' }, { Cookie: 'user=' }];
  // The page may say with a later message where it is.
  const connect = { ...CONNECT, clientId: await comeIn(house.faye, undefined, ann), advice: { timeout: 0 } };
  expect((await ask(house.faye, connect, ann)).error).toMatch(/^401:room_channel:.*auth/);
  expect((await ask(house.faye, connect, nobody)).error).toMatch(/^401:auth:/);
  expect(await ask(house.faye, { ...connect, auth: { room_channel: ROOM } }, ann)).toMatchObject({ successful: true });
});

const PAGES = [
  ...['/', '/rooms', '/rooms?name=/classes/4', '/users/ann', '/log', '/metrics', '/log.csv'],
  ...['/api/rooms', '/api/rooms?name=/classes/4', '/api/users/ann', '/api/log', '/api/status'],
];

it('is in no log, table, page, JSON, CSV or header, whatever happens', async () => {
  const lines: string[] = [];
  const logger = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  const login = { user: 'admin', password: 'correct horse' };
  const folder = await mkdtemp(join(tmpdir(), 'faye-online-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'online.sqlite');
  const kept = { database: `sqlite:${file}`, migrate: true };
  const house = await startHouse({ ...SECRET, ...kept, logger, dashboard: login, limits: { messageBurst: 30 } });
  const told: unknown[] = [];
  for (const event of ['join', 'leave', 'handshake', 'subscribe', 'unsubscribe', 'publish', 'disconnect'] as const) {
    house.online.on(event, (what: object) => told.push(what));
  }
  house.online.on('error', (error) => told.push(String(error), (error as Error).stack));
  house.online.bayeux.bind('subscribe', () => {
    throw new Error('a mistake of the host’s');
  });
  const tabs = await Promise.all(
    ['ann', 'bob', 'carol'].map(async (uid) => Tab.open(house.faye, (await byToken(house, uid)).auth)),
  );
  for (const tab of tabs) await tab.come(`${ROOM}/user_list`, `${ROOM}/presence`, CHAT);
  const [ann, bob, carol] = tabs;
  await vi.waitFor(async () => expect((await house.online.room(ROOM)).count).toBe(3));
  await ann?.ask({ channel: CHAT, data: 'hello' });
  await ann?.subscribe('/elsewhere');
  await ann?.ask({ channel: `${ROOM}/user_list`, data: 1 });
  for (let n = 0; n < 40; n++) ann?.tell({ channel: CHAT, data: n });
  const ids = tabs.map(({ clientId }) => clientId);
  const { headers } = await posting(house.faye, [
    { ...HANDSHAKE },
    { ...CONNECT, clientId: ids[0], auth: { token: 'x' } },
  ]);
  await bob?.disconnect();
  await house.online.kick('carol');
  await vi.waitFor(() => expect(carol?.closed).toBe(true));
  await vi.waitFor(async () => expect(await house.online.log({})).toHaveLength(5));

  const authorization = `Basic ${Buffer.from('admin:correct horse').toString('base64')}`;
  const seen = [...lines, JSON.stringify(told), JSON.stringify([...headers])];
  for (const page of PAGES) {
    const answer = await fetch(`${house.url}/online${page}`, { headers: { authorization } });
    expect([page, answer.status]).toEqual([page, 200]);
    seen.push(await answer.text(), JSON.stringify([...answer.headers]));
  }
  await house.close();
  seen.push((await readFile(file)).toString('latin1'));
  for (const tab of tabs) {
    const strangers = ids.filter((id) => id !== tab.clientId);
    expect(strangers.filter((id) => JSON.stringify(tab.received).includes(id))).toEqual([]);
  }
  expect(told.length).toBeGreaterThan(15);
  expect(seen.filter((text) => ids.some((id) => text.includes(id)))).toEqual([]);
});
