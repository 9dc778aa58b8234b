// Instants as people write and read them in a time zone.
import type { Millis } from '../domain.js';

// Years of which every clock can say something.
const DATE = String.raw`((?:19|2\d)\d\d-\d\d-\d\d)`;
const TIME = String.raw`(\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)`;
// A "+" that was not escaped in an address arrives as a blank.
const ZONE = String.raw`(Z|[+ -]\d\d:?\d\d)`;
const INSTANT = new RegExp(`^${DATE}(?:[T ]${TIME}${ZONE}?)?$`);

/** Reads `2026-05-01`, `2026-05-01T13:30` (both in `timeZone`) or `2026-05-01T13:30:00+02:00`; null when it is none. */
export function readInstant(text: string, timeZone: string): Millis | null {
  const [, date, time = '00:00', zone] = INSTANT.exec(text) ?? [];
  if (date === undefined) return null;
  const wall = Date.parse(`${date}T${time}Z`);
  // `Date` takes the 30th of February for the 2nd of March; we do not.
  if (Number.isNaN(wall) || !new Date(wall).toISOString().startsWith(date)) return null;
  const instant = zone ? Date.parse(`${date}T${time}${zone.replace(' ', '+')}`) : fromWall(wall, timeZone);
  return Number.isNaN(instant) ? null : instant;
}

/** The date and time that a clock on the wall shows, such as `2026-05-01T13:30:00`. */
export const wallClock = (instant: Millis, timeZone: string): string =>
  createWallClock(timeZone)(instant).replace(' ', 'T');

/** Reads the clock on the wall for many instants, as `2026-05-01 13:30:00`. */
export function createWallClock(timeZone: string): (instant: Millis) => string {
  // Sweden writes dates as ISO 8601 does.
  const format = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium', timeZone });
  return (instant) => format.format(instant);
}

/** The second step is right also close to the hours when clocks are put forward or back. */
function fromWall(wall: Millis, timeZone: string): Millis {
  const guess = wall - offset(wall, timeZone);
  return wall - offset(guess, timeZone);
}

const offset = (instant: Millis, timeZone: string): Millis =>
  Date.parse(`${wallClock(instant, timeZone)}Z`) - Math.floor(instant / 1000) * 1000;
