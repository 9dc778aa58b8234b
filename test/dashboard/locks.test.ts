// Nobody gets past the lock of a whole server: not by a spelling of the address, a method, a header or a proxy.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type House, startHouse } from '../support/servers.js';
import { Tab } from '../support/tab.js';
import { DISGUISES, lines, METHODS, PATHS, type Said, say } from './corpus.js';

const SECRET = 'a secret of thirty-two bytes or more';
const LOGIN = { user: 'admin', password: 'open sesame' };
/** What only the dashboard knows: ann's name, and what its pages and files hold. */
const INSIDE = /Ann Secret|<main|color-scheme|localStorage|--accent|"rooms"|"log"|classes/i;
const REFUSED = [400, 401, 403, 404, 405];

beforeEach(() => void vi.stubEnv('LOG_LEVEL', 'silent'));
afterEach(() => void vi.unstubAllEnvs());

/** What was answered otherwise than by a refusal, or told something. */
async function holes(house: House, requests: readonly (readonly [string, string])[]): Promise<string[]> {
  const found: string[] = [];
  const bad = ({ status, text }: Said): boolean => !REFUSED.includes(status) || INSIDE.test(text);
  for (const [name, request] of requests) {
    const said = await say(house.url, request);
    if (bad(said)) found.push(`${name}: ${said.status} ${said.text.slice(-80)}`);
  }
  return found;
}

const crawl = (under: string): [string, string][] =>
  PATHS.flatMap((path) => {
    const whole = path.startsWith('http') ? path : under + path;
    return METHODS.map((method): [string, string] => [`${method} ${whole}`, lines(method, whole)]);
  });

const disguised = (host = 'Host: 127.0.0.1'): [string, string][] =>
  DISGUISES.flatMap((header) =>
    ['/online/log', '/online/api/rooms', '/online/dashboard.js', '/', '/online/log.csv'].map(
      (path): [string, string] => [`${path} with ${header}`, lines('GET', path, [host, header])],
    ),
  );

async function withAnn(house: House): Promise<House> {
  const current_user = { uid: 1, uname: 'Ann Secret' };
  const tab = await Tab.open(house.faye, { room_channel: '/classes/4', current_user });
  await tab.come();
  await vi.waitFor(async () => expect(await house.online.rooms()).toHaveLength(1));
  return house;
}

describe('a server with a login for its dashboard', () => {
  it('has ways enough to be tried', () => {
    expect(PATHS.length).toBeGreaterThan(150);
  });

  it.each(['', '/rt'])('opens it to nobody else, mounted at "%s"', async (under) => {
    const house = await withAnn(await startHouse({ trustClients: true, dashboard: LOGIN, under: under || '/' }));
    expect(await holes(house, crawl(under))).toEqual([]);
  });

  it('is not deceived by headers', async () => {
    const house = await withAnn(
      await startHouse({ trustClients: true, dashboard: LOGIN, before: (app) => app.set('trust proxy', true) }),
    );
    expect(await holes(house, disguised())).toEqual([]);
  });

  it('opens it to who signs in, so that the trials above could have seen something', async () => {
    const house = await withAnn(await startHouse({ trustClients: true, dashboard: LOGIN }));
    const login = `Authorization: Basic ${Buffer.from('admin:open sesame').toString('base64')}`;
    for (const path of ['/online/rooms?name=/classes/4', '/online/api/users/1', '/online/dashboard.js']) {
      const { status, text } = await say(house.url, lines('GET', path, ['Host: 127.0.0.1', login]));
      expect(status).toBe(200);
      expect(text).toMatch(INSIDE);
    }
  });
});

describe('a server that the host decides for', () => {
  it('opens it to nobody whom the host does not let in', async () => {
    const dashboard = { authorize: () => false };
    const house = await withAnn(await startHouse({ trustClients: true, dashboard }));
    expect(await holes(house, [...crawl(''), ...disguised()])).toEqual([]);
  });
});

describe('a server in production without the option', () => {
  it('has no dashboard at all, and nothing that says there could be one', async () => {
    vi.stubEnv('NODE_ENV', 'production');
    const house = await startHouse({ secret: SECRET });
    expect(await holes(house, [...crawl(''), ...disguised()])).toEqual([]);
    const plain = async (path: string) => {
      const { text } = await say(house.url, lines('GET', path));
      return text.replaceAll(/Date: .*\r\n|o(n|ff)line/g, '').replaceAll(/Content-Length: .*\r\n/g, '');
    };
    expect(await plain('/online/log')).toBe(await plain('/offline/log'));
    expect(await plain('/online/log')).toContain('404');
  });
});

describe('a server in development without the option', () => {
  const open = async () =>
    withAnn(await startHouse({ trustClients: true, before: (app) => app.set('trust proxy', true) }));
  const status = async (house: House, headers: readonly string[]) =>
    (await say(house.url, lines('GET', '/online/rooms', headers))).status;

  it('opens it to this machine', async () => {
    const house = await open();
    for (const host of ['localhost', 'localhost:9292', '127.0.0.1', '[::1]:80'])
      expect(await status(house, [`Host: ${host}`])).toBe(200);
  });

  it.each([
    ...['evil.example', 'localhost.evil.example', 'localhost:80@evil.example', 'evil.example:9292', '127.0.0.1.nip.io'],
    ...['0.0.0.0', '[::]', '2130706433', '127.1', '10.0.0.1', 'localhost.', ''],
  ])('does not open it to a name that was made to lead here: "%s"', async (host) => {
    expect(await status(await open(), [`Host: ${host}`])).toBe(403);
  });

  it.each([
    ...[
      'Forwarded: for=127.0.0.1',
      'Via: 1.1 proxy',
      'CDN-Loop: cloudflare',
      'X-Real-IP: 127.0.0.1',
      'X-Forwarded-For: ::1',
    ],
    ...['X-Forwarded-Host: localhost', 'X-Forwarded-Proto: https', 'X-Forwarded-Port: 443', 'X-Forwarded-Server: a'],
    ...['X-Forwarded: 1', 'X-Client-IP: 127.0.0.1', 'X-Cluster-Client-IP: 127.0.0.1', 'True-Client-IP: 127.0.0.1'],
    ...['CF-Connecting-IP: 127.0.0.1', 'CF-Ray: 1', 'Fastly-Client-IP: 1.1.1.1', 'X-Envoy-External-Address: 1.1.1.1'],
    ...[
      'X-Amzn-Trace-Id: Root=1',
      'X-Azure-ClientIP: 1.1.1.1',
      'X-Original-URL: /',
      'X-Original-Host: a',
      'X-Rewrite-URL: /',
    ],
  ])('does not open it to what a proxy brings: %s', async (header) => {
    expect(await status(await open(), ['Host: localhost', header])).toBe(403);
  });

  it('does not open it to a proxy that adds nothing, but speaks as browsers no longer do', async () => {
    const house = await open();
    const { status, text } = await say(house.url, 'GET /online/rooms HTTP/1.0\r\nHost: localhost\r\n\r\n');
    expect(status).toBe(403);
    expect(text).toContain('`dashboard`');
  });

  it('opens it to nobody with another name for the host', async () => {
    const house = await open();
    const foreign = ([name, request]: readonly [string, string]): [string, string] => [
      name,
      request.replace('Host: 127.0.0.1', 'Host: evil.example'),
    ];
    expect(await holes(house, [...crawl('').map(foreign), ...disguised('Host: evil.example')])).toEqual([]);
  });
});
