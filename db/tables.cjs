// Creating and dropping tables for the migrations: a table that is there already is the gem's, and is left alone.
// @ts-check

/** The tables that our migrations made. Undo drops these and no others. */
const OURS = 'faye_online_tables';

/**
 * @typedef {import('sequelize').QueryInterface} QueryInterface
 * @typedef {import('sequelize').ModelAttributes} Columns
 * @typedef {import('sequelize').QueryInterfaceIndexOptions & { fields: string[] }} Index
 * @typedef {import('sequelize').QueryInterfaceCreateTableOptions} TableOptions
 */

/** @param {QueryInterface} queryInterface */
function isSqlite(queryInterface) {
  return queryInterface.sequelize.getDialect() === 'sqlite';
}

/**
 * Creates a table with its indexes. One of that name that has the columns is adopted as it is, with its rows.
 * @param {QueryInterface} queryInterface
 * @param {string} table
 * @param {Columns} columns
 * @param {Index[]} indexes
 * @param {TableOptions} [options]
 */
async function create(queryInterface, table, columns, indexes, options) {
  if ((await queryInterface.tableExists(table)) && !(await made(queryInterface)).includes(table)) {
    return check(queryInterface, table, Object.keys(columns));
  }
  await remember(queryInterface, table);
  await queryInterface.createTable(table, columns, options);
  const there = /** @type {{ name: string }[]} */ (await queryInterface.showIndex(table));
  for (const index of indexes) {
    if (!there.some(({ name }) => name === index.name)) await queryInterface.addIndex(table, index);
  }
}

/**
 * Drops a table that `create` made; leaves one that it adopted.
 * @param {QueryInterface} queryInterface
 * @param {string} table
 */
async function drop(queryInterface, table) {
  if (!(await made(queryInterface)).includes(table)) return;
  await queryInterface.dropTable(table);
  await queryInterface.bulkDelete(OURS, { name: table });
}

/**
 * The note is made before the table is, so that a migration that was cut off half-way can be run again.
 * @param {QueryInterface} queryInterface
 * @param {string} table
 */
async function remember(queryInterface, table) {
  if (!(await queryInterface.tableExists(OURS))) {
    await queryInterface.createTable(OURS, { name: { type: 'VARCHAR(64)', primaryKey: true } });
  }
  if (!(await made(queryInterface)).includes(table)) await queryInterface.bulkInsert(OURS, [{ name: table }]);
}

/**
 * @param {QueryInterface} queryInterface
 * @returns {Promise<string[]>}
 */
async function made(queryInterface) {
  if (!(await queryInterface.tableExists(OURS))) return [];
  const [rows] = await queryInterface.sequelize.query(`SELECT name FROM ${OURS}`);
  return /** @type {{ name: string }[]} */ (rows).map(({ name }) => name);
}

/**
 * @param {QueryInterface} queryInterface
 * @param {string} table
 * @param {string[]} columns
 */
async function check(queryInterface, table, columns) {
  const there = Object.keys(await queryInterface.describeTable(table));
  const missing = columns.filter((column) => !there.includes(column));
  if (missing.length === 0) return;
  throw new Error(
    `The table ${table} is there already, but without ${missing.join(', ')}: it is not one of faye-online's. ` +
      'Rename it, or give faye-online another database.',
  );
}

/** @param {QueryInterface} queryInterface */
async function forget(queryInterface) {
  if (await queryInterface.tableExists(OURS)) await queryInterface.dropTable(OURS);
}

module.exports = { create, drop, forget, isSqlite };
