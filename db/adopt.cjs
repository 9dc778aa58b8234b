// Adopting what the gem left: totals are kept, timers closed, ghosts put out, and all of it reported.
// @ts-check
const { recordAdoption } = require('./adoptions.cjs');
const { tables } = require('./gem_tables.cjs');
const { instantOf, zoneOf } = require('./local_time.cjs');
const { read } = require('./online_times.cjs');
const { isSqlite } = require('./tables.cjs');
const { closeTimers } = require('./timers.cjs');
const { keepTotals } = require('./totals.cjs');

/**
 * @typedef {import('./gem_tables.cjs').Tables} Tables
 * @typedef {{ timeZone?: string, tell?: (line: string) => void }} Settings
 * @typedef {{ id: number, user_id: string | number | null, online_times: string | null, created_at: unknown }} Raw
 */

/**
 * Does it all or nothing, and what is done already is left alone.
 * @param {import('sequelize').QueryInterface} queryInterface
 * @param {Settings} settings the zone in which the gem ran, and what is told of it: by default the console.
 */
async function adopt(queryInterface, { timeZone, tell = console.log }) {
  const zone = zoneOf(timeZone);
  const now = Date.now();
  await queryInterface.sequelize.transaction(async (transaction) => {
    const inUse = tables(queryInterface, transaction);
    await allowPauses(queryInterface, inUse, 28_800);
    const rows = await timesOf(inUse);
    const timers = await closeTimers(inUse, rows, zone, now);
    const totals = await keepTotals(inUse, rows, timers.local ? localInstantOf(zone) : instantOf, now);
    for (const row of rows) {
      if (timers.touched.has(row) || row.damaged) await writeTimes(inUse, row, now);
    }
    const visits = await endVisits(inUse);
    const lists = await emptyLists(inUse, now);
    const damaged = rows.filter((row) => row.damaged).map(({ user_id }) => user_id);
    const report = { zone, local: timers.local, closed: timers.closed, totals, visits, lists, damaged };
    await recordAdoption(inUse, report, now, tell);
    await allowPauses(queryInterface, inUse, null);
  });
}

/**
 * While a long log is counted, the database may hear nothing for longer than its connections usually may be silent.
 * @param {import('sequelize').QueryInterface} queryInterface
 * @param {Tables} inUse
 * @param {number | null} seconds null: as before
 */
async function allowPauses(queryInterface, inUse, seconds) {
  if (isSqlite(queryInterface)) return;
  if (seconds === null) await inUse.write('SET SESSION wait_timeout = @faye_online_pause');
  else await inUse.write(`SET @faye_online_pause = @@SESSION.wait_timeout, SESSION wait_timeout = ${seconds}`);
}

/** Reads dates of a gem that wrote local times. @param {ReturnType<typeof zoneOf>} zone */
const localInstantOf = (zone) => (/** @type {unknown} */ date) => {
  const wall = instantOf(date);
  return wall === null ? null : Math.max(...zone.instantsOf(wall));
};

/** @param {Tables} inUse */
async function timesOf(inUse) {
  /** @type {Raw[]} */
  const rows = await inUse.select(
    'SELECT id, user_id, online_times, created_at FROM faye_user_online_times ORDER BY id',
  );
  return rows.flatMap(({ id, user_id, online_times, created_at }) =>
    user_id === null ? [] : [{ id, user_id: String(user_id), created_at, ...read(online_times) }],
  );
}

/** @param {Tables} inUse @param {{ id: number, json: object }} row @param {number} now */
async function writeTimes(inUse, { id, json }, now) {
  await inUse.write(
    'UPDATE faye_user_online_times SET online_times = :times, updated_at = :now, ' +
      'lock_version = COALESCE(lock_version, 0) + 1 WHERE id = :id',
    { id, times: JSON.stringify(json), now: new Date(now) },
  );
}

/**
 * Clients that came and never went are gone since the last line about their user there. In SQL, so that the lines have the
 * clock and the writing of the log that is there.
 * @param {Tables} inUse
 * @returns how many.
 */
async function endVisits(inUse) {
  const before = await count(inUse, 'faye_user_login_logs');
  await inUse.write(
    'INSERT INTO faye_user_login_logs (status, uid, t, channel_id, clientId) ' +
      'SELECT 0, inside.uid, seen.t, inside.channel_id, inside.clientId FROM ' +
      '(SELECT uid, channel_id, clientId FROM faye_user_login_logs WHERE clientId IS NOT NULL AND status IS NOT NULL ' +
      'GROUP BY uid, channel_id, clientId HAVING SUM(CASE WHEN status = 1 THEN 1 ELSE -1 END) > 0) inside ' +
      'JOIN (SELECT uid, channel_id, MAX(t) AS t FROM faye_user_login_logs GROUP BY uid, channel_id) seen ' +
      'ON seen.uid = inside.uid AND seen.channel_id = inside.channel_id ' +
      'WHERE NOT EXISTS (SELECT 1 FROM faye_stays s WHERE s.uid = inside.uid AND s.channel_id = inside.channel_id ' +
      'AND s.ended_at IS NULL)',
  );
  return (await count(inUse, 'faye_user_login_logs')) - before;
}

/**
 * Nobody is there whom no stay knows.
 * @param {Tables} inUse
 * @param {number} now
 * @returns how many lists had somebody in them.
 */
async function emptyLists(inUse, now) {
  const nobody = "channel_id NOT IN (SELECT channel_id FROM faye_stays WHERE ended_at IS NULL AND kind = 'room')";
  const ghosts = await count(inUse, `faye_channel_online_lists WHERE user_info_list <> '[]' AND ${nobody}`);
  await inUse.write(
    "UPDATE faye_channel_online_lists SET user_info_list = '[]', updated_at = :now, " +
      `lock_version = COALESCE(lock_version, 0) + 1 WHERE COALESCE(user_info_list, '') <> '[]' AND ${nobody}`,
    { now: new Date(now) },
  );
  return ghosts;
}

/** @param {Tables} inUse @param {string} what */
async function count(inUse, what) {
  /** @type {{ n: number | string }[]} */
  const [row] = await inUse.select(`SELECT COUNT(*) AS n FROM ${what}`);
  return Number(row?.n);
}

module.exports = { adopt };
