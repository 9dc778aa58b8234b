// The announcer while a shared store is away and coming back: nothing half-known is told.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ann, bob } from '../support/people.js';
import { Hall, ROOM } from './hall.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('an announcer that holds', () => {
  it('says nothing, neither of what happens nor of what waited', async () => {
    const hall = new Hall();
    await hall.join(ann('a1'));
    await hall.wait(0);
    await hall.join(bob('b1'));
    hall.announcer.hold();
    expect([hall.lists().length, hall.deltas().length]).toEqual([1, 1]);
    await hall.leave('a1');
    await hall.wait(1_000);
    expect([hall.lists(), hall.deltas()]).toEqual([[], []]);
  });

  it('says the list and the version when it goes on, once for each room', async () => {
    const hall = new Hall();
    hall.announcer.hold();
    await hall.join(ann('a1'), bob('b1'));
    hall.announcer.resume([ROOM, ROOM]);
    await hall.wait(0);
    const { epoch } = await hall.store.roster('room', ROOM);
    expect(hall.deltas()).toEqual([{ epoch, v: 2, count: 2, joins: [], leaves: [] }]);
    expect(hall.lists()).toEqual([{ count: 2, user_list: [ann.user.uid, bob.user.uid].map(Number) }]);
    await hall.leave('a1');
    await hall.wait(200);
    expect(hall.deltas()).toMatchObject([{ v: 3, count: 1, leaves: [{ v: 3 }] }]);
    expect(hall.lists()).toMatchObject([{ count: 1 }]);
  });

  it('says nothing to rooms that nobody listens to', async () => {
    const hall = new Hall();
    hall.listening.clear();
    hall.announcer.hold();
    hall.announcer.resume([ROOM]);
    await hall.wait(1_000);
    expect(hall.published).toEqual([]);
  });

  it('tells of a store that is away again', async () => {
    const hall = new Hall({ roster: () => Promise.reject(new Error('away')) });
    hall.announcer.hold();
    hall.announcer.resume([ROOM]);
    await hall.wait(0);
    expect(hall.errors).toHaveLength(2);
  });
});
