// Who gets in: decided before anything is routed, for pages, files and JSON alike.
import { afterEach, describe, expect, it } from 'vitest';
import { type House, type HouseOptions, openHouse, SIGNED_IN } from './house.js';

const OPEN = { access: undefined, production: false };
const PATHS = [
  ...[
    '',
    '/',
    '//',
    '/./',
    '/rooms',
    '/rooms/',
    '/ROOMS',
    '/rooms?name=/classes/4',
    '/users/1',
    '/log',
    '/at?channel=/a',
  ],
  ...['/dashboard.css', '/dashboard.js', '/dashboard.js/', '/%64ashboard.css', '/..%2fdashboard.css', '/%2e%2e/log'],
  ...[
    '/api',
    '/api/rooms',
    '/api/users/1',
    '/api/log',
    '/api/time?uid=1',
    '/api/at?channel=/a',
    '/api/status',
    '/API/status',
  ],
  ...['/%61pi/rooms', '//api/rooms', '/api//rooms', '/api/rooms;a=b', '/nothing', '/users/%E0%A4%A', '/log?limit=0'],
];
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'];

let house: House;
afterEach(() => house.close());

/** The statuses with which everything is answered, and whether anything of the report showed. */
async function crawl(options: HouseOptions, headers: Record<string, string> = {}) {
  house = await openHouse(options);
  const mount = options.mount ?? '/online';
  const statuses = new Set<number>();
  for (const method of METHODS) {
    for (const path of PATHS) {
      const answer = await house.raw(mount + path, { method, headers });
      statuses.add(answer.status);
      expect(answer.body).not.toMatch(/uname|<main|color-scheme|localStorage/);
    }
  }
  return [...statuses];
}

describe.each(['/online', '/some/prefix/online'])('the dashboard mounted at %s', (mount) => {
  it('is closed to whoever does not sign in', async () => {
    expect(await crawl({ mount })).toEqual([401]);
  });

  it('is closed to whoever the host does not let in', async () => {
    expect(await crawl({ mount, access: { authorize: () => false } })).toEqual([403]);
  });

  it('is closed while the host cannot tell', async () => {
    expect(
      await crawl({ mount, access: { authorize: () => Promise.reject(new Error('session store away')) } }),
    ).toEqual([403]);
    expect(house.errors).toContainEqual(new Error('session store away'));
    await house.close();
    const access = {
      authorize: () => {
        throw new Error('no session');
      },
    };
    expect(await crawl({ mount, access })).toEqual([403]);
  });

  it('does not exist in production when no access is set', async () => {
    expect(await crawl({ mount, access: undefined, production: true }, SIGNED_IN)).toEqual([404]);
  });

  it('is closed in development to other host names, which may have been made to lead here', async () => {
    expect(await crawl({ mount, ...OPEN }, { host: 'evil.example' })).toEqual([403]);
  });
});

describe('a dashboard with no access set in production', () => {
  it('answers as if it were not mounted', async () => {
    house = await openHouse({ access: undefined, production: true });
    const there = await house.raw('/online/log');
    const elsewhere = await house.raw('/offline/log');
    const same = ({ headers, body }: typeof there) => [
      { ...headers, date: '', 'content-length': '' },
      body.replace(/o(n|ff)line/, ''),
    ];
    expect(same(there)).toEqual(same(elsewhere));
  });
});

describe('a dashboard with no access set in development', () => {
  it.each(['localhost', 'localhost:9292', '127.0.0.1:9292', '[::1]:9292'])(
    'is open to this machine as %s',
    async (host) => {
      house = await openHouse(OPEN);
      expect((await house.raw('/online/', { headers: { host } })).status).toBe(200);
    },
  );

  it.each(['localhost.evil.example', 'evil-localhost', '127.0.0.1.nip.io', '0.0.0.0', 'x@localhost'])(
    'is closed to the host name "%s"',
    async (host) => {
      house = await openHouse(OPEN);
      const { status, body } = await house.raw('/online/', { headers: { host } });
      expect(status).toBe(403);
      expect(body).toContain('`dashboard`');
    },
  );

  it.each(['x-forwarded-for', 'forwarded', 'x-real-ip', 'via'])(
    'is closed to what a proxy brings (%s)',
    async (name) => {
      house = await openHouse({ ...OPEN, host: (app) => app.set('trust proxy', true) });
      expect((await house.raw('/online/', { headers: { [name]: '127.0.0.1' } })).status).toBe(403);
    },
  );
});

describe('a dashboard that the host watches', () => {
  it('lets in for whom the host answers true, and nothing that only looks like it', async () => {
    const answers: unknown[] = [true, Promise.resolve(true), 1, 'yes', {}, undefined];
    house = await openHouse({ access: { authorize: () => answers.shift() as boolean } });
    const statuses = [];
    while (answers.length > 0) statuses.push((await house.raw('/online/')).status);
    expect(statuses).toEqual([200, 200, 403, 403, 403, 403]);
  });

  it('shows the host the request as it came', async () => {
    const access = { authorize: (request: { originalUrl: string }) => request.originalUrl === '/online/log?uid=1' };
    house = await openHouse({ access });
    expect((await house.raw('/online/log?uid=1')).status).toBe(200);
    expect((await house.raw('/online/log?uid=2')).status).toBe(403);
  });
});
