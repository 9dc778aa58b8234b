// The Redis store on several partitions: where the parts of a place lie, and that a visit has one line in the log.
import { describe, expect, it } from 'vitest';
import type { Change, Millis, Place } from '../../lib/domain.js';
import { rowsOf } from '../../lib/ledger/rows.js';
import { partitionOf } from '../../lib/presence/redis_keys.js';
import { merge, split } from '../../lib/presence/redis_parts.js';
import { ann, bob } from '../support/people.js';
import { ownRedis, Site, writtenDown } from './redis_site.js';

const server = ownRedis();
const start = Date.now();
const at = (seconds: number): Millis => start + seconds * 1000;

/** Channels of the four partitions, by number. */
const channels = Array.from({ length: 4 }, (_, n) =>
  Array.from({ length: 100 }, (_, k) => `/c/${k}`).filter((channel) => partitionOf(channel, 4) === n),
);
const channel = (partition: number, n = 0): string => channels[partition]?.[n] ?? '';

const PLACES: readonly (readonly [string, Place])[] = [
  ['a room', { room: channel(0) }],
  ['an activity', { activity: channel(1) }],
  ['both in one partition', { room: channel(2), activity: channel(2, 1) }],
  ['both under one name', { room: channel(3), activity: channel(3) }],
  ['both in two partitions', { room: channel(0), activity: channel(1) }],
  ['another room with the same activity', { room: channel(2), activity: channel(1) }],
  ['another activity with the same room', { room: channel(0), activity: channel(3) }],
];
const MOVES = PLACES.flatMap(([one, from]) =>
  PLACES.filter(([other]) => other !== one).map(([other, to]) => [`from ${one} to ${other}`, from, to] as const),
);

const linesOf = (changes: readonly Change[]) =>
  rowsOf(changes)
    .visits.map((visit) => ({ status: visit.status, channel: visit.channel, at: visit.at }))
    .sort((a, b) => a.at - b.at || a.status - b.status);

describe('a client on several partitions', () => {
  it('has channels in all of them', () => {
    for (const some of channels) expect(some.length).toBeGreaterThan(10);
  });

  it.each(MOVES)('has the same lines in the login log as on one, when it goes %s', async (_, from, to) => {
    const lines = [];
    for (const partitions of [1, 4]) {
      const store = await new Site(server(), partitions).store();
      const joined = await store.join(ann('a1', from), at(0), at(60));
      const moved = await store.join(ann('a1', to), at(1), at(61));
      const left = await store.leave('a1', at(2), 'leave');
      expect([joined, moved, left]).toMatchObject([
        { cause: 'join', from: null, to: from },
        { cause: 'move', from, to },
        { cause: 'leave', from: to, to: null },
      ]);
      const changes = await writtenDown(store);
      expect(JSON.stringify(changes)).not.toContain('"a1"');
      lines.push(linesOf(changes));
      const given = [joined, moved, left].filter((change) => change !== null);
      expect(linesOf(given)).toEqual(lines[0]);
      expect(changes.flatMap(({ steps }) => steps)).toHaveLength(given.flatMap(({ steps }) => steps).length);
    }
    expect(lines[1]).toEqual(lines[0]);
  });

  it('is lost as one, with one line', async () => {
    const store = await new Site(server(), 4).store();
    const place = { room: channel(0), activity: channel(1) };
    await store.join(ann('a1', place), at(0), at(60));
    await store.renew([{ id: 'a1', seen: at(5), ends: at(65) }]);
    const lost = await store.expire(at(65));
    expect(lost).toMatchObject([{ cause: 'lost', id: 'a1', at: at(5), from: place, to: null }]);
    expect(lost[0]?.steps.map(({ kind }) => kind)).toEqual(['room', 'activity']);
    expect(linesOf(await writtenDown(store))).toMatchObject([{ status: 1 }, { status: 0, at: at(5) }]);
  });

  it('is unknown when one of them has lost it, and is brought in there again', async () => {
    const site = new Site(server(), 4);
    const store = await site.store();
    const place = { room: channel(0), activity: channel(1) };
    await store.join(ann('a1', place), at(0), at(60));
    await store.join(bob('b1', { room: channel(0) }), at(0), at(60));
    const { client } = server();
    await client.del(await client.keys(`{${site.namespace}:1}*`));
    const leases = ['a1', 'b1'].map((id) => ({ id, seen: at(1), ends: at(61) }));
    expect(await store.renew(leases)).toEqual(['a1']);
    expect(await store.join(ann('a1', place), at(2), at(62))).toMatchObject({ cause: 'move', to: place });
    expect(await store.renew(leases)).toEqual([]);
    expect(await store.whereabouts(ann.user.uid)).toHaveLength(2);
  });
});

describe('the parts of a place', () => {
  it('lie where their channels lie, and one of them has the log', () => {
    const [room, activity] = [channel(0), channel(1)];
    expect(split({ room, activity }, 4)).toEqual(
      new Map([
        [0, { room, logs: false }],
        [1, { activity, logs: true }],
      ]),
    );
    expect(split({ room }, 4)).toEqual(new Map([[0, { room, logs: true }]]));
    expect(split({ room, activity }, 1)).toEqual(new Map([[0, { room, activity, logs: true }]]));
  });

  it('never move: the partition of a channel is the same in every process and version', () => {
    // As published with FNV-1a.
    expect(['', 'a', 'foobar'].map((name) => partitionOf(name, 2 ** 32))).toEqual([0x811c9dc5, 0xe40c292c, 0xbf9cf968]);
  });

  it('make no Change when nothing changed', () => {
    expect(merge('a1', [{ change: null, before: null }], null)).toBeNull();
  });
});
