// The contract of a presence store: what every store must do. The comments of lib/presence/store.ts, as sentences.
import { describe, expect, it } from 'vitest';
import type { Change } from '../../lib/domain.js';
import { ann, bob } from '../support/people.js';
import { presenceJournalContract } from './presence_store_journal.js';
import { presenceLeaseContract } from './presence_store_lease.js';
import { presenceModelContract } from './presence_store_model.js';
import { presenceReadingContract } from './presence_store_reading.js';
import { type OpenStore, sceneOf, stepOf, told } from './presence_store_scene.js';
import { presenceTabsContract } from './presence_store_tabs.js';

/**
 * @param open gives an empty store for each test; times are near the real time, and channels and ids differ in every test.
 * @param runs how many random histories the store is compared with a model on.
 * @param whole whether each change is in one journal as a whole; not so when the store is partitioned.
 */
export function presenceStoreContract(name: string, open: OpenStore, { runs = 500, whole = true } = {}): void {
  describe(`presence store: ${name}`, () => {
    describe('a client that comes and goes', () => comingAndGoing(open));
    describe('several tabs of one user', () => presenceTabsContract(open));
    describe('the lease', () => presenceLeaseContract(open));
    describe('who is where', () => presenceReadingContract(open));
    describe('the journal', () => presenceJournalContract(open, whole));
    describe('any history', () => presenceModelContract(open, runs));
  });
}

function comingAndGoing(open: OpenStore): void {
  const scene = sceneOf(open);

  it('brings ann into her room and onto her activity', async () => {
    const { place, room, activity, at } = scene();
    const change = await scene().join(ann, 'a1', 0);
    const began = { type: 'join', presence: 'began', since: at(0), at: at(0), v: 1, count: 1 };
    const { id, key } = scene().tab(ann, 'a1');
    expect(change).toMatchObject({ cause: 'join', at: at(0), id, key, user: ann.user, from: null, to: place });
    expect(change?.steps).toMatchObject([
      { ...began, kind: 'room', channel: room },
      { ...began, kind: 'activity', channel: activity },
    ]);
    expect(stepOf(change, 'room').epoch).toMatch(/./);
  });

  it('lets ann out now', async () => {
    const { place, at } = scene();
    await scene().join(ann, 'a1', 0);
    const change = await scene().leave(ann, 'a1', 30);
    expect(change).toMatchObject({ cause: 'leave', at: at(30), user: ann.user, from: place, to: null });
    const ended = { type: 'leave', presence: 'ended', since: at(0), at: at(30), v: 2, count: 0 };
    expect(change?.steps).toMatchObject([
      { ...ended, kind: 'room' },
      { ...ended, kind: 'activity' },
    ]);
    expect(await scene().names()).toEqual([]);
  });

  it('says why a client went', async () => {
    await scene().join(ann, 'a1', 0);
    await scene().join(bob, 'b1', 0);
    expect(await scene().leave(ann, 'a1', 5, 'kick')).toMatchObject({ cause: 'kick', at: scene().at(5) });
    expect(await scene().leave(bob, 'b1', 5, 'shutdown')).toMatchObject({ cause: 'shutdown', at: scene().at(5) });
  });

  it('knows no change when ann is where she says already', async () => {
    await scene().join(ann, 'a1', 0);
    expect(await scene().join(ann, 'a1', 10)).toBeNull();
    expect(await scene().roster()).toMatchObject({ v: 1, count: 1, users: [{ since: scene().at(0), clients: 1 }] });
  });

  it('knows no change when one leaves who is not in, or who left', async () => {
    expect(await scene().leave(ann, 'a1', 0)).toBeNull();
    await scene().join(ann, 'a1', 0);
    await scene().leave(ann, 'a1', 1);
    expect(await scene().leave(ann, 'a1', 2)).toBeNull();
  });

  it('gives the change of two concurrent joins, and of two concurrent leaves, to one of them', async () => {
    const joins = await Promise.all([scene().join(ann, 'a1', 0), scene().join(ann, 'a1', 0)]);
    expect(joins.filter((change) => change !== null)).toHaveLength(1);
    const leaves = await Promise.all([scene().leave(ann, 'a1', 1), scene().leave(ann, 'a1', 1)]);
    expect(leaves.filter((change) => change !== null)).toHaveLength(1);
  });

  it('takes a client that has only a room, or only an activity', async () => {
    const { room, activity } = scene();
    expect(told(await scene().join(ann, 'a1', 0, { room }))).toEqual(['join room began']);
    expect(told(await scene().join(bob, 'b1', 0, { activity }))).toEqual(['join activity began']);
  });

  it('keeps rooms and activities apart even under one name', async () => {
    const { room } = scene();
    await scene().join(ann, 'a1', 0, { room, activity: room });
    await scene().join(bob, 'b1', 0, { activity: room });
    expect(await scene().names('room', room)).toEqual(['ann']);
    expect(await scene().names('activity', room)).toEqual(['ann', 'bob']);
  });

  it('keeps the user that a client came in with', async () => {
    const { room } = scene();
    await scene().join(ann, 'x1', 0, { room });
    expect(await scene().join(bob, 'x1', 1, { room })).toBeNull();
    expect(await scene().names()).toEqual(['ann']);
    expect(await scene().join(bob, 'x1', 2)).toMatchObject({ cause: 'move', user: ann.user });
    expect(await scene().names('activity', scene().activity)).toEqual(['ann']);
    expect(await scene().leave(bob, 'x1', 3)).toMatchObject({ user: ann.user });
  });

  it('counts every presence that begins or ends, in each channel by itself', async () => {
    const { room } = scene();
    const numbers = (change: Change | null) => {
      const { v, count } = stepOf(change, 'room');
      return [v, count];
    };
    expect(numbers(await scene().join(ann, 'a1', 0))).toEqual([1, 1]);
    expect(numbers(await scene().join(bob, 'b1', 1, { room }))).toEqual([2, 2]);
    expect(numbers(await scene().join(bob, 'b2', 2, { room }))).toEqual([2, 2]);
    expect(numbers(await scene().leave(ann, 'a1', 3))).toEqual([3, 1]);
    expect(await scene().roster(undefined, 'activity', scene().activity)).toMatchObject({ v: 2, count: 0 });
  });

  it('goes on with its numbers when the last user comes back soon', async () => {
    const first = stepOf(await scene().join(ann, 'a1', 0), 'room');
    await scene().leave(ann, 'a1', 1);
    await scene().expire(500);
    expect(await scene().roster()).toMatchObject({ epoch: first.epoch, v: 2, count: 0 });
    expect(stepOf(await scene().join(ann, 'a2', 590), 'room')).toMatchObject({ epoch: first.epoch, v: 3, count: 1 });
  });
}
