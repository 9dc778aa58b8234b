// A lull begins with the first thing that is away, and ends some time after the last is back.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Lull } from '../lib/lull.js';

let said: string[];
let lull: Lull;

beforeEach(() => {
  vi.useFakeTimers();
  said = [];
  lull = new Lull({ hold: () => said.push('hold'), resume: () => said.push('resume'), settle: 5_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

it('holds at once, and resumes when it has settled', () => {
  lull.begin('Redis');
  expect([said, lull.away]).toEqual([['hold'], ['Redis']]);
  lull.end('Redis');
  vi.advanceTimersByTime(4_999);
  expect([said, lull.away]).toEqual([['hold'], []]);
  vi.advanceTimersByTime(1);
  expect(said).toEqual(['hold', 'resume']);
});

it('lasts as long as anything is away', () => {
  lull.begin('Redis');
  lull.begin('the bus');
  lull.end('Redis');
  vi.advanceTimersByTime(60_000);
  expect(said).not.toContain('resume');
  lull.end('the bus');
  vi.advanceTimersByTime(5_000);
  expect(said.at(-1)).toBe('resume');
});

it('goes on when something is away again before it has settled', () => {
  lull.begin('Redis');
  lull.end('Redis');
  vi.advanceTimersByTime(3_000);
  lull.begin('Redis');
  vi.advanceTimersByTime(60_000);
  expect(said).not.toContain('resume');
});

it('ends nothing that did not begin', () => {
  lull.end('Redis');
  vi.advanceTimersByTime(60_000);
  expect(said).toEqual([]);
});
