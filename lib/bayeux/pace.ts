// A pace: so many a second in the long run, and so many at once. What somebody used of it is one number.
import type { Millis } from '../domain.js';

export interface Pace {
  /** Milliseconds that one costs. */
  readonly each: Millis;
  /** Milliseconds that may be owed: what comes at once is paid for afterwards. */
  readonly credit: Millis;
}

export function paceOf(perSecond: number, burst: number): Pace {
  const each = 1000 / perSecond;
  return { each, credit: (burst - 1) * each };
}

/**
 * How long somebody has to wait for the next one; 0 when it may be now.
 * @param paid until when all that was taken is paid for: 0 at first, then what `pay` returned
 */
export function owes({ credit }: Pace, paid: Millis, now: Millis): Millis {
  // Whole milliseconds, as sums of fractions are not exact.
  return Math.max(0, Math.floor(paid - now - credit));
}

/** Takes one. @returns until when all is paid for now */
export const pay = ({ each }: Pace, paid: Millis, now: Millis): Millis => Math.max(paid, now) + each;
