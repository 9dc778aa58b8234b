// The dashboard of a whole server: whom it takes for whom behind a proxy, what it counts, and what it refuses before asking.
import { pino } from 'pino';
import { describe, expect, it, vi } from 'vitest';
import { Tokens } from '../../lib/identity/tokens.js';
import type { Options } from '../../lib/index.js';
import { type House, type HouseOptions, startHouse } from '../support/servers.js';
import { Tab } from '../support/tab.js';

const SECRET = 'a secret of thirty-two bytes or more';
const LOGIN = { user: 'admin', password: 'open sesame' };
const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });
const RIGHT = basic('admin:open sesame');
const WRONG = basic('mallory:tell-tale');

const houseOf = (options: HouseOptions = {}): Promise<House> =>
  startHouse({ secret: SECRET, dashboard: LOGIN, ...options });
const from = (address: string) => ({ 'X-Forwarded-For': address });
const get = async (house: House, path: string, headers: Record<string, string> = RIGHT) =>
  fetch(`${house.url}/online${path}`, { headers });
const tries = async (house: House, login: object, address: string): Promise<number> =>
  (await get(house, '/api/status', { ...login, ...from(address) })).status;

/** What is written into the log, from `warn` on. */
function listening(): { readonly logger: NonNullable<Options['logger']>; readonly lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  return { lines, logger: pino({ level: 'warn' }, { write: (line: string) => void lines.push(JSON.parse(line)) }) };
}

describe('behind a proxy', () => {
  it.each([
    ['that the option trusts', { trustProxy: 1 }],
    ['that Express trusts', { before: (app) => app.set('trust proxy', 1) }],
  ] as [string, HouseOptions][])('%s, mallory does not lock the admin out', async (_what, options) => {
    const house = await houseOf(options);
    for (let guess = 0; guess < 12; guess++) await tries(house, WRONG, '1.1.1.1');
    expect(await tries(house, RIGHT, '1.1.1.1')).toBe(429);
    expect(await tries(house, RIGHT, '9.9.9.9')).toBe(200);
  });

  it('that nobody trusts, mallory is one address whatever she says', async () => {
    const house = await houseOf();
    for (let guess = 0; guess < 10; guess++) await tries(house, WRONG, `1.1.1.${guess}`);
    expect(await tries(house, WRONG, '9.9.9.9')).toBe(429);
  });

  it('not even from ten networks at once is somebody kept out who makes no mistake', async () => {
    const house = await houseOf({ trustProxy: 1 });
    for (let host = 0; host < 10; host++) {
      for (let guess = 0; guess < 10; guess++) await tries(house, WRONG, `198.51.100.${host}`);
    }
    expect(await tries(house, WRONG, '203.0.113.1')).toBe(401);
    expect(await tries(house, WRONG, '203.0.113.1')).toBe(429);
    expect(await tries(house, RIGHT, '203.0.113.2')).toBe(200);
  });

  const forwarded = { 'X-Forwarded-Host': 'www.example.org', 'X-Forwarded-Proto': 'https' };
  it.each([
    ['the buttons work where its site is', { trustProxy: 1 }, 'https://www.example.org', 200],
    ['a page without TLS is another site', { trustProxy: 1 }, 'http://www.example.org', 403],
    ['another site is another site', { trustProxy: 1 }, 'https://mallory.example', 403],
    ['it is not believed when it is not trusted', {}, 'https://www.example.org', 403],
  ])('%s', async (_what, options, origin, status) => {
    const house = await houseOf(options);
    const page = await (await get(house, '/rooms')).text();
    const token = /name="csrf-token" content="([^"]+)"/.exec(page)?.[1] ?? '';
    const answer = await fetch(`${house.url}/online/api/kick`, {
      method: 'POST',
      headers: { ...RIGHT, ...forwarded, origin, 'x-csrf-token': token, 'content-type': 'application/json' },
      body: JSON.stringify({ uid: 'ann' }),
    });
    expect(answer.status).toBe(status);
    if (status === 403) expect(await answer.text()).toContain('`trustProxy`');
  });
});

it('wrong passwords are counted and told, ten times a second and without what was given', async () => {
  const { logger, lines } = listening();
  const house = await houseOf({ logger, trustProxy: 1 });
  for (let guess = 0; guess < 14; guess++) await tries(house, WRONG, '1.1.1.1');
  await get(house, '/', {});
  expect(await house.online.metrics()).toMatch(/refusals_total\{kind="login"\} 14/);
  const told = () => lines.filter(({ refused }) => refused === 'login');
  await vi.waitFor(() => expect(told().at(-1)).toMatchObject({ times: 4 }), 3000);
  expect(told()).toHaveLength(11);
  expect(told()[0]).toMatchObject({ address: '1.1.1.1', level: 40 });
  expect(JSON.stringify(lines)).not.toMatch(/mallory|tell-tale/);
});

