// What the browser is told it may do.
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type House, openHouse, SIGNED_IN } from './house.js';

const CSP =
  "default-src 'none';script-src 'self';style-src 'self';img-src 'self' data:;connect-src 'self';" +
  "base-uri 'none';form-action 'self';frame-ancestors 'none'";

describe.each(['/online', '/some/prefix/online'])('the dashboard mounted at %s', (mount) => {
  let house: House;
  beforeAll(async () => {
    const host: NonNullable<Parameters<typeof openHouse>[0]>['host'] = (app) => {
      app.set('view options', { delimiter: '?' }).set('json spaces', 7).set('views', '/nowhere');
      app.get('/own', (_request, response) => void response.send('own'));
    };
    house = await openHouse({ mount, host });
  });
  afterAll(() => house.close());

  it.each(['/', '/log', '/nothing', '/log?limit=0', '/api/rooms', '/api/nothing', '/dashboard.css'])(
    'forbids the browser all that %s does not need',
    async (path) => {
      const { headers } = await house.get(path);
      expect(headers.get('content-security-policy')).toBe(CSP);
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
      expect(headers.get('strict-transport-security')).toBeNull();
      expect(headers.get('x-powered-by')).toBeNull();
    },
  );

  it.each(['/', '/log', '/users/1', '/nothing', '/api/rooms', '/api/nothing'])('lets nobody keep %s', async (path) => {
    expect((await house.get(path)).headers.get('cache-control')).toBe('no-store');
  });

  it('tells refused strangers no more, and lets nobody keep that either', async () => {
    const { headers, body } = await house.raw(`${mount}/`);
    expect(headers['content-security-policy']).toBe(CSP);
    expect(headers['cache-control']).toBe('no-store');
    expect(headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(body).not.toContain('<');
  });

  it('lets a browser keep its files for good, by their hashes, but not for others', async () => {
    const page = await house.html('/');
    for (const name of ['dashboard.css', 'dashboard.js']) {
      const [, path = ''] = new RegExp(`"(${mount}/${name}\\?v=[0-9a-f]+)"`).exec(page) ?? [];
      const asset = await house.raw(path, { headers: SIGNED_IN });
      expect(asset.headers['cache-control']).toBe('private, max-age=31536000, immutable');
      expect(asset.body).toBe(readFileSync(`public/${name}`, 'utf8'));
      expect((await house.get(`/${name}?v=old`)).headers.get('cache-control')).toBe('no-cache');
    }
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('only shows things: %s is refused', async (method) => {
    for (const path of ['/', '/log', '/api/rooms', '/dashboard.css', '/nothing']) {
      const answer = await house.get(path, { method, headers: SIGNED_IN });
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    }
  });

  it('answers HEAD as GET, without the body', async () => {
    for (const path of ['/', '/users/1', '/api/log', '/dashboard.js', '/users/77']) {
      const get = await house.raw(mount + path, { headers: SIGNED_IN });
      const head = await house.raw(mount + path, { method: 'HEAD', headers: SIGNED_IN });
      expect([head.status, head.body, head.headers['content-length']]).toEqual([
        get.status,
        '',
        get.headers['content-length'],
      ]);
    }
  });

  it.each([
    '/../package.json',
    '/..%2f..%2fpackage.json',
    '/dashboard.css/../../package.json',
    '/views/log.ejs',
    '/%00',
  ])('has no other files: %s', async (path) => {
    const { status, body } = await house.raw(mount + path, { headers: SIGNED_IN });
    expect(status).toBe(404);
    expect(body).not.toContain('faye-online"');
  });

  it('leaves the host as it was', async () => {
    const { headers } = await house.raw('/own');
    expect(headers['x-powered-by']).toBe('Express');
    expect(headers['content-security-policy']).toBeUndefined();
    expect(await (await house.get('/api/status')).text()).not.toContain('\n');
  });
});

describe('the views', () => {
  const views = readdirSync('views').filter((name) => name.endsWith('.ejs') && name !== 'demo.ejs');

  it.each(views)('%s writes nothing unescaped but other views', (name) => {
    const unescaped = readFileSync(`views/${name}`, 'utf8').match(/<%-(?!\s*include\()/g);
    expect(unescaped).toBeNull();
  });
});
