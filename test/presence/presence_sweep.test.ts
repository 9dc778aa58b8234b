// Presence: the sweep that runs by itself, and what closing leaves behind.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Change } from '../../lib/domain.js';
import { MemoryStore } from '../../lib/presence/memory.js';
import { ann, bob } from '../support/people.js';
import { annAtTen, Desk } from './desk.js';

describe('the sweep', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  const start = (store = new MemoryStore()) => {
    const onChange = vi.fn();
    const onError = vi.fn();
    const desk = new Desk({ store, now: Date.now, onChange, onError });
    desk.presence.start();
    return { presence: desk.presence, onChange, onError };
  };

  it('runs every second until it is closed', async () => {
    const { presence, onChange } = start();
    presence.heard(ann('a1'));
    await vi.advanceTimersByTimeAsync(59_000);
    expect(onChange).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(onChange).toHaveBeenCalledTimes(2);
    await presence.close();
    await vi.advanceTimersByTimeAsync(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('takes out at the start those whom a process that died left behind', async () => {
    const store = new MemoryStore();
    await store.join(ann('a1'), Date.now() - 90_000, Date.now() - 30_000);
    const { presence, onChange } = start(store);
    presence.heard(ann('a2'));
    await vi.advanceTimersByTimeAsync(0);
    expect(onChange.mock.calls.map(([{ cause }]) => cause)).toEqual(['lost', 'join']);
    expect(onChange.mock.calls[1]?.[0].steps[0]).toMatchObject({ presence: 'began' });
  });

  it('waits for the one before, and close waits for it too', async () => {
    const store = new MemoryStore();
    const answers: (() => void)[] = [];
    const slow = () => new Promise<Change[]>((resolve) => answers.push(() => resolve([])));
    const expire = vi.spyOn(store, 'expire').mockImplementation(slow);
    const { presence } = start(store);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(expire).toHaveBeenCalledTimes(1);
    answers.pop()?.();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(expire).toHaveBeenCalledTimes(2);
    const closed = vi.fn();
    const closing = presence.close().then(closed);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(closed).not.toHaveBeenCalled();
    answers.pop()?.();
    await closing;
  });
});

describe('a process that closes', () => {
  it('takes out its clients as of now, but dropped ones as of their last proof of life', async () => {
    const desk = await annAtTen();
    desk.presence.heard(bob('b1'));
    desk.presence.hold('b1');
    desk.presence.dropped('b1', 9_000);
    await desk.at(12);
    desk.presence.leaving('a1');
    await desk.presence.close();
    expect(await desk.news()).toEqual(['bob join at 10', 'ann shutdown at 12', 'bob lost at 9']);
    expect(await desk.store.present()).toEqual([]);
  });

  it('leaves the clients of other processes in, and takes nobody in any more', async () => {
    const desk = await annAtTen();
    await desk.store.join(bob('b1'), 0, 60_000);
    await desk.presence.close();
    desk.presence.heard(ann('a2'));
    desk.presence.hold('a2');
    await desk.sweepAt(100);
    expect(await desk.news()).toEqual(['ann shutdown at 10']);
    expect(await desk.store.clientsOf(bob.user.uid)).toEqual(['b1']);
  });
});
