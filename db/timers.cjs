// Timers that still run belong to a system that is gone. Each ends where the log has its last trace of the user.
// @ts-check
const { gemStay } = require('./gem_tables.cjs');
const { instantOf, wallOf } = require('./local_time.cjs');
const { stop, timersOf } = require('./online_times.cjs');

const LONGEST = 24 * 3_600_000;
const SAME = 2_000;
const AT_ONCE = 200;

/**
 * @typedef {import('./gem_tables.cjs').Tables} Tables
 * @typedef {import('./local_time.cjs').Zone} Zone
 * @typedef {import('./totals.cjs').Times} Times
 * @typedef {{ row: Times, channel: string, stamp: unknown, wall: number | null, lines: Line[] }} Timer
 * @typedef {{ status: number, t: number }} Line
 * @typedef {{ uid: string, channel: string, started: number | null, closed: number | null, seconds: number, remark: string }} Closed
 */

/**
 * Closes the timers: in `json` of the rows, which the caller writes, and as stays.
 * @param {Tables} tables
 * @param {Times[]} rows
 * @param {Zone} zone
 * @param {number} now
 */
async function closeTimers(tables, rows, zone, now) {
  const timers = await withLines(tables, await deadTimers(tables, rows));
  const local = logIsLocal(timers, zone);
  const closed = timers.map((timer) => close(timer, zone, local, now));
  const ids = await tables.channelIds(closed.map(({ channel }) => channel));
  const stays = closed.flatMap(({ uid, channel, started, seconds }) => {
    const id = ids.get(channel);
    return id === undefined || started === null ? [] : [gemStay(uid, id, started, seconds)];
  });
  await tables.insert('faye_stays', stays);
  for (const [index, { row, channel }] of timers.entries()) stop(row.json, channel, closed[index]?.seconds ?? 0);
  return { closed, local, touched: new Set(timers.map(({ row }) => row)) };
}

/**
 * All timers, but not those of stays that run now: those are ours.
 * @param {Tables} tables
 * @param {Times[]} rows
 * @returns {Promise<Omit<Timer, 'lines'>[]>}
 */
async function deadTimers(tables, rows) {
  const ids = await tables.channelIds([]);
  const stays = await tables.stays();
  return rows.flatMap((row) =>
    timersOf(row.json)
      .filter(({ channel }) => !stays.get(`${ids.get(channel)} ${row.user_id}`)?.open)
      .map(({ channel, stamp }) => ({ row, channel, stamp, wall: wallOf(stamp) })),
  );
}

/**
 * @param {Tables} tables
 * @param {Omit<Timer, 'lines'>[]} timers
 * @returns {Promise<Timer[]>}
 */
async function withLines(tables, timers) {
  const same = await tables.sameChannels();
  /** @type {Map<string, Line[]>} */
  const lines = new Map();
  for (let from = 0; from < timers.length; from += AT_ONCE) {
    const uids = timers.slice(from, from + AT_ONCE).map(({ row }) => row.user_id);
    /** @type {{ uid: string, channel_id: number, status: number, t: unknown }[]} */
    const rows = await tables.select(
      'SELECT DISTINCT uid, channel_id, status, t FROM faye_user_login_logs WHERE uid IN (:uids) AND t IS NOT NULL',
      { uids },
    );
    for (const { uid, channel_id, status, t } of rows) {
      const key = `${channel_id} ${uid}`;
      lines.set(key, [...(lines.get(key) ?? []), { status, t: instantOf(t) ?? 0 }]);
    }
  }
  return timers.map((timer) => {
    const channels = same.get(timer.channel.toLowerCase()) ?? [];
    return { ...timer, lines: channels.flatMap((id) => lines.get(`${id} ${timer.row.user_id}`) ?? []) };
  });
}

/**
 * Whether the log has local times. Within a Rails application it has UTC; the gem by itself wrote local times. Every timer
 * began together with a line of the log, so the two say how they are to be read.
 * @param {Timer[]} timers
 * @param {Zone} zone
 * @throws an Error that names FAYE_ONLINE_TIME_ZONE when no line fits, and nobody told the zone.
 */
function logIsLocal(timers, zone) {
  let [local, utc, witnesses] = [0, 0, 0];
  for (const { wall, lines } of timers) {
    const came = lines.filter(({ status }) => status === 1);
    if (wall === null || came.length === 0) continue;
    witnesses += 1;
    if (came.some(({ t }) => near(t, wall))) local += 1;
    if (zone.instantsOf(wall).some((instant) => came.some(({ t }) => near(t, instant)))) utc += 1;
  }
  if (witnesses > 0 && local + utc === 0 && !zone.isTold) {
    throw new Error(
      `faye-online: no timer of the gem's began when the log says, if its clock was that of ${zone.name}. ` +
        'Set FAYE_ONLINE_TIME_ZONE to the zone in which the gem ran, such as Asia/Shanghai, and migrate again.',
    );
  }
  return local > utc;
}

/** @param {number} a @param {number} b */
const near = (a, b) => Math.abs(a - b) <= SAME;

/**
 * Time counts that somebody can show: from the start to the last line about the user on that activity, and none when there
 * is no such line or when it would be more than a day, for which nobody sat there without a pause.
 * @param {Timer} timer
 * @param {Zone} zone
 * @param {boolean} local
 * @param {number} now
 * @returns {Closed}
 */
function close({ row, channel, wall, lines }, zone, local, now) {
  const of = { uid: row.user_id, channel };
  if (wall === null) return { ...of, started: null, closed: null, seconds: 0, remark: 'its start is no time' };
  const times = lines.map(({ t }) => (local ? Math.max(...zone.instantsOf(t)) : t));
  const instants = zone.instantsOf(wall);
  // Of an hour that a clock shows twice, the one that the log has; else the later, which counts less.
  const begun = instants.find((instant) => times.some((t) => near(t, instant))) ?? Math.max(...instants);
  const length = Math.max(begun, ...times) - begun;
  const seconds = length > LONGEST ? 0 : Math.floor(length / 1_000);
  // With a wrong zone it would run in the future, where it counts for nothing.
  const started = Math.min(begun, Math.floor(now / 1_000) * 1_000 - seconds * 1_000);
  return {
    ...of,
    started,
    closed: started + seconds * 1_000,
    seconds,
    remark: remarkOn({ begun, started, length, times }),
  };
}

/** @param {{ begun: number, started: number, length: number, times: number[] }} timer */
function remarkOn({ begun, started, length, times }) {
  if (length > LONGEST) return 'more than 24 h: nothing added';
  if (!times.some((t) => t >= begun)) return 'no line of the log since it began: nothing added';
  return started < begun ? 'it began in the future, if the time zone is right: moved to now' : '';
}

module.exports = { closeTimers };
