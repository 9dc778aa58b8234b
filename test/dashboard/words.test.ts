// How the dashboard writes and reads numbers, times, links and pages.
import { describe, expect, it } from 'vitest';
import { age, ago, createClock, duration, many } from '../../lib/dashboard/format.js';
import { readInstant, wallClock } from '../../lib/dashboard/instant.js';
import { toJson } from '../../lib/dashboard/json.js';
import { createLinks } from '../../lib/dashboard/links.js';
import { older, paginate } from '../../lib/dashboard/paging.js';
import { Throttle } from '../../lib/dashboard/throttle.js';
import { networkOf } from '../../lib/network.js';
import { MINUTE, NOON } from './people.js';

const HOUR = 60 * MINUTE;

describe('a length of time', () => {
  it.each([
    [-5, '0 s', '0 s'],
    [999, '0 s', '0 s'],
    [45_900, '45 s', '45 s'],
    [MINUTE, '1 min', '1 min'],
    [59 * MINUTE + 59_999, '59 min', '59 min'],
    [HOUR, '1 h', '1 h'],
    [83 * MINUTE, '1 h 23 min', '1 h'],
    [47 * HOUR, '47 h', '47 h'],
    [48 * HOUR, '48 h', '2 days'],
    [1234 * HOUR + MINUTE, '1,234 h 1 min', '51 days'],
  ])('of %d ms was spent as %s and is %s old', (length, spent, old) => {
    expect(duration(length)).toBe(spent);
    expect(age(length)).toBe(old);
  });

  it('is just now when it is short, or when the clock of another is ahead', () => {
    expect([ago(4999), ago(-MINUTE), ago(5000)]).toEqual(['just now', 'just now', '5 s ago']);
  });
});

describe('a number of things', () => {
  it('is one, or many', () => {
    expect([many(1, 'user'), many(0, 'user'), many(1200, 'entry', 'entries')]).toEqual([
      '1 user',
      '0 users',
      '1,200 entries',
    ]);
  });
});

describe('an instant', () => {
  it.each([
    ['2026-05-01', '2026-04-30T22:00:00.000Z'],
    ['2026-05-01T13:30', '2026-05-01T11:30:00.000Z'],
    ['2026-12-01T13:30:15', '2026-12-01T12:30:15.000Z'],
    ['2026-05-01 13:30:15.250', '2026-05-01T11:30:15.250Z'],
    ['2026-05-01T13:30Z', '2026-05-01T13:30:00.000Z'],
    ['2026-05-01T13:30-04:00', '2026-05-01T17:30:00.000Z'],
    ['2026-05-01T13:30+02:00', '2026-05-01T11:30:00.000Z'],
    ['2026-05-01T13:30 02:00', '2026-05-01T11:30:00.000Z'],
    ['2026-05-01T13:30+0200', '2026-05-01T11:30:00.000Z'],
    // Clocks in Berlin go from 02:00 to 03:00 on 29 March, and from 03:00 to 02:00 on 25 October.
    ['2026-03-29T01:59', '2026-03-29T00:59:00.000Z'],
    ['2026-03-29T03:00', '2026-03-29T01:00:00.000Z'],
    ['2026-10-25T01:59', '2026-10-24T23:59:00.000Z'],
    ['2026-10-25T03:00', '2026-10-25T02:00:00.000Z'],
  ])('written %s in Berlin is %s', (text, iso) => {
    expect(new Date(readInstant(text, 'Europe/Berlin') ?? Number.NaN).toISOString()).toBe(iso);
  });

  it.each([
    '',
    'now',
    '12',
    '2026-5-1',
    '2026-13-01',
    '2026-02-30',
    '2026-05-01T25:00',
    '2026-05-01T13:30+99:00',
    '0000-01-01',
    '9999-12-31',
  ])('is not %j', (text) => {
    expect(readInstant(text, 'UTC')).toBeNull();
  });

  it('is read again as it was written, whatever the zone', () => {
    for (const zone of ['UTC', 'Europe/Berlin', 'Asia/Kathmandu', 'America/St_Johns', 'Pacific/Apia']) {
      for (let instant = NOON; instant < NOON + 400 * 24 * HOUR; instant += 13 * HOUR + 7000) {
        const again = readInstant(wallClock(instant, zone), zone) ?? Number.NaN;
        // An hour that a clock shows twice is read as one of the two.
        expect([0, HOUR]).toContain(Math.abs(again - instant));
        expect(wallClock(again, zone)).toBe(wallClock(instant, zone));
      }
    }
  });

  it('is shown short, and exactly', () => {
    const clock = createClock('Europe/Berlin');
    expect(clock.short(NOON)).toBe('1 May 2026, 14:00:00');
    expect(clock.exact(NOON)).toBe('Friday, 1 May 2026 at 14:00:00 CEST');
  });
});

