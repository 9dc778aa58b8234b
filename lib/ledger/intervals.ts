// Intervals of time: from one instant up to, but not including, another.
import type { Millis } from '../domain.js';

export interface Interval {
  readonly start: Millis;
  readonly end: Millis;
}

/** The same time as intervals that neither overlap nor touch, in order. Empty ones are left out. */
export function union(intervals: readonly Interval[]): Interval[] {
  const merged: Interval[] = [];
  for (const next of intervals.filter(({ start, end }) => start < end).sort((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (!last || next.start > last.end) merged.push(next);
    else merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, next.end) };
  }
  return merged;
}

/** The part of an interval that lies within a window; empty when there is none. */
export function clip({ start, end }: Interval, window: Interval): Interval {
  return { start: Math.max(start, window.start), end: Math.min(end, window.end) };
}

/** How long the intervals last together, each instant counted once. */
export function measure(intervals: readonly Interval[]): Millis {
  return union(intervals).reduce((sum, { start, end }) => sum + (end - start), 0);
}
