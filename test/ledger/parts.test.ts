// The small parts of the ledger: intervals, local stamps, complaints, patience.
import { describe, expect, it, vi } from 'vitest';
import { bySize } from '../../lib/ledger/batches.js';
import { Complaints } from '../../lib/ledger/complaints.js';
import { clip, measure, union } from '../../lib/ledger/intervals.js';
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

  it('are made again after ten seconds, whatever else was told of meanwhile', async () => {
    const errors: unknown[] = [];
    let now = 0;
    const complaints = new Complaints({ onError: (error) => errors.push(error), now: () => now });
    for (; now < 100_000; now += 10_000) {
      await complaints.tell(new Error(`row ${now}`));
      await complaints.tell(away());
    }
    expect(errors).toHaveLength(20);
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
