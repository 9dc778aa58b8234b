// The memory store: the contract, and what is its own: the bounded journal, and what it forgets.
import { describe, expect, it, vi } from 'vitest';
import type { Millis } from '../../lib/domain.js';
import { MemoryStore } from '../../lib/presence/memory.js';
import { presenceStoreContract } from '../contracts/presence_store.js';
import { ann, bob } from '../support/people.js';

presenceStoreContract('memory', async () => ({ store: new MemoryStore() }));

const MINUTE: Millis = 60_000;

describe('the memory store', () => {
  it('forgets a channel that stood empty for ten minutes, and begins it anew', async () => {
    const store = new MemoryStore();
    const first = await store.join(ann('a1'), 0, MINUTE);
    await store.leave('a1', MINUTE, 'leave');
    await store.expire(11 * MINUTE - 1);
    expect(await store.roster('room', '/classes/4')).toMatchObject({ epoch: first?.steps[0]?.epoch, v: 2 });
    await store.expire(11 * MINUTE);
    expect(await store.roster('room', '/classes/4')).toMatchObject({ epoch: '', v: 0 });
    const second = await store.join(ann('a2'), 12 * MINUTE, 13 * MINUTE);
    expect(second?.steps[0]).toMatchObject({ v: 1, count: 1 });
    expect(second?.steps[0]?.epoch).not.toBe(first?.steps[0]?.epoch);
  });

  it('counts the ten minutes from the last time that a channel was emptied', async () => {
    const store = new MemoryStore();
    await store.join(ann('a1'), 0, MINUTE);
    await store.leave('a1', MINUTE, 'leave');
    await store.join(ann('a2'), 5 * MINUTE, 6 * MINUTE);
    await store.leave('a2', 6 * MINUTE, 'leave');
    await store.expire(15 * MINUTE);
    expect(await store.roster('room', '/classes/4')).toMatchObject({ v: 4 });
  });

  it('never forgets a channel that somebody is in', async () => {
    const store = new MemoryStore();
    await store.join(ann('a1'), 0, MINUTE);
    await store.leave('a1', 1, 'leave');
    await store.join(bob('b1'), 2, 60 * MINUTE);
    await store.join(ann('a2'), 3, MINUTE);
    await store.leave('a2', 4, 'leave');
    await store.expire(30 * MINUTE);
    expect(await store.roster('room', '/classes/4')).toMatchObject({ v: 5, users: [bob.user] });
  });

  it('drops the oldest change when its journal is full, and says how many it dropped', async () => {
    const onOverflow = vi.fn();
    const store = new MemoryStore({ journalLimit: 3, onOverflow });
    for (let n = 0; n < 3; n += 1) await store.join(ann(`a${n}`), n + 1, MINUTE);
    expect(onOverflow).not.toHaveBeenCalled();
    for (let n = 3; n < 5; n += 1) await store.join(ann(`a${n}`), n + 1, MINUTE);
    expect(onOverflow.mock.calls).toEqual([[1], [2]]);
    const kept = await store.journals[0]?.read(null, 10);
    expect(kept?.map(({ position }) => position)).toEqual(['3-0', '4-0', '5-0']);
    expect(await store.journals[0]?.read('1-0', 10)).toEqual(kept);
  });

  it('keeps the newest of very many changes, whole and in order', async () => {
    const store = new MemoryStore({ journalLimit: 3000 });
    for (let n = 1; n <= 5000; n += 1) await store.join(ann(`a${n}`), n, MINUTE);
    const positions = async () => (await store.journals[0]?.read(null, 10_000))?.map(({ position }) => position);
    expect(await positions()).toEqual(Array.from({ length: 3000 }, (_, n) => `${2001 + n}-0`));
    await store.journals[0]?.trim('4000-0');
    expect(await positions()).toEqual(Array.from({ length: 1000 }, (_, n) => `${4001 + n}-0`));
  });

  it('has room in its journal again after a trim', async () => {
    const onOverflow = vi.fn();
    const store = new MemoryStore({ journalLimit: 2, onOverflow });
    for (let n = 1; n <= 4000; n += 1) {
      await store.join(ann(`a${n}`), n, MINUTE);
      await store.leave(`a${n}`, n, 'leave');
      if (n % 2 === 0) await store.journals[0]?.trim(`${n - 1}-1`);
      await store.journals[0]?.trim(`${n}-1`);
    }
    expect(onOverflow).not.toHaveBeenCalled();
    await store.join(bob('b1'), 4001, MINUTE);
    expect((await store.journals[0]?.read(null, 10))?.map(({ position }) => position)).toEqual(['4001-0']);
  });

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses a journal limit of %s', (journalLimit) => {
    expect(() => new MemoryStore({ journalLimit })).toThrow(/journalLimit is .*; give a whole number/);
  });

  it('keeps nothing of a thousand users who came and went, but their channels for a while', async () => {
    const store = new MemoryStore();
    for (let n = 0; n < 1000; n += 1) await store.join(ann(`a${n}`, { room: `/r/${n}` }), n, MINUTE);
    expect(await store.census('room')).toHaveProperty('size', 1000);
    await store.expire(2 * MINUTE);
    await store.expire(20 * MINUTE);
    expect(await store.present()).toEqual([]);
    expect(await store.clientsOf(ann.user.uid)).toEqual([]);
    expect(await store.roster('room', '/r/0')).toMatchObject({ epoch: '' });
  });
});
