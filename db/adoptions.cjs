// The report of an adoption: told at once, and kept in faye_online_adoptions, which is never dropped.
// @ts-check
const { RULE } = require('./proofs.cjs');

const TABLE = 'faye_online_adoptions';

/**
 * @typedef {import('./timers.cjs').Closed} Closed
 * @typedef {{
 *   zone: { name: string, isTold: boolean }, local: boolean, closed: Closed[], damaged: string[],
 *   totals: { count: number, seconds: number }, visits: number, lists: number,
 * }} Report
 */

/** @param {import('sequelize').QueryInterface} queryInterface @param {typeof import('sequelize').DataTypes} types */
async function prepareAdoptions(queryInterface, { DATE, INTEGER, STRING }) {
  await queryInterface.createTable(
    TABLE,
    {
      id: { type: INTEGER, primaryKey: true, autoIncrement: true, allowNull: false },
      adopted_at: { type: DATE, allowNull: false },
      uid: { type: STRING(64) },
      channel: { type: STRING(1_024) },
      started_at: { type: DATE },
      closed_at: { type: DATE },
      seconds: { type: INTEGER },
      remark: { type: STRING(255) },
    },
    { engine: 'InnoDB', charset: 'utf8mb4', collate: 'utf8mb4_bin' },
  );
}

/** Only a report that says nothing may go. @param {import('sequelize').QueryInterface} queryInterface */
async function dropIfEmpty(queryInterface) {
  if (!(await queryInterface.tableExists(TABLE))) return;
  const [rows] = await queryInterface.sequelize.query(`SELECT id FROM ${TABLE} LIMIT 1`);
  if (rows.length === 0) await queryInterface.dropTable(TABLE);
}

/**
 * @param {import('./gem_tables.cjs').Tables} inUse
 * @param {Report} report
 * @param {number} now
 * @param {(line: string) => void} tell
 */
async function recordAdoption(inUse, report, now, tell) {
  const { closed, damaged, totals, visits, lists } = report;
  if (closed.length + damaged.length + visits + lists === 0) return;
  const adopted_at = new Date(now);
  const date = (/** @type {number | null} */ instant) => (instant === null ? null : new Date(instant));
  const timers = closed.map((timer) => ({
    adopted_at,
    uid: timer.uid,
    channel: [...timer.channel].slice(0, 1_024).join(''),
    started_at: date(timer.started),
    closed_at: date(timer.closed),
    seconds: timer.seconds,
    remark: timer.remark,
  }));
  const none = { adopted_at, channel: null, started_at: null, closed_at: null, seconds: null };
  const broken = damaged.map((uid) => ({ ...none, uid, remark: CUT_OFF }));
  const seconds = closed.reduce((sum, timer) => sum + timer.seconds, 0);
  const sums = [
    ...(closed.length > 0 ? [RULE] : []),
    `${closed.length} timers closed, ${seconds} s added; ${totals.count} totals kept, ${totals.seconds} s with those`,
    `${visits} visits ended in the log, ${lists} lists emptied`,
    `time zone of the timers: ${zoneOf(report)}; the log has ${report.local ? 'local times' : 'UTC'}`,
  ];
  const summary = sums.map((remark) => ({ ...none, uid: null, remark }));
  await inUse.insert(TABLE, [...timers, ...broken, ...summary]);
  for (const line of [...closed.map(lineOf), ...damaged.map((uid) => `user ${uid}: ${CUT_OFF}`), ...sums]) {
    tell(`faye-online: ${line}.`);
  }
}

const CUT_OFF = 'online_times was cut off: what could be read is kept';

/** @param {Report} report */
const zoneOf = ({ zone }) =>
  `${zone.name} (${zone.isTold ? 'as told' : "this process's own; FAYE_ONLINE_TIME_ZONE tells another"})`;

/** @param {Closed} timer */
function lineOf({ uid, channel, started, closed, seconds, remark }) {
  const iso = (/** @type {number | null} */ at) =>
    at === null ? '?' : new Date(at).toISOString().replace('.000Z', 'Z');
  const why = remark === '' ? '' : ` (${remark})`;
  return `user ${uid} on ${channel}: started ${iso(started)}, closed ${iso(closed)}, ${seconds} s added${why}`;
}

module.exports = { dropIfEmpty, prepareAdoptions, recordAdoption };
