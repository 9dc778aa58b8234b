// Publishing from outside the process, by the site's own servers.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Actions } from '../../lib/dashboard/index.js';
import { type House, type HouseOptions, openHouse, SIGNED_IN } from './house.js';

const RIGHT = { authorization: 'Bearer right.server-token_1~+/=' };

let house: House;
const published: unknown[] = [];
const actions: Actions = {
  publish: (channel, data) => published.push([channel, data]),
  verifyServer: async (token) => token === 'right.server-token_1~+/=',
};

const open = async (options: HouseOptions = {}) => {
  await house?.close();
  house = await openHouse({ actions, ...options });
};
const publish = (body: unknown, headers: Record<string, string> = RIGHT) =>
  house.get('/api/publish', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

beforeEach(async () => {
  published.length = 0;
  await open();
});
afterEach(() => house.close());

describe('a server of the site', () => {
  it.each([{ text: 'hi' }, 'hi', 7, null, false, [1, [2]]])('publishes %j', async (data) => {
    const answer = await publish({ channel: '/classes/4/chat', data });
    expect([answer.status, await answer.json()]).toEqual([200, { data: { channel: '/classes/4/chat' } }]);
    expect(published).toEqual([['/classes/4/chat', data]]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it.each([
    ['a password', { access: { user: 'a', password: 'b' } }],
    ['the host', { access: { authorize: () => false } }],
    ['nothing, in production', { access: undefined, production: true }],
    ['nothing, in development', { access: undefined, production: false }],
  ])(
    'needs its token only, where the dashboard is behind %s',
    async (_what, { host: _host, ...access }: HouseOptions) => {
      await open(access);
      expect((await publish({ channel: '/a', data: 1 }, { ...RIGHT, 'x-forwarded-for': '203.0.113.7' })).status).toBe(
        200,
      );
    },
  );

  it.each([
    [{ data: 1 }, 'channel', 'Give a channel'],
    [{ channel: 'a', data: 1 }, 'channel', 'such as /classes/4/chat'],
    [{ channel: '/', data: 1 }, 'channel', 'Give a channel'],
    [{ channel: '/a/', data: 1 }, 'channel', 'Give a channel'],
    [{ channel: '/*', data: 1 }, 'channel', 'Give a channel'],
    [{ channel: '/a/**', data: 1 }, 'channel', 'Give a channel'],
    [{ channel: '/a\n', data: 1 }, 'channel', 'Give a channel'],
    [{ channel: ['/a'], data: 1 }, 'channel', 'Give a channel'],
    [{ channel: `/${'x'.repeat(128)}`, data: 1 }, 'channel', 'at most 128'],
    [{ channel: '/classes/4/user_list', data: 1 }, 'channel', 'only faye-online'],
    [{ channel: '/classes/4/presence', data: 1 }, 'channel', 'only faye-online'],
    [{ channel: '/meta/connect', data: 1 }, 'channel', 'only faye-online'],
    [{ channel: '/service/a', data: 1 }, 'channel', 'only faye-online'],
    [{ channel: '/faye_online/before_leave', data: 1 }, 'channel', 'only faye-online'],
    [{ channel: '/a' }, 'data', 'as data'],
    [[], 'channel', 'Give a channel'],
  ])('is told what is wrong with %j', async (body, field, remedy) => {
    const answer = await publish(body);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({ error: { field, message: expect.stringContaining(remedy) } });
    expect(published).toEqual([]);
  });

  it.each([
    ['{', 'application/json', 400],
    [`{"channel":"/a","data":"${'x'.repeat(70_000)}"}`, 'application/json', 413],
    ['{"channel":"/a","data":1}', 'application/json; charset=latin1', 415],
    ['channel=/a&data=1', 'application/x-www-form-urlencoded', 415],
    ['{"channel":"/a","data":1}', 'text/plain', 415],
    ['', '', 415],
  ])('is told when its body cannot be read: %.20s as %s', async (body, type, status) => {
    const answer = await publish(body, { ...RIGHT, 'content-type': type });
    expect(answer.status).toBe(status);
    const remedy = status === 413 ? 'limits.bytes' : 'Content-Type: application/json';
    expect(await answer.json()).toHaveProperty('error.message', expect.stringContaining(remedy));
    expect(published).toEqual([]);
  });

  it('is told when it cannot be done, and not why', async () => {
    const failure = new Error('redis://:hunter2@db is away');
    const away = { ...actions, publish: () => Promise.reject(failure) };
    await open({ actions: away });
    const answer = await publish({ channel: '/a', data: 1 });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await answer.text()).not.toContain('hunter2');
    expect(house.errors).toEqual([failure]);
    const refuses = () => {
      throw new TypeError('the data is no JSON');
    };
    await open({ actions: { ...actions, publish: refuses } });
    expect((await publish({ channel: '/a', data: 1 })).status).toBe(400);
    const tooMuch = () => {
      throw new RangeError('data: Send less.');
    };
    await open({ actions: { ...actions, publish: tooMuch } });
    const told = await publish({ channel: '/a', data: 1 });
    expect([told.status, await told.json()]).toEqual([400, { error: { field: 'data', message: 'Send less.' } }]);
  });

  it('publishes by POST only', async () => {
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']) {
      const answer = await house.get('/api/publish?channel=/a&data=1', { method, headers: RIGHT });
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
    }
    expect(published).toEqual([]);
  });
});

describe('nobody else', () => {
  it.each([
    ['no token', {}, 401],
    ['the login of the dashboard', SIGNED_IN, 401],
    ['a wrong token', { authorization: 'Bearer wrong' }, 401],
    ['a token too long', { authorization: `${RIGHT.authorization}x` }, 401],
    ['two tokens', { authorization: `${RIGHT.authorization}, ${RIGHT.authorization}` }, 401],
    ['another scheme', { authorization: RIGHT.authorization.replace('Bearer', 'Token') }, 401],
    ['a cookie', { cookie: 'token=right.server-token_1~+/=' }, 401],
  ])('publishes: with %s', async (_what, headers, status) => {
    const answer = await publish({ channel: '/a', data: 1 }, headers);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('www-authenticate')).toMatch(/^(Basic|Bearer) realm/);
    expect(published).toEqual([]);
  });

  it('is told what is wrong with its token, when that is known', async () => {
    await open({ actions: { ...actions, verifyServer: () => 'has expired: make a new one' } });
    const answer = await publish({ channel: '/a', data: 1 });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toContain('invalid_token');
    const message = 'The token has expired: make a new one.';
    expect(await answer.json()).toEqual({ error: { field: null, message } });
    expect(published).toEqual([]);
  });

  it('is told of the token when signed in', async () => {
    const answer = await publish({ channel: '/a', data: 1 }, SIGNED_IN);
    expect(await answer.json()).toEqual({ error: { field: null, message: expect.stringContaining('Bearer <token>') } });
  });

  it('publishes with a token in the address', async () => {
    const answer = await house.raw('/online/api/publish?access_token=right.server-token_1~%2B/=', { method: 'POST' });
    expect(answer.status).toBe(401);
  });

  it('reads anything with a server token', async () => {
    for (const path of ['/', '/api/rooms', '/log.csv', '/api/kick']) {
      expect((await house.get(path, { headers: RIGHT })).status).toBe(401);
    }
  });

  it('publishes while tokens cannot be checked, or are checked by something that does not say true', async () => {
    const failure = new Error('key store away');
    for (const verifyServer of [() => Promise.reject(failure), () => 1 as never, () => ({}) as never]) {
      await open({ actions: { ...actions, verifyServer } });
      expect([401, 503]).toContain((await publish({ channel: '/a', data: 1 })).status);
    }
    expect(published).toEqual([]);
  });

  it('finds the address in production without a dashboard', async () => {
    await open({ access: undefined, production: true });
    expect((await publish({ channel: '/a', data: 1 }, {})).status).toBe(404);
    expect((await publish({ channel: '/a', data: 1 }, { authorization: 'Bearer wrong' })).status).toBe(401);
  });

  it('finds the address when the dashboard cannot check or cannot publish', async () => {
    const { publish: _publish, ...checks } = actions;
    const { verifyServer: _verify, ...publishes } = actions;
    for (const some of [checks, publishes]) {
      await open({ actions: some, access: undefined, production: true });
      expect((await publish({ channel: '/a', data: 1 })).status).toBe(404);
    }
  });
});