describe('a server that publishes from outside', () => {
  const tokens = new Tokens(SECRET, () => null);
  const server = () => tokens.signServer({ name: 'billing' });
  const publish = async (house: House, body: string, token?: string) => {
    const answer = await fetch(`${house.url}/online/api/publish`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token ?? (await server())}`, 'content-type': 'application/json' },
      body,
    });
    return { status: answer.status, said: await answer.text() };
  };
  const message = (data: string): string => `{"channel":"/classes/4/chat","data":${data}}`;
  const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

  it('may send what a page may send, and is told which limit more would break', async () => {
    const { logger, lines } = listening();
    const house = await houseOf({ logger });
    expect((await publish(house, message(nested(15)))).status).toBe(200);
    const cases: [data: string, status: number, limit: string][] = [
      [nested(16), 400, 'limits.depth'],
      [nested(5_000), 400, 'limits.depth'],
      [nested(30_000), 400, 'limits.depth'],
      [JSON.stringify(new Array(2_000).fill(0)), 400, 'limits.nodes'],
      [`"${'x'.repeat(70_000)}"`, 413, 'limits.bytes'],
    ];
    for (const [data, status, limit] of cases) {
      const { said, ...answer } = await publish(house, message(data));
      expect([limit, answer.status, said]).toEqual([limit, status, expect.stringContaining(limit)]);
      if (status === 400) expect(JSON.parse(said)).toHaveProperty('error.field', 'data');
    }
    expect(lines).toEqual([]);
  });

  it('may send as much as the site says, also beneath a parser of the host', async () => {
    const { default: express } = await import('express');
    const limits = { bytes: 1_000, depth: 30 };
    const long = message(`"${'x'.repeat(2_000)}"`);
    const house = await houseOf({ limits });
    expect((await publish(house, message(nested(25)))).status).toBe(200);
    expect(await publish(house, long)).toMatchObject({ status: 413, said: expect.stringContaining('1000 bytes') });
    const parsed = await houseOf({ limits, before: (app) => app.use(express.json()) });
    expect(await publish(parsed, long)).toMatchObject({ status: 400, said: expect.stringContaining('limits.bytes') });
  });

  it('sends nobody a __proto__', async () => {
    const house = await houseOf();
    const token = await house.online.token({ uid: 'ann', uname: 'Ann', room: '/classes/4' });
    const ann = await (await Tab.open(house.faye, { token })).come('/classes/4/chat');
    await publish(house, message('{"a":[{"__proto__":{"admin":true},"b":1}],"__proto__":{"admin":true}}'));
    await ann.waitFor(({ channel }) => channel === '/classes/4/chat');
    expect(JSON.stringify(ann.on('/classes/4/chat'))).toBe('[{"a":[{"b":1}]}]');
  });

  it('is told what is wrong with its token', async () => {
    const house = await houseOf();
    const page = await house.online.token({ uid: 'ann', uname: 'Ann', room: '/classes/4' });
    expect(await publish(house, message('1'), page)).toMatchObject({
      status: 401,
      said: expect.stringMatching(/for a page.*npx faye-online token --server/),
    });
    const other = await new Tokens(SECRET.toUpperCase(), () => null).signServer({ name: 'billing' });
    expect((await publish(house, message('1'), other)).said).toContain('wrong signature');
  });
});

it('what can be nobody’s id is refused before the database is asked', async () => {
  const { logger, lines } = listening();
  const house = await houseOf({ logger });
  for (const uid of ['%00', 'a%20', '%20a', '__proto__', '%E2%80%8B']) {
    for (const path of [`/api/log?uid=${uid}`, `/log?uid=${uid}`, `/api/users/${uid}`, `/time.csv?uid=${uid}`]) {
      expect([path, (await get(house, path)).status]).toEqual([path, 400]);
    }
  }
  const page = await (await get(house, '/log')).text();
  const token = /name="csrf-token" content="([^"]+)"/.exec(page)?.[1] ?? '';
  for (const uid of ['\0', 'a ', '__proto__', '\ud800']) {
    for (const act of ['kick', 'revoke']) {
      const answer = await fetch(`${house.url}/online/api/${act}`, {
        method: 'POST',
        headers: { ...RIGHT, origin: house.url, 'x-csrf-token': token, 'content-type': 'application/json' },
        body: JSON.stringify({ uid }),
      });
      expect([act, uid, answer.status]).toEqual([act, uid, 400]);
      expect(await answer.json()).toEqual({ error: { field: 'uid', message: expect.stringContaining('user id') } });
    }
  }
  expect(lines).toEqual([]);
});
