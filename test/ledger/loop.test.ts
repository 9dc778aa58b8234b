// The loop of the ledger: when it runs, how often, and what it says when it fails or does not end.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { backOff, Loop } from '../../lib/ledger/loop.js';

describe('a loop', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const loop = (task: () => Promise<void>, repeat: boolean) => {
    const errors: unknown[] = [];
    const runs = new Loop({ task, pause: 500, repeat, onError: (error) => errors.push(error) });
    return { runs, errors };
  };

  it('runs once for all who ask within the pause', async () => {
    const task = vi.fn(async () => undefined);
    const { runs } = loop(task, false);
    runs.soon();
    runs.soon();
    await vi.advanceTimersByTimeAsync(499);
    expect(task).toHaveBeenCalledTimes(0);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(task).toHaveBeenCalledTimes(1);
  });

  it('runs again and again when it is to repeat, until it is stopped', async () => {
    const task = vi.fn(async () => undefined);
    const { runs } = loop(task, true);
    runs.soon();
    await vi.advanceTimersByTimeAsync(1_500);
    await runs.stop();
    await vi.advanceTimersByTimeAsync(1_500);
    expect(task).toHaveBeenCalledTimes(3);
  });

  it('runs once more, and no more than that, for all who ask while it runs', async () => {
    const ends: (() => void)[] = [];
    const task = vi.fn(() => new Promise<void>((resolve) => ends.push(resolve)));
    const finish = () => ends.pop()?.();
    const { runs } = loop(task, false);
    runs.soon();
    await vi.advanceTimersByTimeAsync(500);
    for (let n = 0; n < 20; n += 1) {
      runs.soon();
      await vi.advanceTimersByTimeAsync(500);
    }
    expect(task).toHaveBeenCalledTimes(1);
    finish();
    await vi.advanceTimersByTimeAsync(500);
    expect(task).toHaveBeenCalledTimes(2);
    finish();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(task).toHaveBeenCalledTimes(2);
  });

  it('does not run again when it is stopped while it runs, though it was asked for', async () => {
    const ends: (() => void)[] = [];
    const task = vi.fn(() => new Promise<void>((resolve) => ends.push(resolve)));
    const { runs } = loop(task, true);
    runs.soon();
    await vi.advanceTimersByTimeAsync(500);
    runs.soon();
    const stopped = runs.stop();
    for (const end of ends) end();
    await stopped;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(task).toHaveBeenCalledTimes(1);
  });

  it('says when the task does not come to an end, and goes on waiting for it', async () => {
    const task = vi.fn(() => new Promise<void>(() => undefined));
    const { runs, errors } = loop(task, true);
    runs.soon();
    await vi.advanceTimersByTimeAsync(40_499);
    expect(errors).toEqual([]);
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(errors.map(String)).toEqual([expect.stringContaining('the database may have stopped answering')]);
    expect(task).toHaveBeenCalledTimes(1);
  });

  it('tries again after a failure with pauses that grow, and forgets failures when it worked', async () => {
    let broken = true;
    const task = vi.fn(async () => {
      if (broken) throw new Error('away');
    });
    const { runs, errors } = loop(task, false);
    runs.soon();
    await vi.advanceTimersByTimeAsync(500 + 1_000 + 2_000);
    expect(errors).toHaveLength(3);
    broken = false;
    await vi.advanceTimersByTimeAsync(4_000);
    expect([task.mock.calls.length, errors.length]).toEqual([4, 3]);
    runs.soon();
    await vi.advanceTimersByTimeAsync(500);
    expect(task).toHaveBeenCalledTimes(5);
  });

  it('waits five seconds at most', () => {
    expect([1, 2, 3, 4, 60].map(backOff)).toEqual([1_000, 2_000, 4_000, 5_000, 5_000]);
  });
});
