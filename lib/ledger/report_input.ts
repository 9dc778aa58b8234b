// What may be asked for: wrong questions get an error that names the field.
import type { Millis } from '../domain.js';

const MOST = 1_000;
const USUAL = 100;

/** @throws RangeError when an instant is given that is none. */
export function checkInstants(instants: Readonly<Record<string, Millis | undefined>>): void {
  for (const [field, instant] of Object.entries(instants)) {
    if (instant === undefined || !Number.isNaN(new Date(instant).getTime())) continue;
    throw new RangeError(`${field}: ${instant} is not an instant. Give milliseconds since the epoch.`);
  }
}

/** @throws RangeError when the limit is not a whole number from 1 to 1000. */
export function readLimit(limit: number = USUAL): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MOST) return limit;
  throw new RangeError(`limit: ${limit} is not a whole number from 1 to ${MOST}. Leave it out for ${USUAL}.`);
}

const MOST_ROWS = 1_000_000;

/** @throws RangeError when there is a row after the `most` that may be read. `after` looks whether there is one. */
export async function checkRows(most: number = MOST_ROWS, after: (rows: number) => Promise<unknown>): Promise<void> {
  if ((await after(most)) === null) return;
  throw new RangeError(`from: there are more than ${most} rows. Ask for a shorter time, or for one user or channel.`);
}
