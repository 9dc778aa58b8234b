// Timers that still run belong to a system that is gone. Each ends where the log has its last trace of the user.
// @ts-check
const { gemStay } = require('./gem_tables.cjs');
const { wallOf } = require('./local_time.cjs');
const { withLines } = require('./log_lines.cjs');
const { stop, timersOf } = require('./online_times.cjs');
const { near, proven, SAME } = require('./proofs.cjs');

/**
 * @typedef {import('./gem_tables.cjs').Tables} Tables
 * @typedef {import('./local_time.cjs').Zone} Zone
 * @typedef {import('./proofs.cjs').Interval} Interval
 * @typedef {import('./proofs.cjs').Line} Line
 * @typedef {import('./totals.cjs').Times} Times
 * @typedef {import('./log_lines.cjs').Timer} Timer
 * @typedef {{ uid: string, channel: string, started: number | null, closed: number | null, seconds: number, remark: string }} Closed
 * @typedef {Closed & { proofs: Interval[] }} Closing
 */

/**
 * Closes the timers: in `json` of the rows, which the caller writes, and as stays.
 * @param {Tables} tables
 * @param {Times[]} rows
 * @param {Zone} zone
 * @param {number} now
 */
async function closeTimers(tables, rows, zone, now) {
  const timers = await deadTimers(tables, rows);
  const { local, closings } = await readLog(tables, timers, zone, now);
  const ids = await tables.channelIds(closings.map(({ channel }) => channel));
  const stays = closings.flatMap(({ uid, channel, started, proofs }) => {
    const id = ids.get(channel);
    if (id === undefined || started === null) return [];
    const there = proofs.length > 0 ? proofs : [{ start: started, end: started }];
    return there.map(({ start, end }) => gemStay(uid, id, start, (end - start) / 1_000));
  });
  await tables.insert('faye_stays', stays);
  for (const [index, { row, channel }] of timers.entries()) stop(row.json, channel, closings[index]?.seconds ?? 0);
  /** @type {Closed[]} */
  const closed = closings;
  return { closed, local, touched: new Set(timers.map(({ row }) => row)) };
}

/**
 * All timers, but not those of stays that run now: those are ours.
 * @param {Tables} tables
 * @param {Times[]} rows
 * @returns {Promise<Timer[]>}
 */
async function deadTimers(tables, rows) {
  const ids = await tables.channelIds([]);
  const stays = await tables.stays();
  return rows.flatMap((row) =>
    timersOf(row.json)
      .filter(({ channel }) => !stays.get(`${ids.get(channel)} ${row.user_id}`)?.open)
      .map(({ channel, stamp }) => ({ row, channel, wall: wallOf(stamp) })),
  );
}

/**
 * Whether the log has local times, and how each timer closes by that. Within a Rails application it has UTC; the gem by
 * itself wrote local times. Every timer began together with a line of the log, so the two say how they are to be read. As
 * that is known only in the end, each timer is closed both ways: its lines need not be kept.
 * @param {Tables} tables
 * @param {Timer[]} timers
 * @param {Zone} zone
 * @param {number} now
 * @throws an Error that names FAYE_ONLINE_TIME_ZONE when no line fits, and nobody told the zone.
 */
async function readLog(tables, timers, zone, now) {
  let [local, utc, witnesses] = [0, 0, 0];
  /** @type {Map<Timer, { local: Closing, utc: Closing }>} */
  const closings = new Map();
  await withLines(tables, timers, (timer, lines) => {
    const { wall } = timer;
    if (wall === null) return;
    const begun = zone.instantsOf(wall);
    closings.set(timer, {
      local: close(timer, localLines(lines, wall, zone), begun, now),
      utc: close(timer, lines, begun, now),
    });
    const came = lines.filter(({ status }) => status === 1);
    if (came.length === 0) return;
    witnesses += 1;
    if (came.some(({ t }) => near(t, wall))) local += 1;
    if (begun.some((instant) => came.some(({ t }) => near(t, instant)))) utc += 1;
  });
  if (witnesses > 0 && local + utc === 0 && !zone.isTold) {
    throw new Error(
      `faye-online: no timer of the gem's began when the log says, if its clock was that of ${zone.name}. ` +
        'Set FAYE_ONLINE_TIME_ZONE to the zone in which the gem ran, such as Asia/Shanghai, and migrate again.',
    );
  }
  const isLocal = local > utc;
  return {
    local: isLocal,
    closings: timers.map((timer) => closings.get(timer)?.[isLocal ? 'local' : 'utc'] ?? timeless(timer)),
  };
}

/** @param {Line[]} lines @param {number} wall @param {Zone} zone */
function localLines(lines, wall, zone) {
  const since = lines.filter(({ t }) => t >= wall - SAME);
  return since.map((line) => ({ ...line, t: Math.max(...zone.instantsOf(line.t)) }));
}

/** @param {Timer} timer @returns {Closing} */
function timeless({ row, channel }) {
  const nothing = { started: null, closed: null, seconds: 0, proofs: [] };
  return { uid: row.user_id, channel, ...nothing, remark: 'its start is no time' };
}

/**
 * Closes a timer at the last line about its user there, with the time that the lines support.
 * @param {Timer} timer
 * @param {Line[]} lines
 * @param {number[]} instants when it began: two in an hour that a clock shows twice
 * @param {number} now
 * @returns {Closing}
 */
function close({ row, channel }, lines, instants, now) {
  // Of two the one that the log has; else the later, which counts less.
  const begun = instants.find((one) => lines.some(({ t }) => near(t, one))) ?? Math.max(...instants);
  const since = lines.filter(({ t }) => t >= begun - SAME);
  const last = since.reduce((latest, { t }) => Math.max(latest, t), begun);
  const paid = proven(since, begun);
  // With a wrong zone it would run in the future, where it counts for nothing.
  const early = Math.max(0, Math.max(begun, paid.at(-1)?.end ?? 0) - Math.floor(now / 1_000) * 1_000);
  const proofs = paid.map(({ start, end }) => ({ start: start - early, end: end - early }));
  const seconds = proofs.reduce((sum, { start, end }) => sum + (end - start) / 1_000, 0);
  const remark = remarkOn({ lines: since.some(({ t }) => t >= begun), early, bare: (last - begun) / 1_000 - seconds });
  return { uid: row.user_id, channel, started: begun - early, closed: last - early, seconds, remark, proofs };
}

/** @param {{ lines: boolean, early: number, bare: number }} timer `bare`: the seconds that nothing supports */
function remarkOn({ lines, early, bare }) {
  if (!lines) return 'no line of the log since it began: nothing added';
  if (bare > 0) return `${bare} s of it are not proven: left out`;
  return early > 0 ? 'it began in the future, if the time zone is right: moved to now' : '';
}

module.exports = { closeTimers };
