// Local times as the gem wrote them, `20261124095526` without a zone, as instants.
// @ts-check

const STAMP = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/;
const DAY = 86_400_000;

/**
 * The zone in which the gem ran: as told, or by FAYE_ONLINE_TIME_ZONE, or this process's own.
 * @param {string} [told]
 * @throws a RangeError that names the variable when there is no such zone.
 */
function zoneOf(told = process.env.FAYE_ONLINE_TIME_ZONE) {
  const isTold = told !== undefined && told !== '';
  const name = isTold ? told : new Intl.DateTimeFormat().resolvedOptions().timeZone;
  try {
    return { name, isTold, ...clockIn(name) };
  } catch (cause) {
    throw new RangeError(`FAYE_ONLINE_TIME_ZONE: "${name}" is not an IANA zone. Use one such as Asia/Shanghai.`, {
      cause,
    });
  }
}

/** @typedef {ReturnType<typeof zoneOf>} Zone */

/** @param {string} timeZone */
function clockIn(timeZone) {
  const format = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium', timeZone });
  /** What the clock on the wall says at an instant, read as if it were UTC. @param {number} instant */
  const wallAt = (instant) => Date.parse(`${format.format(instant).replace(' ', 'T')}Z`);
  /** The instants at which the clock says so: two when it is set back, none when it is set forward. @param {number} wall */
  const instantsOf = (wall) => {
    const guesses = [wall - DAY, wall + DAY].map((near) => wall - (wallAt(near) - near));
    const right = [...new Set(guesses)].filter((instant) => wallAt(instant) === wall);
    return right.length > 0 ? right.sort((a, b) => a - b) : [Math.max(...guesses)];
  };
  return { instantsOf };
}

/** What a stamp says, read as if it were UTC; null when it is no time. @param {unknown} stamp */
function wallOf(stamp) {
  const parts = STAMP.exec(String(stamp))?.slice(1);
  if (!parts) return null;
  const [year, month, day, hour, minute, second] = parts;
  const wall = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(wall) ? null : wall;
}

/** A date of the database, raw: SQLite gives text, and the gem's has no zone. Null when it is none. @param {unknown} value */
function instantOf(value) {
  if (value === null || value === undefined) return null;
  const text = value instanceof Date ? value : String(value).replace(/^(\S+) ([\d:.]+)$/, '$1T$2Z');
  const instant = new Date(text).getTime();
  return Number.isNaN(instant) ? null : instant;
}

module.exports = { instantOf, wallOf, zoneOf };
