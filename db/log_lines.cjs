// The lines of the gem's log that say something of timers which still run, read for some timers at a time.
// @ts-check
const { instantOf } = require('./local_time.cjs');

const AT_ONCE = 200;
/** The log may have UTC, and the timers the time of any zone. */
const ZONES_APART = 15 * 3_600_000;

/**
 * @typedef {import('./gem_tables.cjs').Tables} Tables
 * @typedef {import('./proofs.cjs').Line} Line
 * @typedef {{ row: import('./totals.cjs').Times, channel: string, wall: number | null }} Timer a timer that runs, and its start
 * @typedef {{ uid: string, channel_id: number, status: number, t: unknown, client: string | null }} Row
 */

/**
 * Shows each timer the lines of its user on its channel from about its start on. Their times are as the database has them,
 * read as UTC and cut to seconds.
 * @param {Tables} tables
 * @param {Timer[]} timers
 * @param {(timer: Timer, lines: Line[]) => void} look
 */
async function withLines(tables, timers, look) {
  const same = await tables.sameChannels();
  /** @param {Timer} timer */
  const idsOf = ({ channel }) => same.get(channel.toLowerCase()) ?? [];
  // Those that began at about the same time together, so that one old timer makes few of them read much of the log.
  const sorted = [...timers].sort((a, b) => startOf(a) - startOf(b));
  for (let from = 0; from < sorted.length; from += AT_ONCE) {
    const some = sorted.slice(from, from + AT_ONCE);
    const lines = await linesOf(tables, some, idsOf);
    for (const timer of some) {
      const all = idsOf(timer).flatMap((id) => lines.get(`${id} ${timer.row.user_id}`) ?? []);
      look(
        timer,
        all.filter(({ t }) => t >= startOf(timer)),
      );
    }
  }
}

/** From when on lines may belong to a timer. @param {Timer} timer */
const startOf = ({ wall }) => (wall ?? Number.POSITIVE_INFINITY) - ZONES_APART;

/**
 * @param {Tables} tables
 * @param {Timer[]} timers
 * @param {(timer: Timer) => number[]} idsOf
 * @returns {Promise<Map<string, Line[]>>} by `<channel_id> <uid>`
 */
async function linesOf(tables, timers, idsOf) {
  /** @type {Map<string, Line[]>} */
  const lines = new Map();
  const readable = timers.filter(({ wall }) => wall !== null);
  const ids = [...new Set(readable.flatMap(idsOf))];
  if (ids.length === 0) return lines;
  const uids = [...new Set(readable.map(({ row }) => row.user_id))];
  const from = new Date(Math.min(...readable.map(startOf)));
  /** @type {Row[]} */
  const rows = await tables.select(
    'SELECT DISTINCT uid, channel_id, status, t, clientId AS client FROM faye_user_login_logs ' +
      'WHERE t >= :from AND channel_id IN (:ids) AND uid IN (:uids) AND status IN (0, 1)',
    { from, ids, uids },
  );
  for (const { uid, channel_id, status, t, client } of rows) {
    const key = `${channel_id} ${uid}`;
    const line = { client, status, t: Math.floor((instantOf(t) ?? 0) / 1_000) * 1_000 };
    const there = lines.get(key);
    if (there) there.push(line);
    else lines.set(key, [line]);
  }
  return lines;
}

module.exports = { withLines };
