// What changes something: sending ann away and taking her tokens back, by the dashboard's own pages only.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Actions } from '../../lib/dashboard/index.js';
import { type House, type HouseOptions, openHouse, SIGNED_IN, text } from './house.js';
import { NOON } from './people.js';

const DAY = 24 * 60 * 60 * 1000;
const HERE = { ...SIGNED_IN, 'sec-fetch-site': 'same-origin' };

let house: House;
let now: number;
const done: unknown[] = [];
const actions: Actions = {
  kick: async (whom) => done.push(['kick', whom]),
  revoke: async (uid) => done.push(['revoke', uid]),
};

const open = async (options: HouseOptions = {}) => {
  await house?.close();
  house = await openHouse({ actions, now: () => now, ...options });
};
const tokenIn = (html: string): string => /name="csrf-token" content="([^"]+)"/.exec(html)?.[1] ?? '';
const token = async (): Promise<string> => tokenIn(await house.html('/users/1'));
const send = (path: string, body: object, headers: Record<string, string> = HERE) =>
  house.get(path, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    redirect: 'manual',
  });
const submit = (path: string, fields: Record<string, string>, headers: Record<string, string> = HERE) =>
  house.get(path, { method: 'POST', headers, body: new URLSearchParams(fields), redirect: 'manual' });

beforeEach(async () => {
  now = NOON;
  done.length = 0;
  await open();
});
afterEach(() => house.close());

describe('the buttons', () => {
  it('are on the pages of a user and of a room', async () => {
    const user = await house.html('/users/1');
    expect(user.match(/action="[^"]*api[^"]*"/g)).toEqual(['action="/online/api/kick"', 'action="/online/api/revoke"']);
    expect(user.match(/name="uid" value="1"/g)).toHaveLength(2);
    expect(user).toContain(`name="token" value="${await token()}"`);
    expect(await house.html('/rooms?name=/classes/4')).toMatch(/api\/kick[\s\S]*name="room" value="\/classes\/4"/);
  });

  it('are not where there is nobody to be sent away', async () => {
    expect(await house.html('/rooms?name=/nobody')).not.toContain('api/kick');
    expect(await house.html('/users/2')).not.toContain('api/kick');
    expect(await house.html('/users/2')).toContain('api/revoke');
  });

  it('send ann away, and show her page again', async () => {
    const answer = await submit('/api/kick', { uid: '1', token: await token() });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/online/users/1']);
    expect(done).toEqual([['kick', '1']]);
  });

  it('send everyone in a room away', async () => {
    const answer = await submit('/api/kick', { room: '/classes/4', token: await token() });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/online/rooms?name=/classes/4']);
    expect(done).toEqual([['kick', { room: '/classes/4' }]]);
  });

  it('take tokens back', async () => {
    expect((await submit('/api/revoke', { uid: 'a/../b', token: await token() })).headers.get('location')).toBe(
      '/online/users?uid=a/../b',
    );
    expect(done).toEqual([['revoke', 'a/../b']]);
  });

  it('say what went wrong as a page', async () => {
    const answer = await submit('/api/kick', { token: await token() });
    expect(answer.status).toBe(400);
    expect(text(await answer.text())).toContain('Give either the user as uid, or the channel as room.');
  });
});

describe('a program', () => {
  it('does the same in JSON, with the token in the body or in a header', async () => {
    const answer = await send('/api/kick', { uid: 1, token: await token() });
    expect([answer.status, await answer.json()]).toEqual([200, { data: { uid: '1', clients: 1 } }]);
    const origin = { ...SIGNED_IN, origin: house.origin, 'x-csrf-token': await token() };
    expect(await (await send('/api/kick', { room: '/classes/4' }, origin)).json()).toEqual({
      data: { room: '/classes/4', clients: 2 },
    });
    expect(await (await send('/api/revoke', { uid: 'carol' }, origin)).json()).toEqual({ data: { uid: 'carol' } });
  });

  it.each([
    [{}, 'uid', 'either the user'],
    [{ uid: '1', room: '/classes/4' }, 'uid', 'either the user'],
    [{ uid: ['1'] }, 'uid', 'one user id'],
    [{ uid: { $ne: 1 } }, 'uid', 'one user id'],
    [{ uid: 'x'.repeat(65) }, 'uid', '1 to 64'],
    [{ uid: 1.5 }, 'uid', 'one user id'],
    [{ room: 'classes' }, 'room', 'begins with "/"'],
    [{ room: { uid: '1' } }, 'room', 'one channel name'],
  ])('is told what is wrong with %j', async (body, field, remedy) => {
    const answer = await send('/api/kick', { ...body, token: await token() });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({ error: { field, message: expect.stringContaining(remedy) } });
    expect(done).toEqual([]);
  });

  it('is told when its body cannot be read', async () => {
    const bodies = [
      ['{"uid":', 'application/json', 400],
      ['x'.repeat(200_000), 'application/json', 413],
      ['{"uid":"1"}', 'application/json; charset=latin1', 415],
    ] as const;
    for (const [body, type, status] of bodies) {
      const headers = { ...HERE, 'content-type': type, 'x-csrf-token': await token() };
      const answer = await house.get('/api/kick', { method: 'POST', headers, body });
      expect(answer.status).toBe(status);
      expect(await answer.json()).toEqual({ error: { field: null, message: expect.stringMatching(/Send/) } });
    }
    expect(done).toEqual([]);
  });
});

