// Signing in with a user name and a password, and guessing it.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type House, openHouse, SIGNED_IN } from './house.js';
import { MINUTE, NOON } from './people.js';

const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });
const WRONG = basic('admin:guess');

describe('a dashboard with a password', () => {
  let house: House;
  let now = NOON;
  const status = async (headers: Record<string, string>) => (await house.raw('/online/', { headers })).status;

  beforeEach(async () => {
    now = NOON;
    const access = { user: 'admin', password: 'open sesame' };
    house = await openHouse({ access, now: () => now, host: (app) => app.set('trust proxy', true) });
  });
  afterEach(() => house.close());

  it('asks for it, in pages and in JSON', async () => {
    const page = await house.raw('/online/');
    expect([page.status, page.headers['www-authenticate']]).toEqual([
      401,
      'Basic realm="faye-online", charset="UTF-8"',
    ]);
    const json = await house.raw('/online/api/rooms');
    expect(JSON.parse(json.body)).toEqual({ error: { field: null, message: expect.stringContaining('Sign in') } });
  });

  it('lets in who knows it', async () => {
    expect(await status(SIGNED_IN)).toBe(200);
    expect((await house.raw('/online/api/status', { headers: SIGNED_IN })).status).toBe(200);
    expect((await house.raw('/online/', { method: 'HEAD', headers: SIGNED_IN })).status).toBe(200);
  });

  it.each([
    ['a wrong password', basic('admin:open')],
    ['a wrong name', basic('root:open sesame')],
    ['a longer password', basic('admin:open sesame!')],
    ['no colon', basic('admin')],
    ['nothing', basic('')],
    ['something that is not Base64', { authorization: 'Basic ???' }],
    ['another scheme', { authorization: 'Bearer open sesame' }],
    ['an empty header', { authorization: '' }],
  ])('refuses %s', async (_what, headers) => {
    expect(await status(headers)).toBe(401);
  });

  it('takes a password with a colon and letters of any kind', async () => {
    await house.close();
    house = await openHouse({ access: { user: 'Zoë', password: 'pä:ß 密码' } });
    expect(await status(basic('Zoë:pä:ß 密码'))).toBe(200);
    expect(await status(basic('Zoe\u0308:pä:ß 密码'))).toBe(200);
  });

  it('stops guessing after ten failures in a minute, also when the eleventh guess is right', async () => {
    for (let guess = 0; guess < 10; guess++) expect(await status(WRONG)).toBe(401);
    now += MINUTE / 2;
    const late = await house.raw('/online/', { headers: SIGNED_IN });
    expect([late.status, late.headers['retry-after']]).toEqual([429, '30']);
    expect(await status(WRONG)).toBe(429);
    now += MINUTE / 2;
    expect(await status(SIGNED_IN)).toBe(200);
  });

  it('does not count who has not tried yet', async () => {
    for (let visit = 0; visit < 20; visit++) expect(await status({})).toBe(401);
    expect(await status(SIGNED_IN)).toBe(200);
  });

  it('counts each address by itself', async () => {
    for (let guess = 0; guess < 11; guess++) await status({ ...WRONG, 'x-forwarded-for': '203.0.113.7' });
    expect(await status({ ...SIGNED_IN, 'x-forwarded-for': '203.0.113.7' })).toBe(429);
    expect(await status({ ...SIGNED_IN, 'x-forwarded-for': '203.0.113.8' })).toBe(200);
    expect(await status({ ...SIGNED_IN, 'x-forwarded-for': '::ffff:203.0.113.7' })).toBe(429);
  });

  it('counts the addresses of one IPv6 network together', async () => {
    for (let guess = 0; guess < 10; guess++) await status({ ...WRONG, 'x-forwarded-for': `2001:db8:1:2::${guess}` });
    expect(await status({ ...SIGNED_IN, 'x-forwarded-for': '2001:db8:1:2:ffff::1' })).toBe(429);
    expect(await status({ ...SIGNED_IN, 'x-forwarded-for': '2001:db8:1:3::1' })).toBe(200);
  });
});
