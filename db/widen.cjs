// Making the gem's columns wide enough for any uid and any list, and narrow again when nothing is lost by it.
// @ts-check
const { isSqlite } = require('./tables.cjs');

/** @typedef {import('sequelize').QueryInterface} QueryInterface */

const BYTES = 'CHARACTER SET utf8mb4 COLLATE utf8mb4_bin';
const TEXT_BYTES = 65_535;

/** The uid columns, as MySQL is to have them. */
const UIDS = [
  {
    table: 'faye_user_online_times',
    column: 'user_id',
    wide: `VARCHAR(64) ${BYTES} DEFAULT '0'`,
    narrow: 'INT DEFAULT 0',
  },
  { table: 'faye_user_login_logs', column: 'uid', wide: `VARCHAR(64) ${BYTES}`, narrow: 'INT' },
];

const LISTS = [
  { table: 'faye_channel_online_lists', column: 'user_info_list' },
  { table: 'faye_user_online_times', column: 'online_times' },
];

const TABLES = ['faye_channels', 'faye_channel_online_lists', 'faye_user_online_times', 'faye_user_login_logs'];

/** @param {QueryInterface} queryInterface */
async function widen(queryInterface) {
  if (isSqlite(queryInterface)) {
    for (const { table, column } of UIDS) await retype(queryInterface, table, column, 'VARCHAR(64)');
    return;
  }
  // On one connection, which takes zero dates, as Rails did: a table that has them could not be copied otherwise. Nothing is
  // cut off by this, as columns only get wider.
  await queryInterface.sequelize.transaction(async (transaction) => {
    /** @param {string} sql */
    const say = (sql) => queryInterface.sequelize.query(sql, { transaction });
    await say("SET @faye_online_mode = @@SESSION.sql_mode, SESSION sql_mode = ''");
    // MyISAM has no transactions and shorter keys, and names and uids that differ in case only are not the same.
    for (const table of TABLES) {
      await say(`ALTER TABLE ${table} ENGINE=InnoDB, ROW_FORMAT=DYNAMIC, CONVERT TO ${BYTES}`);
    }
    for (const { table, column, wide } of UIDS) await say(`ALTER TABLE ${table} MODIFY ${column} ${wide}`);
    for (const { table, column } of LISTS) await say(`ALTER TABLE ${table} MODIFY ${column} LONGTEXT ${BYTES}`);
    await say('SET SESSION sql_mode = @faye_online_mode');
  });
}

/**
 * Narrows every column whose values all fit what the gem had, and leaves the others wide: undo loses nothing and
 * never fails for what users did. Engine, character set and collation stay, for nothing says what they were.
 * @param {QueryInterface} queryInterface
 */
async function narrow(queryInterface) {
  const { sequelize } = queryInterface;
  for (const { table, column, narrow: was } of UIDS) {
    if (!(await fits(queryInterface, table, wholeNumber(queryInterface, column)))) continue;
    if (isSqlite(queryInterface)) await retype(queryInterface, table, column, 'INTEGER');
    else await sequelize.query(`ALTER TABLE ${table} MODIFY ${column} ${was}`);
  }
  if (isSqlite(queryInterface)) return;
  for (const { table, column } of LISTS) {
    if (!(await fits(queryInterface, table, `LENGTH(${column}) <= ${TEXT_BYTES}`))) continue;
    await sequelize.query(`ALTER TABLE ${table} MODIFY ${column} TEXT ${BYTES}`);
  }
}

/**
 * A condition that holds for a uid that an INT column gives back as it was: `007` would come back as 7. In MySQL blanks at
 * the end count only between bytes.
 * @param {QueryInterface} queryInterface
 * @param {string} column
 */
function wholeNumber(queryInterface, column) {
  const number = `CAST(${column} AS ${isSqlite(queryInterface) ? 'INTEGER' : 'SIGNED'})`;
  const same = isSqlite(queryInterface)
    ? `CAST(${number} AS TEXT) = ${column}`
    : `CAST(CAST(${number} AS CHAR) AS BINARY) = CAST(${column} AS BINARY)`;
  return `${same} AND ${number} BETWEEN -2147483648 AND 2147483647`;
}

/**
 * @param {QueryInterface} queryInterface
 * @param {string} table
 * @param {string} condition a condition written in this file; rows where it is NULL fit
 */
async function fits(queryInterface, table, condition) {
  const [rows] = await queryInterface.sequelize.query(`SELECT 1 FROM ${table} WHERE NOT (${condition}) LIMIT 1`);
  return rows.length === 0;
}

/**
 * Gives a column of an SQLite table another type. SQLite cannot do that in place: the table is made again from its
 * own words with that one changed, so that columns, defaults, indexes and triggers that a host added are kept.
 * @param {QueryInterface} queryInterface
 * @param {string} table
 * @param {string} column
 * @param {string} type
 */
async function retype({ sequelize }, table, column, type) {
  const next = `${table}_retyped`;
  await sequelize.transaction(async (transaction) => {
    /** @param {string} sql */
    const rows = async (sql) =>
      /** @type {{ type: string, sql: string }[]} */ ((await sequelize.query(sql, { transaction }))[0]);
    const made = await rows(`SELECT type, sql FROM sqlite_master WHERE tbl_name = '${table}' AND sql IS NOT NULL`);
    const words = made.find((one) => one.type === 'table')?.sql ?? '';
    const columns = words.slice(words.indexOf('('));
    const typed = new RegExp(`(["\`[]?\\b${column}\\b["\`\\]]?\\s+)\\w+(\\s*\\([^)]*\\))?`, 'i');
    if (!typed.test(columns)) throw new Error(`${table} has no column ${column} with a type: ${words}`);
    await rows(`CREATE TABLE ${next} ${columns.replace(typed, `$1${type}`)}`);
    await rows(`INSERT INTO ${next} SELECT * FROM ${table}`);
    await rows(`DROP TABLE ${table}`);
    await rows(`ALTER TABLE ${next} RENAME TO ${table}`);
    for (const one of made) if (one.type !== 'table') await rows(one.sql);
  });
}

module.exports = { widen, narrow };
