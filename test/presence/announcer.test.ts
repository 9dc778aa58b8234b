// The announcer: what a room's readers are told, and how often.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Roster } from '../../lib/domain.js';
import { ann, bob, carol, person } from '../support/people.js';
import { Hall, ROOM } from './hall.js';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('a quiet room', () => {
  it('is told at once who came, on both channels', async () => {
    const hall = new Hall();
    await hall.join(ann('a1'));
    await hall.wait(0);
    expect(hall.lists()).toEqual([{ count: 1, user_list: [1] }]);
    const [delta] = hall.deltas();
    expect(delta).toMatchObject({ v: 1, count: 1, joins: [{ uid: 1, uname: 'ann', v: 1 }], leaves: [] });
    expect(delta?.epoch).toBe((await hall.store.roster('room', ROOM)).epoch);
  });

  it('is told at once who went', async () => {
    const hall = new Hall();
    await hall.join(ann('a1'), person('ann-2', 'ann two')('b1'));
    await hall.wait(1000);
    hall.published.splice(0);
    await hall.leave('a1');
    await hall.wait(0);
    expect(hall.lists()).toEqual([{ count: 1, user_list: ['ann-2'] }]);
    expect(hall.deltas()).toMatchObject([{ v: 3, count: 1, joins: [], leaves: [{ uid: 1, v: 3 }] }]);
  });

  it('is told nothing of further tabs, of activities, or of nothing, and keeps no timer', async () => {
    const hall = new Hall();
    await hall.join(ann('a1'));
    await hall.wait(1000);
    expect(hall.published.splice(0)).toHaveLength(2);
    await hall.join(ann('a2'), bob('b1', { activity: ROOM }));
    await hall.leave('a1', 'b1');
    await hall.wait(1000);
    expect(hall.published).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is told of a move as of a leave in one room and a join in another', async () => {
    const hall = new Hall();
    hall.listening.add('/classes/5/user_list');
    await hall.join(ann('a1'));
    await hall.wait(1000);
    hall.published.splice(0);
    await hall.join(ann('a1', { room: '/classes/5' }));
    await hall.wait(0);
    expect(hall.lists()).toEqual([{ count: 0, user_list: [] }]);
    expect(hall.deltas()).toMatchObject([{ leaves: [{ uid: 1, v: 2 }] }]);
    expect(hall.published).toEqual([{ channel: '/classes/5/user_list', data: { count: 1, user_list: [1] } }]);
  });
});

describe('a busy room', () => {
  it('is told once per window, of everything', async () => {
    const hall = new Hall();
    await hall.join(ann('a1'), bob('b1'), carol('c1'));
    await hall.leave('b1');
    await hall.wait(99);
    expect(hall.deltas()).toMatchObject([{ v: 1 }]);
    expect(hall.lists()).toHaveLength(1);
    await hall.wait(1);
    expect(hall.deltas()).toMatchObject([
      {
        v: 4,
        count: 2,
        joins: [
          { uid: 2, uname: 'bob', v: 2 },
          { uid: 3, uname: 'carol', v: 3 },
        ],
        leaves: [{ uid: 2, v: 4 }],
      },
    ]);
    expect(hall.lists()).toEqual([{ count: 2, user_list: [1, 3] }]);
    await hall.wait(1000);
    expect(hall.published).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is told at most one of each in any window, however long it and others are busy', async () => {
    const times = new Map<string, number[]>();
    const publish = (channel: string) => times.set(channel, [...(times.get(channel) ?? []), Date.now()]);
    const hall = new Hall({ publish, listened: () => true });
    for (let n = 0; n < 100; n += 1) {
      await hall.join(person(`${n}`, 'someone')(`c${n}`, { room: `/r/${n % 3}` }));
      await hall.wait(17);
    }
    expect(times.size).toBe(6);
    for (const said of times.values()) {
      expect(said.length).toBeGreaterThan(10);
      expect(said.every((time, n) => n === 0 || time - (said[n - 1] ?? 0) >= 100)).toBe(true);
    }
  });

  it('has one timer with all other busy rooms', async () => {
    const hall = new Hall();
    for (let n = 0; n < 50; n += 1) {
      hall.listening.add(`/r/${n}/presence`);
      await hall.join(ann(`a${n}`, { room: `/r/${n}` }));
      await hall.wait(1);
    }
    expect(vi.getTimerCount()).toBe(1);
    await hall.wait(200);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is not given a list twice when one that was read late had shown everything', async () => {
    const hall = new Hall();
    await hall.join(ann('a1'), bob('b1'));
    await hall.wait(1000);
    hall.published.splice(0);
    for (const change of await hall.store.expire(Date.now() + 100_000)) hall.tell(change);
    await hall.wait(1000);
    expect(hall.lists()).toEqual([{ count: 0, user_list: [] }]);
    expect(hall.deltas().flatMap(({ leaves }) => leaves.map(({ v }) => v))).toEqual([3, 4]);
  });

  it('is never told of two epochs in one message', async () => {
    const hall = new Hall();
    await hall.join(ann('a1'));
    const other = new Hall();
    const changes = [bob('b1'), carol('c1')].map((client) => other.store.join(client, Date.now(), Date.now() + 1000));
    await hall.join(person('4', 'dave')('d1'));
    for (const change of await Promise.all(changes)) hall.tell(change);
    await hall.join(person('5', 'erin')('e1'));
    await hall.wait(100);
    const said = hall.deltas().map(({ epoch, v, joins }) => [epoch, v, joins.map(({ uname }) => uname)]);
    const [{ epoch: mine }, { epoch: others }] = await Promise.all(
      [hall, other].map(({ store }) => store.roster('room', ROOM)) as [Promise<Roster>, Promise<Roster>],
    );
    expect(said).toEqual([
      [mine, 1, ['ann']],
      [mine, 3, ['dave', 'erin']],
      [others, 2, ['bob', 'carol']],
    ]);
  });
});
