// The small parts of the ledger: intervals, local stamps, complaints, the loop.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { bySize } from '../../lib/ledger/batches.js';
import { Complaints } from '../../lib/ledger/complaints.js';
import { clip, measure, union } from '../../lib/ledger/intervals.js';
import { backOff, Loop } from '../../lib/ledger/loop.js';
import { patiently } from '../../lib/ledger/patience.js';
import { Queue } from '../../lib/ledger/queue.js';
import { stampIn } from '../../lib/ledger/stamp.js';

const intervals = (...pairs: [number, number][]) => pairs.map(([start, end]) => ({ start, end }));

describe('union', () => {
  it('joins what overlaps, touches or lies within, in any order', () => {
    expect(union(intervals([5, 8], [0, 2], [1, 3], [3, 4], [6, 7]))).toEqual(intervals([0, 4], [5, 8]));
  });

  it('leaves out what is empty or ends before it begins', () => {
    expect(union(intervals([4, 4], [9, 2]))).toEqual([]);
  });

  it('counts what the gem counted wrongly', () => {
    expect(measure(intervals([2, 3], [5, 8], [0, 10]))).toBe(10);
  });

  it('counts what lies within a window', () => {
    const window = { start: 2, end: 6 };
    expect(measure(intervals([0, 3], [5, 9], [10, 12]).map((interval) => clip(interval, window)))).toBe(2);
  });
});

describe('stampIn', () => {
  it('writes local time as the gem does', () => {
    expect(stampIn('Asia/Shanghai')(Date.UTC(2026, 10, 24, 1, 55, 26))).toBe('20261124095526');
    expect(stampIn('UTC')(Date.UTC(2026, 0, 2, 0, 0, 0))).toBe('20260102000000');
  });

  it('goes through summer time', () => {
    const berlin = stampIn('Europe/Berlin');
    expect(berlin(Date.UTC(2026, 9, 25, 0, 30))).toBe('20261025023000');
    expect(berlin(Date.UTC(2026, 9, 25, 1, 30))).toBe('20261025023000');
    expect(berlin(Date.UTC(2026, 9, 25, 2, 30))).toBe('20261025033000');
  });

  it('refuses a zone that there is not', () => {
    expect(() => stampIn('Asia/Atlantis')).toThrow(/^timeZone: "Asia\/Atlantis" is not an IANA zone\. Use one such as/);
  });
});

describe('a queue', () => {
  it('does one thing after another, and goes on after one that failed', async () => {
    const queue = new Queue();
    const done: string[] = [];
    const failed = queue.take(async () => Promise.reject(new Error('no')));
    const next = queue.take(async () => done.push('next'));
    await expect(failed).rejects.toThrow('no');
    expect(await next).toBe(1);
  });
});

describe('complaints', () => {
  const away = (): Error => Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

  it('are made once in ten seconds for the same kind of failure, and at once for another', async () => {
    const errors: unknown[] = [];
    let now = 0;
    const complaints = new Complaints({ onError: (error) => errors.push(error), now: () => now });
    const [first, other] = [away(), new Error('no such table')];
    for (const error of [first, away(), other, away()]) await complaints.tell(error);
    expect(errors).toEqual([first, other]);
    now = 10_000;
    await complaints.tell(new AggregateError([away()]));
    expect(errors).toHaveLength(3);
  });

  it('say how much waits, unless that is not known either', async () => {
    const errors: unknown[] = [];
    const options = { onError: (error: unknown) => errors.push(error), now: () => 0 };
    await new Complaints({ ...options, backlog: async () => ({ waiting: 12 }) }).tell(away());
    await new Complaints({ ...options, backlog: async () => Promise.reject(new Error('too')) }).tell(away());
    expect(errors.map(String)).toEqual([
      'Error: history: 12 changes wait until they can be written. connect ECONNREFUSED',
      'Error: connect ECONNREFUSED',
    ]);
  });
});

describe('patiently', () => {
  const failing = (error: unknown, times: number) => {
    const work = vi.fn(async () => {
      if (work.mock.calls.length <= times) throw error;
      return 'done';
    });
    return work;
  };
  const wrapped = (inner: object) =>
    Object.assign(new Error('wrapped'), { original: Object.assign(new Error('inner'), inner) });

  it('does again, five times at most, what fails of something that passes', async () => {
    const deadlock = wrapped({ errno: 1213 });
    expect(await patiently(failing(deadlock, 5))).toBe('done');
    expect(await patiently(failing(wrapped({ code: 'SQLITE_BUSY' }), 1))).toBe('done');
    const never = failing(deadlock, 6);
    await expect(patiently(never)).rejects.toBe(deadlock);
    expect(never).toHaveBeenCalledTimes(6);
  });

  it('does nothing again that fails of anything else', async () => {
    const work = failing(wrapped({ code: 'ER_NO_SUCH_TABLE', errno: 1146 }), 1);
    await expect(patiently(work)).rejects.toThrow('wrapped');
    expect(work).toHaveBeenCalledTimes(1);
  });
});

describe('bySize', () => {
  it('cuts a list where its items would be too much together', () => {
    expect(bySize([3, 4, 4, 20, 1], (size) => size, 8)).toEqual([[3, 4], [4], [20], [1]]);
    expect(bySize([], () => 1)).toEqual([]);
  });
});

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
