// Local times of the gem's as instants, in zones that change their clocks too.
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';

interface LocalTime {
  zoneOf(told?: string): { readonly name: string; readonly isTold: boolean; instantsOf(wall: number): number[] };
  wallOf(stamp: unknown): number | null;
  instantOf(value: unknown): number | null;
}
const { zoneOf, wallOf, instantOf }: LocalTime = createRequire(import.meta.url)('../../db/local_time.cjs');

/** What a stamp may mean in a zone, in UTC. */
const read = (stamp: string, zone: string): string[] =>
  zoneOf(zone)
    .instantsOf(wallOf(stamp) ?? Number.NaN)
    .map((instant) => new Date(instant).toISOString().slice(0, 19));

describe('a stamp', () => {
  it('is read in the zone of the gem', () => {
    expect(read('20261124101055', 'Asia/Shanghai')).toEqual(['2026-11-24T02:10:55']);
    expect(read('20261124101055', 'UTC')).toEqual(['2026-11-24T10:10:55']);
    expect(read('20260701120000', 'America/New_York')).toEqual(['2026-07-01T16:00:00']);
  });

  it('means two instants in the hour that a clock shows twice, and one after the gap in spring', () => {
    expect(read('20261025023000', 'Europe/Berlin')).toEqual(['2026-10-25T00:30:00', '2026-10-25T01:30:00']);
    expect(read('20260329023000', 'Europe/Berlin')).toEqual(['2026-03-29T01:30:00']);
  });

  it.each(['', '2026', '20261341101055', '20261124101055Z', 20261124, null])('is none when it is %j', (stamp) => {
    expect(wallOf(stamp)).toBeNull();
  });

  it('needs a zone that there is', () => {
    expect(() => zoneOf('Asia/Atlantis')).toThrow(/^FAYE_ONLINE_TIME_ZONE: "Asia\/Atlantis" is not an IANA zone/);
    expect(zoneOf('Asia/Shanghai')).toMatchObject({ isTold: true });
    expect(zoneOf('')).toMatchObject({ isTold: false });
  });
});

describe('a date of the database', () => {
  it('is UTC, as text or not', () => {
    const then = Date.UTC(2013, 5, 26, 10, 10, 54);
    for (const date of ['2013-06-26 10:10:54.000000', '2013-06-26 10:10:54', '2013-06-26 10:10:54.000 +00:00']) {
      expect(instantOf(date)).toBe(then);
    }
    expect(instantOf(new Date(then))).toBe(then);
    expect([instantOf(null), instantOf(new Date(Number.NaN)), instantOf('0000-00-00 00:00:00')]).toEqual([
      null,
      null,
      null,
    ]);
  });
});