describe('JSON', () => {
  it('writes instants, lengths and uids as their readers expect', () => {
    expect(
      toJson({ uid: '007', lastSeen: null, since: NOON, list: [{ uid: '7', ms: 1999, t: NOON }] }, NOON + 1500),
    ).toEqual({
      uid: '007',
      lastSeen: null,
      since: '2026-05-01T12:00:00.000Z',
      seconds: 1,
      list: [{ uid: 7, seconds: 1, t: '2026-05-01T12:00:00.000Z' }],
    });
  });
});

describe('links', () => {
  const to = createLinks('/some/online');

  it('name a user in the path when that is safe, else in the query', () => {
    expect(['7', 'ann', 'a.b-c_d'].map(to.user)).toEqual(
      ['7', 'ann', 'a.b-c_d'].map((uid) => `/some/online/users/${uid}`),
    );
    for (const uid of ['..', '.', 'a/b', 'a b', '%2e', '', 'ä', '\ud800', 'a+b&c=d']) {
      const url = new URL(to.user(uid), 'http://host');
      expect(url.pathname).toBe('/some/online/users');
      expect(url.searchParams.get('uid')).toBe(Buffer.from(uid).toString());
    }
  });

  it('leave the slashes of a channel as they are', () => {
    expect(to.room('/classes/4')).toBe('/some/online/rooms?name=/classes/4');
    expect(to.log({ channel: '/a', to: NOON })).toBe('/some/online/log?channel=/a&to=2026-05-01T12%3A00%3A00.000Z');
  });
});

describe('a long list', () => {
  const items = Array.from({ length: 201 }, (_, index) => index);
  const page = (wanted: number) => paginate(items, wanted, String);

  it('comes in pages of a hundred', () => {
    expect(page(1).paging).toEqual({ text: '1–100 of 201', previous: null, next: '2' });
    expect(page(3)).toMatchObject({ rows: [200], paging: { text: '201–201 of 201', previous: '2', next: null } });
    expect(page(4)).toEqual(page(3));
    expect(paginate([1], 1, String).paging).toBeNull();
  });

  it('of the log goes on where it stopped, and never stands still', () => {
    const entry = { t: NOON, status: 'in', uid: '1', uname: 'ann', channel: '/a', client: null } as const;
    expect(older([entry], { limit: 2 })).toBeNull();
    expect(older([], { limit: 1 })).toBeNull();
    expect(older([entry], { limit: 1, uid: '1' })).toEqual({ limit: 1, uid: '1', to: NOON + 1 });
    expect(older([entry], { limit: 1, to: NOON + 1 })).toEqual({ limit: 1, to: NOON });
  });
});

