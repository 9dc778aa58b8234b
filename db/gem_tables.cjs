// The tables as the adoption reads and writes them, all in one transaction.
// @ts-check
const { instantOf } = require('./local_time.cjs');

const AT_ONCE = 500;
/** Longer names the gem could not look up either. */
const LONGEST_NAME = 255;

/** @typedef {import('sequelize').QueryInterface} QueryInterface */

/**
 * @param {QueryInterface} queryInterface
 * @param {import('sequelize').Transaction} transaction
 */
function tables(queryInterface, transaction) {
  /**
   * @template {object} T
   * @param {string} sql
   * @param {Record<string, unknown>} [replacements]
   * @returns {Promise<T[]>}
   */
  const select = async (sql, replacements = {}) => {
    const [rows] = await queryInterface.sequelize.query(sql, { replacements, transaction });
    return /** @type {T[]} */ (rows);
  };

  /** @param {string} table @param {object[]} rows */
  const insert = async (table, rows) => {
    for (let from = 0; from < rows.length; from += AT_ONCE) {
      await queryInterface.bulkInsert(table, rows.slice(from, from + AT_ONCE), { transaction });
    }
  };

  /** @returns {Promise<{ id: number, name: string | null }[]>} */
  const channels = () => select('SELECT id, name FROM faye_channels');

  return {
    select,
    insert,

    /** @param {string} sql @param {Record<string, unknown>} [replacements] */
    write: (sql, replacements = {}) => queryInterface.sequelize.query(sql, { replacements, transaction }),

    /**
     * The numbers of channels by name; those that are missing are made. Names that are too long have none.
     * @param {Iterable<string>} names
     */
    async channelIds(names) {
      const there = new Set((await channels()).map(({ name }) => name));
      const now = new Date();
      const fresh = [...new Set(names)].filter((name) => !there.has(name) && [...name].length <= LONGEST_NAME);
      const rows = fresh.map((name) => ({ name, created_at: now, updated_at: now }));
      await insert('faye_channels', rows);
      return new Map((await channels()).map(({ id, name }) => [name, id]));
    },

    /**
     * For each channel the numbers of all that MySQL took for the same in the gem's day: those that differ in case only.
     * @returns {Promise<Map<string, number[]>>} by the name in lower case
     */
    async sameChannels() {
      /** @type {Map<string, number[]>} */
      const same = new Map();
      for (const { id, name } of await channels()) {
        const key = name?.toLowerCase() ?? '';
        same.set(key, [...(same.get(key) ?? []), id]);
      }
      return same;
    },

    /**
     * The stays of activities, by `<channel_id> <uid>`: how long those were that ended, when the first began, whether one runs.
     */
    async stays() {
      /** @type {{ uid: string, channel_id: number, spent: number | string | null, first: unknown, open: number | string }[]} */
      const rows = await select(
        'SELECT uid, channel_id, SUM(CASE WHEN ended_at IS NULL THEN 0 ELSE milliseconds END) AS spent, ' +
          'MIN(started_at) AS first, SUM(CASE WHEN ended_at IS NULL THEN 1 ELSE 0 END) AS open ' +
          "FROM faye_stays WHERE kind = 'activity' GROUP BY uid, channel_id",
      );
      return new Map(
        rows.map(({ uid, channel_id, spent, first, open }) => [
          `${channel_id} ${uid}`,
          { spent: Number(spent), first: instantOf(first) ?? Number.POSITIVE_INFINITY, open: Number(open) > 0 },
        ]),
      );
    },
  };
}

/** @typedef {ReturnType<typeof tables>} Tables */

/**
 * The row of a stay that the gem's system left.
 * @param {string} uid
 * @param {number} channel
 * @param {number} started
 * @param {number} seconds
 */
function gemStay(uid, channel, started, seconds) {
  const ended = new Date(started + seconds * 1_000);
  return {
    uid,
    channel_id: channel,
    kind: 'activity',
    started_at: new Date(started),
    seen_at: ended,
    ended_at: ended,
    ended_by: 'gem',
    milliseconds: seconds * 1_000,
  };
}

module.exports = { gemStay, tables };
