// The announcer, as its readers see it: a snapshot and the deltas after it are always the whole truth, without a gap.
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Change } from '../../lib/domain.js';
import type { PresenceDelta, PresenceSnapshot } from '../../lib/presence/wire.js';
import { ann, bob, carol, person } from '../support/people.js';
import { DELTA, Hall, ROOM } from './hall.js';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** Knows who is in the room from a snapshot and deltas, by the rule on the wire: the highest version wins per user. */
class Reader {
  epoch: string;
  v: number;
  readonly users = new Map<string | number, { there: boolean; v: number }>();

  constructor({ epoch, v, users }: PresenceSnapshot) {
    this.epoch = epoch;
    this.v = v;
    for (const { uid } of users) this.users.set(uid, { there: true, v });
  }

  take({ epoch, joins, leaves }: PresenceDelta): void {
    if (this.epoch === '') this.epoch = epoch;
    expect(epoch).toBe(this.epoch);
    const steps = [
      ...joins.map((step) => ({ ...step, there: true })),
      ...leaves.map((step) => ({ ...step, there: false })),
    ];
    for (const { uid, v, there } of steps.sort((a, b) => a.v - b.v)) {
      if (v <= this.v) continue;
      expect(v).toBe(this.v + 1);
      this.v = v;
      this.users.set(uid, { there, v });
    }
  }

  names(): (string | number)[] {
    return [...this.users].filter(([, { there }]) => there).map(([uid]) => uid);
  }
}

describe('a snapshot', () => {
  it('is the room now, with numbers for the uids that are numbers', async () => {
    const hall = new Hall({ fullListLimit: 2 });
    expect(await hall.announcer.snapshot(ROOM)).toEqual({ epoch: '', v: 0, count: 0, users: [] });
    await hall.join(ann('a1'), person('x-2', 'xavier')('x1'));
    const { epoch, ...snapshot } = await hall.announcer.snapshot(ROOM);
    const users = [
      { uid: 1, uname: 'ann' },
      { uid: 'x-2', uname: 'xavier' },
    ];
    expect(snapshot).toEqual({ v: 2, count: 2, users });
    await hall.join(bob('b1'));
    expect(await hall.announcer.snapshot(ROOM)).toEqual({ epoch, v: 3, count: 3, users, truncated: true });
    expect(await hall.announcer.list(ROOM)).toEqual({ count: 3, user_list: [1, 'x-2'], truncated: true });
  });

  it('that cannot be read is refused', async () => {
    const hall = new Hall({ roster: () => Promise.reject(new Error('the store is away')) });
    await expect(hall.announcer.snapshot(ROOM)).rejects.toThrow('the store is away');
    await expect(hall.announcer.list(ROOM)).rejects.toThrow('the store is away');
  });

  it('in the middle of a window has all that the next delta tells again', async () => {
    const hall = new Hall();
    await hall.join(ann('a1'), bob('b1'));
    const reader = new Reader(await hall.announcer.snapshot(ROOM));
    await hall.join(carol('c1'));
    await hall.wait(100);
    for (const delta of hall.deltas()) reader.take(delta);
    expect(reader.names()).toEqual([1, 2, 3]);
  });

  it('is read once for all who come between two announcements, when nobody else announces', async () => {
    const hall = new Hall({ alone: true });
    await hall.join(ann('a1'), bob('b1'));
    const snapshots = [await hall.announcer.snapshot(ROOM), await hall.announcer.snapshot(ROOM)];
    expect(snapshots[1]).toBe(snapshots[0]);
    await hall.join(carol('c1'));
    expect(await hall.announcer.snapshot(ROOM)).toBe(snapshots[0]);
    await hall.wait(100);
    expect(await hall.announcer.snapshot(ROOM)).toMatchObject({ count: 3 });
  });
});

describe('a reader', () => {
  const cast = [ann, bob, carol];
  const event = fc.oneof(
    fc.record({ type: fc.constant('toggle' as const), tab: fc.nat({ max: 5 }) }),
    fc.record({ type: fc.constant('wait' as const), ms: fc.constantFrom(1, 30, 100, 250) }),
    fc.record({ type: fc.constant('listen' as const) }),
    fc.record({ type: fc.constant('stop' as const) }),
  );

  it.each([true, false])('knows the room whenever it came, whoever else listens (alone: %s)', async (alone) => {
    const property = fc.asyncProperty(fc.array(event, { maxLength: 40, size: 'max' }), async (events) => {
      const hall = new Hall({ alone });
      hall.listening.clear();
      const tabs = new Set<number>();
      let readers: Reader[] = [];
      const read = () => {
        for (const delta of hall.deltas()) for (const reader of readers) reader.take(delta);
      };
      for (const one of events) {
        if (one.type === 'wait') await hall.wait(one.ms);
        else if (one.type === 'stop') {
          readers = [];
          hall.listening.delete(DELTA);
        } else if (one.type === 'listen') {
          hall.listening.add(DELTA);
          readers.push(new Reader(await hall.announcer.snapshot(ROOM)));
        } else if (tabs.delete(one.tab)) await hall.leave(`t${one.tab}`);
        else {
          tabs.add(one.tab);
          await hall.join((cast[one.tab % 3] ?? ann)(`t${one.tab}`));
        }
        read();
      }
      await hall.wait(200);
      read();
      const { epoch, v, users } = await hall.announcer.snapshot(ROOM);
      for (const reader of readers) {
        expect([reader.v, reader.names().sort()]).toEqual([v, users.map(({ uid }) => uid).sort()]);
        if (v > 0) expect(reader.epoch).toBe(epoch);
      }
    });
    await fc.assert(property, { numRuns: 300 });
  });

  it('hears every version once, also when two processes announce the changes of one room', async () => {
    const here = new Hall();
    const there = new Hall();
    const changes: (Change | null)[] = [];
    for (let n = 0; n < 40; n += 1) {
      const id = `t${n % 7}`;
      const left = await here.store.leave(id, Date.now(), 'leave');
      changes.push(left ?? (await here.store.join(person(id, id)(id), Date.now(), Date.now() + 60_000)));
    }
    for (const [n, change] of changes.reverse().entries()) {
      (n % 3 ? here : there).tell(change);
      await here.wait(10);
    }
    await here.wait(200);
    const deltas = [...here.deltas(), ...there.deltas()];
    const versions = deltas.flatMap(({ joins, leaves }) => [...joins, ...leaves].map(({ v }) => v));
    expect(versions.sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, n) => n + 1));
    for (const { v, joins, leaves } of deltas) expect(v).toBe(Math.max(...[...joins, ...leaves].map((one) => one.v)));
  });
});
