// The announcer: lists that are long, slow or fail, rooms that nobody listens to, and the end.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ann, bob, carol } from '../support/people.js';
import { DELTA, Hall } from './hall.js';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('lists', () => {
  it('are cut at the limit, and say so', async () => {
    const hall = new Hall({ fullListLimit: 2 });
    await hall.join(ann('a1'), bob('b1'));
    await hall.wait(100);
    expect(hall.lists().at(-1)).toEqual({ count: 2, user_list: [1, 2] });
    await hall.join(carol('c1'));
    await hall.wait(100);
    expect(hall.lists()).toEqual([{ count: 3, user_list: [1, 2], truncated: true }]);
  });

  it('never overtake one another, however slow the roster is', async () => {
    const waiting: (() => void)[] = [];
    const roster = vi.fn(async (room: string, limit: number) => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      return hall.store.roster('room', room, limit);
    });
    const hall = new Hall({ roster });
    await hall.join(ann('a1'));
    await hall.wait(500);
    await hall.join(bob('b1'));
    await hall.wait(500);
    expect(roster).toHaveBeenCalledTimes(1);
    expect(hall.deltas()).toHaveLength(2);
    waiting.shift()?.();
    await hall.wait(0);
    await hall.join(carol('c1'));
    await hall.wait(100);
    waiting.shift()?.();
    await hall.wait(0);
    expect(hall.lists().map(({ count }) => count)).toEqual([2, 3]);
    expect(waiting).toEqual([]);
  });

  it('that were read before a change are followed by one that has it', async () => {
    const roster = vi.fn(async (room: string, limit: number) => {
      const read = await hall.store.roster('room', room, limit);
      await hall.store.join(bob('b1'), 0, 0).then((change) => hall.tell(change));
      return read;
    });
    const hall = new Hall({ roster });
    await hall.join(ann('a1'));
    await hall.wait(1000);
    expect(hall.lists().map(({ count }) => count)).toEqual([1, 2]);
  });

  it('that cannot be read are an error, and the next is announced', async () => {
    const roster = vi.fn((room: string, limit: number) => hall.store.roster('room', room, limit));
    const hall = new Hall({ roster });
    roster.mockRejectedValueOnce(new Error('the store is away'));
    await hall.join(ann('a1'));
    await hall.wait(200);
    expect(hall.errors).toEqual([new Error('the store is away')]);
    await hall.join(bob('b1'));
    await hall.wait(200);
    expect(hall.lists()).toEqual([{ count: 2, user_list: [1, 2] }]);
  });

  it('and deltas that cannot be published are errors, and nothing is thrown', async () => {
    const publish = vi.fn(() => {
      throw new Error('the bus is away');
    });
    const hall = new Hall({ publish });
    await hall.join(ann('a1'));
    await hall.wait(0);
    expect(hall.errors).toHaveLength(2);
  });
});

describe('a room that nobody listens to', () => {
  it('costs neither a roster nor a message', async () => {
    const roster = vi.fn();
    const hall = new Hall({ roster });
    hall.listening.clear();
    await hall.join(ann('a1'), bob('b1'));
    await hall.wait(200);
    expect(roster).not.toHaveBeenCalled();
    expect(hall.published).toEqual([]);
  });

  it('is not told what waited when its last listener went', async () => {
    const hall = new Hall();
    await hall.join(ann('a1'), bob('b1'));
    hall.listening.clear();
    hall.published.splice(0);
    await hall.wait(200);
    expect(hall.published).toEqual([]);
  });
});

describe('closing', () => {
  it('says at once what waits, and nothing after that', async () => {
    const hall = new Hall();
    await hall.join(ann('a1'), bob('b1'));
    await hall.announcer.close();
    expect(vi.getTimerCount()).toBe(0);
    expect(hall.deltas().map(({ v }) => v)).toEqual([1, 2]);
    expect(hall.lists().at(-1)).toEqual({ count: 2, user_list: [1, 2] });
    await hall.leave('a1');
    await hall.wait(200);
    expect(hall.published).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('waits for a list that is being read, and says the last one after it', async () => {
    const waiting: (() => void)[] = [];
    const roster = vi.fn(async (room: string, limit: number) => {
      const read = await hall.store.roster('room', room, limit);
      await new Promise<void>((resolve) => waiting.push(resolve));
      return read;
    });
    const hall = new Hall({ roster });
    hall.listening.delete(DELTA);
    await hall.join(ann('a1'));
    await hall.wait(0);
    await hall.join(bob('b1'));
    const closing = hall.announcer.close();
    await hall.wait(0);
    expect(roster).toHaveBeenCalledTimes(1);
    waiting.shift()?.();
    await hall.wait(0);
    waiting.shift()?.();
    await closing;
    expect(hall.lists().map(({ count }) => count)).toEqual([1, 2]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