describe('nobody else', () => {
  it.each([
    ['no login', {}],
    ['another site', { ...SIGNED_IN, 'sec-fetch-site': 'cross-site' }],
    ['a sister site', { ...SIGNED_IN, 'sec-fetch-site': 'same-site' }],
    ['an address bar', { ...SIGNED_IN, 'sec-fetch-site': 'none' }],
    ['two minds', { ...SIGNED_IN, 'sec-fetch-site': 'same-origin, cross-site' }],
    ['another origin', { ...SIGNED_IN, origin: 'https://evil.example' }],
    ['an origin that begins alike', { ...SIGNED_IN, origin: 'http://127.0.0.1.evil.example' }],
    ['no origin', { ...SIGNED_IN, origin: 'null' }],
    ['nowhere', SIGNED_IN],
    ['another site that says both', { ...SIGNED_IN, 'sec-fetch-site': 'cross-site', origin: 'http://127.0.0.1' }],
  ])('changes anything, with a right token: from %s', async (_where, headers) => {
    for (const [path, body] of [
      ['/api/kick', { uid: '1' }],
      ['/api/revoke', { uid: '1' }],
    ] as const) {
      const right = { ...body, token: await token() };
      const status = Object.keys(headers).length === 0 ? 401 : 403;
      expect((await send(path, right, headers)).status).toBe(status);
      expect((await submit(path, right, headers)).status).toBe(status);
    }
    expect(done).toEqual([]);
  });

  it('changes anything without a token, or with one of another kind', async () => {
    const right = await token();
    const wrong = ['', 'x', right.slice(1), `${right}=`, right.toUpperCase(), 'A'.repeat(right.length), 'é'.repeat(9)];
    for (const given of [undefined, null, 1, [right], { [right]: 1 }, ...wrong]) {
      const answer = await send('/api/kick', { uid: '1', token: given });
      expect([given, answer.status]).toEqual([given, 403]);
    }
    const answer = await submit('/api/kick', { uid: '1' });
    expect(answer.status).toBe(403);
    expect(text(await answer.text())).toContain('Load the page again');
    expect(done).toEqual([]);
  });

  it('changes anything by GET, or by any method but POST', async () => {
    const right = encodeURIComponent(await token());
    for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      for (const path of ['/api/kick', '/api/revoke']) {
        const answer = await house.get(`${path}?uid=1&token=${right}`, { method, headers: HERE });
        expect([method, answer.status, answer.headers.get('allow')]).toEqual([method, 405, 'POST']);
      }
    }
    const query = await house.get(`/api/kick?uid=1&token=${right}`, { method: 'POST', headers: HERE });
    expect(query.status).toBe(403);
    expect(done).toEqual([]);
  });
});

describe('a token', () => {
  it('is good for the rest of the day and the next, and then no more', async () => {
    const right = await token();
    now += DAY;
    expect((await send('/api/kick', { uid: '1', token: right })).status).toBe(200);
    expect(await token()).not.toBe(right);
    now += DAY;
    expect((await send('/api/kick', { uid: '1', token: right })).status).toBe(403);
  });

  it('is of one login: another password makes other tokens', async () => {
    const right = await token();
    await open({ access: { user: 'admin', password: 'open sesame!' }, formKey: 'k' });
    const login = { authorization: `Basic ${Buffer.from('admin:open sesame!').toString('base64')}` };
    const answer = await send('/api/kick', { uid: '1', token: right }, { ...HERE, ...login });
    expect(answer.status).toBe(403);
  });

  it('is the same in every process of a site', async () => {
    for (const options of [{}, { formKey: 'the key of the site' }]) {
      await open(options);
      const right = await token();
      await open(options);
      expect((await send('/api/kick', { uid: '1', token: right })).status).toBe(200);
    }
    await open({ access: { authorize: () => true }, formKey: 'the key of the site' });
    const right = await token();
    await open({ access: { authorize: () => true }, formKey: 'another key' });
    expect((await send('/api/kick', { uid: '1', token: right })).status).toBe(403);
  });
});

describe('what the dashboard is given', () => {
  it('decides what it can do: without functions there are no addresses and no buttons', async () => {
    await open({ actions: {} });
    const page = await house.html('/users/1');
    expect(page).not.toMatch(/csrf-token|api\/kick|api\/revoke/);
    for (const path of ['/api/kick', '/api/revoke', '/api/publish']) {
      expect((await send(path, { uid: '1' })).status).toBe(405);
      expect((await house.get(path)).status).toBe(404);
    }
    await open({ actions: { revoke: async () => undefined } });
    expect(await house.html('/users/1')).not.toContain('api/kick');
    expect((await send('/api/kick', { uid: '1', token: await token() })).status).toBe(405);
  });

  it('may fail: then the asker is told to look, and nothing of why', async () => {
    const failure = new Error('redis://:hunter2@db is away');
    await open({ actions: { kick: () => Promise.reject(failure) } });
    const answer = await send('/api/kick', { uid: '1', token: await token() });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await answer.text()).not.toContain('hunter2');
    expect(house.errors).toEqual([failure]);
  });

  it('works beneath parsers of the host', async () => {
    const { default: express } = await import('express');
    await open({ host: (app) => app.use(express.json(), express.urlencoded({ extended: true })) });
    expect((await send('/api/kick', { uid: '1', token: await token() })).status).toBe(200);
    expect((await submit('/api/kick', { 'uid[a]': '1', token: await token() })).status).toBe(400);
    expect((await submit('/api/kick', { uid: '1', token: await token() })).status).toBe(303);
    expect(done).toHaveLength(2);
  });
});
