// What the dashboard shows, and that its JSON says the same, wherever it is mounted.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type House, openHouse, SIGNED_IN, text } from './house.js';

describe.each(['/online', '/some/prefix/online'])('the dashboard mounted at %s', (mount) => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse({ mount, title: 'School', links: [{ href: '/courses', text: 'Courses' }] });
  });
  afterAll(() => house.close());

  it.each(['', '/', '/rooms', '/rooms/'])('shows the rooms and activities at "%s", the fullest first', async (path) => {
    const page = text(await house.html(path));
    expect(page).toMatch(/Online now 3 users/);
    expect(page).toMatch(/Clients 4 open pages/);
    expect(page).toMatch(/Rooms 2 Room Users Share \/classes\/4 2 \/classes\/5 1/);
    expect(page).toMatch(/Activities 1 Activity Users Share \/lessons\/1 1/);
  });

  it('says the same in JSON', async () => {
    expect(await house.json('/api/rooms')).toEqual({
      data: {
        rooms: [
          { channel: '/classes/4', count: 2 },
          { channel: '/classes/5', count: 1 },
        ],
        activities: [{ channel: '/lessons/1', count: 1 }],
      },
    });
  });

  it('shows who is in a room, since when, and with how many tabs', async () => {
    const page = await house.html('/rooms?name=/classes/4');
    expect(text(page)).toMatch(/ann 1 1 h 23 min 2 bob 2 3 min 1/);
    expect(page).toContain('title="Friday, 1 May 2026 at 12:37:00 CEST"');
  });

  it('says the same in JSON, times in ISO 8601 and seconds, whole numbers as numbers', async () => {
    expect(await house.json('/api/rooms?name=/classes/4')).toMatchObject({
      data: {
        channel: '/classes/4',
        count: 2,
        users: [
          { uid: 1, uname: 'ann', since: '2026-05-01T10:37:00.000Z', seconds: 4980, clients: 2 },
          { uid: 2, uname: 'bob', since: '2026-05-01T11:57:00.000Z', seconds: 180, clients: 1 },
        ],
      },
    });
  });

  it('shows a room without anybody as an empty one', async () => {
    expect((await house.get('/rooms?name=/nobody')).status).toBe(200);
    expect(await house.html('/rooms?name=/nobody')).toContain('Nobody is in this room now.');
    expect(await house.json('/api/rooms?name=/nobody')).toMatchObject({ data: { count: 0, users: [] } });
  });

  it('shows where ann is, when she was last seen, how long she was where, and what the log says', async () => {
    const page = text(await house.html('/users/1'));
    expect(page).toMatch(/ann online User id 1 · last seen 5 s ago/);
    expect(page).toMatch(/\/classes\/4 room 1 h 23 min 2 \/lessons\/1 activity 3 min 1/);
    expect(page).toMatch(/\/lessons\/1 running 1 h 23 min \/lessons\/2 45 s/);
    expect(page).toMatch(/1 May 2026, 13:59:00 1 min ago came \/lessons\/1 a1b2c3d4/);
  });

  it('says the same in JSON', async () => {
    const answer = await house.json('/api/users/1');
    expect(answer).toMatchObject({
      data: {
        user: { uid: 1, uname: 'ann', lastSeen: '2026-05-01T11:59:55.000Z' },
        log: [{ uid: 1, t: '2026-05-01T11:59:00.000Z', status: 'in', client: 'a1b2c3d4e5f6a7b8' }],
      },
    });
    expect(answer).toHaveProperty('data.user.times', [
      { channel: '/lessons/1', seconds: 4980, running: true },
      { channel: '/lessons/2', seconds: 45, running: false },
    ]);
    expect(answer).toHaveProperty('data.user.presences.1.since', '2026-05-01T11:57:00.000Z');
  });

  it('finds a user by the form in the top of every page', async () => {
    expect(await house.html('/')).toContain(`action="${mount}/users"`);
    expect(text(await house.html('/users?uid=1'))).toContain('ann online');
  });

  it('shows the log, the newest first, and what fits a filter', async () => {
    expect(text(await house.html('/log'))).toMatch(/ann 1 \/lessons\/1 .* went bob 2 \/classes\/4 .* Carol carol – –/);
    expect(await house.json('/api/log?uid=2')).toMatchObject({ data: { log: [{ uid: 2 }] } });
    expect(await house.json('/api/log?channel=/lessons/1&limit=1')).toMatchObject({ data: { log: [{ uid: 1 }] } });
    expect(await house.json('/api/log?to=2026-05-01T13:58')).toMatchObject({ data: { log: [{ uid: 'carol' }] } });
    expect(await house.json('/api/log?from=2026-05-01T13:58:30%2B02:00')).toMatchObject({
      data: { log: [{ uid: 1 }] },
    });
  });

  it('puts what was asked back into the form, in the time zone of the page', async () => {
    const page = await house.html('/log?uid=2&channel=/classes/4&from=2026-05-01T11:00:00Z&to=&limit=7');
    expect(page).toContain('name="uid" value="2"');
    expect(page).toContain('name="channel" value="/classes/4"');
    expect(page).toContain('value="2026-05-01T13:00:00"');
    expect(page).toContain('value="7"');
  });

  it('goes on to older entries', async () => {
    const page = await house.html('/log?limit=1');
    const [, older = ''] = /rel="next" href="([^"]+)"/.exec(page) ?? [];
    expect(older).toMatch(new RegExp(`^${mount}/log\\?`));
    const next = await house.raw(older.replaceAll('&amp;', '&'), { headers: SIGNED_IN });
    expect(next.status).toBe(200);
  });

  it('tells who was where at an instant, or is there now', async () => {
    expect(await house.json('/api/at?channel=/lessons/1&t=2026-05-01T13:58')).toEqual({
      data: { channel: '/lessons/1', t: '2026-05-01T11:58:00.000Z', users: [{ uid: 1, uname: 'ann' }] },
    });
    expect(await house.json('/api/at?channel=/lessons/1&t=2026-05-01T13:00')).toMatchObject({ data: { users: [] } });
    expect(await house.json('/api/at?channel=/lessons/1')).toMatchObject({ data: { t: '2026-05-01T12:00:00.000Z' } });
    expect(text(await house.html('/at?channel=/lessons/1'))).toMatch(/1 user now .* ann 1/);
  });

  it('adds up the time of a user', async () => {
    expect(await house.json('/api/time?uid=1')).toMatchObject({ data: { uid: 1, seconds: 5025 } });
    expect(await house.json('/api/time?uid=1&channel=/lessons/2')).toMatchObject({
      data: { times: [{ channel: '/lessons/2', seconds: 45, running: false }], seconds: 45 },
    });
  });

  it('tells the state of the process', async () => {
    expect(await house.json('/api/status')).toEqual({
      data: { clients: 4, users: 3, rooms: 2, uptimeSeconds: 5400, insecure: false, degraded: [] },
    });
  });

  it('has only links that lead somewhere, all beneath where it is mounted', async () => {
    const seen = new Set<string>([`${mount}/`]);
    for (const path of seen) {
      const { status, body } = await house.raw(path, { headers: SIGNED_IN });
      expect([path, status]).toEqual([path, 200]);
      for (const found of linksIn(body)) seen.add(found);
    }
    seen.delete('/courses');
    expect([...seen].filter((path) => !path.startsWith(`${mount}/`))).toEqual([]);
    expect(seen.size).toBeGreaterThan(10);
  });

  /** Links and files of a page; the host's own link has no page here. */
  const linksIn = (html: string): string[] =>
    [...html.matchAll(/(?:href|src)="([^"#][^"]*)"/g)]
      .map(([, address = '']) => address.replaceAll('&amp;', '&'))
      .filter((address) => !address.startsWith('data:') && address !== '/courses');
});
