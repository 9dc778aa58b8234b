// Numbers, lengths of time and instants as people read them.
import type { Millis } from '../domain.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const thousands = new Intl.NumberFormat('en');

export const number = (count: number): string => thousands.format(count);

/** `1 user`, `1,200 users`. */
export const many = (count: number, one: string, more = `${one}s`): string =>
  `${number(count)} ${count === 1 ? one : more}`;

/** A time spent: `45 s`, `12 min`, `1 h 23 min`, `100 h`. */
export function duration(length: Millis): string {
  if (length < MINUTE) return `${Math.max(0, Math.floor(length / SECOND))} s`;
  const hours = Math.floor(length / HOUR);
  const minutes = Math.floor((length % HOUR) / MINUTE);
  return [hours && `${number(hours)} h`, minutes && `${minutes} min`].filter(Boolean).join(' ');
}

/** How old something is, in one unit: `12 s`, `3 min`, `5 h`, `9 days`. */
export function age(length: Millis): string {
  if (length < HOUR) return duration(length);
  return length < 2 * DAY ? `${Math.floor(length / HOUR)} h` : `${number(Math.floor(length / DAY))} days`;
}

/** `just now`, `3 min ago`; also for clocks that are a little ahead of ours. */
export const ago = (length: Millis): string => (length < 5 * SECOND ? 'just now' : `${age(length)} ago`);

/** Formats instants in one time zone. */
export function createClock(timeZone: string) {
  const time = { hour: '2-digit', minute: '2-digit', second: '2-digit', timeZone } as const;
  const short = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', ...time });
  const exact = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'long', timeZone });
  return {
    /** `1 May 2026, 13:30:00`. */
    short: (instant: Millis): string => short.format(instant),
    /** `Friday 1 May 2026 at 13:30:00 CEST`. */
    exact: (instant: Millis): string => exact.format(instant),
  };
}