describe('the throttle', () => {
  const failing = (throttle: Throttle, address: string, times = 10, now = NOON) => {
    for (let guess = 0; guess < times; guess++) throttle.fail(address, now);
  };

  it('does not grow without bound', () => {
    const throttle = new Throttle();
    throttle.pass('198.51.100.1', NOON);
    failing(throttle, '198.51.100.1');
    for (let host = 0; host < 30_000; host++) {
      throttle.pass(`11.${host >> 16}.${(host >> 8) & 255}.${host & 255}`, NOON - 25 * HOUR);
      throttle.fail(`10.${host >> 16}.${(host >> 8) & 255}.${host & 255}`, NOON + 1);
    }
    throttle.pass('198.51.100.1', NOON + 1);
    expect(throttle.wait('198.51.100.1', NOON + 1)).toBe(0);
    failing(throttle, '198.51.100.2', 10, NOON + 2);
    expect(throttle.wait('198.51.100.2', NOON + 2)).toBe(MINUTE);
  });

  it('counts all networks together: then each may fail once, but who was here within a day', () => {
    const throttle = new Throttle();
    throttle.pass('203.0.113.1', NOON - 23 * HOUR);
    throttle.pass('203.0.113.2', NOON - 25 * HOUR);
    for (let host = 0; host < 99; host++) throttle.fail(`198.51.100.${host}`, NOON + host);
    for (const host of [1, 2]) throttle.fail(`203.0.113.${host}`, NOON + 99);
    expect(throttle.wait('203.0.113.3', NOON + 100)).toBe(0);
    throttle.fail('203.0.113.3', NOON + 100);
    expect(throttle.wait('203.0.113.2', NOON + 100)).toBe(MINUTE - 100);
    expect(throttle.wait('203.0.113.3', NOON + 100)).toBe(MINUTE - 100);
    expect(throttle.wait('203.0.113.1', NOON + 100)).toBe(0);
    expect(throttle.wait('203.0.113.3', NOON + MINUTE)).toBe(0);
    failing(throttle, '203.0.113.1', 9, NOON + 100);
    expect(throttle.wait('203.0.113.1', NOON + 100)).toBe(MINUTE - 1);
  });

  it('then takes all networks of one /48 for one', () => {
    const throttle = new Throttle();
    for (let host = 0; host < 100; host++) throttle.fail(`198.51.100.${host}`, NOON);
    throttle.fail('2001:db8:1:1::1', NOON + 1);
    expect(throttle.wait('2001:db8:1:2::1', NOON + 1)).toBe(MINUTE - 1);
    expect(throttle.wait('2001:db8:2:1::1', NOON + 1)).toBe(0);
  });

  it('lets ten thousand guesses a minute pass at most, from however many networks', () => {
    const throttle = new Throttle();
    throttle.pass('203.0.113.1', NOON);
    let guesses = 0;
    for (let host = 0; host < 30_000; host++) {
      const address = `10.${host >> 16}.${(host >> 8) & 255}.${host & 255}`;
      if (throttle.wait(address, NOON) > 0) continue;
      throttle.fail(address, NOON);
      guesses++;
    }
    expect(guesses).toBe(10_000);
    expect(throttle.wait('203.0.113.1', NOON)).toBe(0);
    expect(throttle.wait('203.0.113.2', NOON)).toBe(MINUTE);
    expect(throttle.wait('203.0.113.2', NOON + MINUTE)).toBe(0);
  });
});

describe('a network', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::FFFF:cb00:7107', '203.0.113.7'],
    ['0:0:0:0:0:ffff:cb00:7107', '203.0.113.7'],
    ['2001:db8:1:2::1', '2001:db8:1:2'],
    ['2001:0DB8:0001:0002:ffff:ffff:ffff:ffff', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['2001:db8::ffff:1:2:3:4', '2001:db8:0:ffff'],
    ['2001:db8:0:0:1::', '2001:db8:0:0'],
    ['203.0.113.7:5678', '203.0.113.7'],
    ['[2001:db8:1:2::1]:443', '2001:db8:1:2'],
    ['::1', '0:0:0:0'],
    ['::', '0:0:0:0'],
    ['1::', '1:0:0:0'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
  ])('of %s is %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });

  it.each(['', 'unknown', '203.0.113', "'; --", 'x'.repeat(9000), '2001:db8::1::2', '_hidden'])(
    'of what is no address is one for all',
    (address) => expect(networkOf(address)).toBe('unknown'),
  );
});
