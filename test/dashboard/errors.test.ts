// What a reader is told when the question is wrong or the answer is away.
import { afterEach, describe, expect, it } from 'vitest';
import type { Report } from '../../lib/report.js';
import { type House, openHouse, SIGNED_IN, text } from './house.js';
import { report } from './people.js';

let house: House;
afterEach(() => house.close());

describe.each(['/online', '/some/prefix/online'])('the dashboard mounted at %s', (mount) => {
  it.each([
    ['/log?limit=0', 'limit', 'from 1 to 1000'],
    ['/log?limit=1001', 'limit', 'from 1 to 1000'],
    ['/log?limit=ten', 'limit', 'from 1 to 1000'],
    ['/log?limit=1e2', 'limit', 'from 1 to 1000'],
    ['/log?limit=1&limit=2', 'limit', 'from 1 to 1000'],
    ['/log?from=yesterday', 'from', '2026-05-01T13:30 (in Europe/Berlin)'],
    ['/log?to=2026-02-30', 'to', '2026-05-01T13:30'],
    ['/log?from=2026-05-02&to=2026-05-01', 'to', 'later than the beginning'],
    ['/log?uid=1&uid=2', 'uid', 'one user id'],
    [`/log?uid=${'x'.repeat(65)}`, 'uid', '1 to 64 characters'],
    ['/log?channel=classes', 'channel', 'begins with "/"'],
    [`/log?channel=/${'x'.repeat(255)}`, 'channel', '255 characters'],
    ['/log?channel=/a%00b', 'channel', 'begins with "/"'],
    ['/rooms?name=classes', 'name', 'begins with "/"'],
    ['/rooms?name=/a&name=/b', 'name', 'one channel name'],
    ['/?rooms=0', 'rooms', 'number of a page'],
    ['/users', 'uid', 'one user id'],
    ['/at', 'channel', 'one channel name'],
    ['/at?channel=/a&t=12', 't', '2026-05-01T13:30'],
  ])('refuses %s: it names %s and the remedy', async (path, field, remedy) => {
    house = await openHouse({ mount });
    const page = await house.get(path);
    expect(page.status).toBe(400);
    const html = await page.text();
    expect(html).toContain(`<code>${field}</code>`);
    expect(html.replaceAll('&#34;', '"')).toContain(remedy);
    const json = await house.get(`/api${path}`);
    expect(json.status).toBe(400);
    expect(await json.json()).toEqual({ error: { field, message: expect.stringContaining(remedy) } });
  });

  it('refuses an address that cannot be read', async () => {
    house = await openHouse({ mount });
    for (const path of ['/users/%E0%A4%A', '/api/users/%']) {
      const { status, body } = await house.raw(mount + path, { headers: SIGNED_IN });
      expect(status).toBe(400);
      expect(body).toContain('spelled');
    }
    expect(house.errors).toEqual([]);
  });

  it.each([
    ['/log?sort=asc', 'sort', 'Give nothing but uid, channel, from, to, limit.'],
    ['/log?uid[$ne]=1', 'uid[$ne]', 'nothing but uid'],
    ['/log?Uid=1', 'Uid', 'nothing but uid'],
    ['/log?__proto__=1', '__proto__', 'nothing but uid'],
    ['/log?sort=asc&limit=0', 'sort', 'nothing but uid'],
    ['/users/1?from=2026-05-01', 'from', 'Give nothing but uid.'],
    ['/users?user=1', 'user', 'Give nothing but uid.'],
    ['/rooms?page=2', 'page', 'Give nothing but rooms, activities.'],
    ['/rooms?name=/a&limit=1', 'limit', 'Give nothing but name, page.'],
    ['/at?channel=/a&at=2026-05-01', 'at', 'Give nothing but channel, t, page.'],
    ['/api/time?uid=1&room=/a', 'room', 'Give nothing but uid, channel, from, to.'],
    ['/api/status?verbose=1', 'verbose', 'Give none.'],
    ['/log.csv?limit=5', 'limit', 'Give nothing but uid, channel, from, to.'],
    [`/log?${'x'.repeat(5000)}=1`, 'x'.repeat(64), 'nothing but uid'],
  ])('refuses the parameter that %.40s does not have', async (path, field, remedy) => {
    house = await openHouse({ mount });
    const answer = await house.get(path);
    expect(answer.status).toBe(400);
    const said = (await answer.text()).replaceAll('&#34;', '"');
    for (const words of [field, remedy]) expect(said).toContain(words);
    if (path.startsWith('/api')) return;
    const json = await house.get(`/api${path}`);
    expect(json.status).toBe(path.includes('.csv') ? 404 : 400);
    if (json.status === 400) {
      expect(await json.json()).toEqual({ error: { field, message: expect.stringContaining(remedy) } });
    }
  });

  it('does not mind what mail programs hang on links, and fields that are empty', async () => {
    house = await openHouse({ mount });
    const odd = 'utm_source=mail&utm_campaign=a&fbclid=x&gclid=y&mc_cid=z&_ga=1&sort=&uid=1';
    expect(await house.json(`/api/log?${odd}`)).toEqual(await house.json('/api/log?uid=1'));
    expect(text(await house.html(`/log?${odd}`))).toEqual(text(await house.html('/log?uid=1')));
  });

  it('says what is not there: pages, and users who were never here', async () => {
    house = await openHouse({ mount });
    for (const path of ['/nothing', '/log/1', '/users/77', '/api/nothing', '/api', '/api/users/77', '/time?uid=1']) {
      expect([path, (await house.get(path)).status]).toEqual([path, path === '/api' ? 200 : 404]);
    }
    expect(await house.html('/users/77')).toContain('No user with this id has ever been here.');
    expect(await house.json('/api/users/77')).toEqual({
      error: { field: null, message: expect.stringContaining('No user with this id') },
    });
  });
});

describe('a dashboard whose database is away', () => {
  const secret = new Error('connect ECONNREFUSED mysql://root:hunter2@db');
  const fails = () => Promise.reject(secret);
  const away: Report = { ...report, user: fails, time: fails, at: fails, log: fails };

  it.each(['/log', '/users/1', '/at?channel=/a'])(
    'shows at %s what is live, and says that the history is away',
    async (path) => {
      house = await openHouse({ report: away });
      const page = await house.get(path);
      expect([page.status, page.headers.get('retry-after')]).toEqual([503, '5']);
      const html = await page.text();
      expect(text(html)).toMatch(
        /History is not available right now.* Online now 3 users .* \/classes\/4 2 \/classes\/5 1/,
      );
      expect(html).not.toMatch(/ECONNREFUSED|hunter2|at .*\.ts/);
      expect(house.errors).toContain(secret);
    },
  );

  it('says so in JSON', async () => {
    house = await openHouse({ report: away });
    const answer = await house.get('/api/time?uid=1');
    expect(answer.status).toBe(503);
    expect(await answer.json()).toEqual({
      error: { field: null, message: expect.stringContaining('not available right now') },
    });
  });

  it('goes on showing what is live', async () => {
    house = await openHouse({ report: away });
    expect((await house.get('/')).status).toBe(200);
    expect((await house.get('/rooms?name=/classes/4')).status).toBe(200);
  });

  it('says so too when nothing is live, and when the state of the process is unknown', async () => {
    house = await openHouse({ report: { ...away, channels: fails }, status: fails });
    const page = await house.get('/');
    expect(page.status).toBe(503);
    expect(text(await page.text())).toMatch(/could not be found out.*History is not available/);
    expect((await house.get('/api/status')).status).toBe(503);
  });

  it('still shows its pages when only the state of the process is unknown', async () => {
    house = await openHouse({ status: fails });
    expect(text(await house.html('/'))).toMatch(/could not be found out.*Online now – users/);
  });

  it('does not wait for ever', async () => {
    const hangs = () => new Promise<never>(() => undefined);
    house = await openHouse({ report: { ...report, log: hangs }, patience: 20 });
    expect((await house.get('/log')).status).toBe(503);
    expect(house.errors).toEqual([expect.objectContaining({ message: expect.stringContaining('20 ms') })]);
  });

  it('tells a reader nothing of an error in a page', async () => {
    house = await openHouse({ report: { ...report, log: async () => [{ t: Number.NaN }] as never } });
    for (const path of ['/log', '/api/log']) {
      const answer = await house.get(path);
      expect(answer.status).toBe(500);
      expect(await answer.text()).not.toMatch(/RangeError|Invalid|views/);
    }
    expect(house.errors).toHaveLength(2);
  });
});
