// What faye-online adds to the gem's tables: users, stays and journal positions, and room for any uid and any list.
// @ts-check
const { create, drop, isSqlite } = require('../tables.cjs');
const { narrow, widen } = require('../widen.cjs');

const OPTIONS = { engine: 'InnoDB', charset: 'utf8mb4', collate: 'utf8mb4_bin' };
/** Not the name of a journal: the row that a ledger locks while it writes, so that one writes at a time. */
const TURN = { journal: '(turn)', position: '' };

module.exports = {
  /**
   * @param {import('sequelize').QueryInterface} queryInterface
   * @param {typeof import('sequelize')} Sequelize
   */
  async up(queryInterface, { DataTypes }) {
    const { BIGINT, DATE, INTEGER, STRING } = DataTypes;
    const needed = { allowNull: false };
    const uid = { type: STRING(64), ...needed };
    await widen(queryInterface);

    await create(
      queryInterface,
      'faye_users',
      { uid: { ...uid, primaryKey: true }, uname: { type: STRING(255) }, last_seen_at: { type: DATE(3) } },
      [],
      OPTIONS,
    );
    await create(
      queryInterface,
      'faye_stays',
      {
        id: { type: isSqlite(queryInterface) ? INTEGER : BIGINT, primaryKey: true, autoIncrement: true, ...needed },
        uid,
        channel_id: { type: INTEGER, ...needed },
        kind: { type: STRING(8), ...needed },
        started_at: { type: DATE(3), ...needed },
        seen_at: { type: DATE(3), ...needed },
        ended_at: { type: DATE(3) },
        ended_by: { type: STRING(16) },
        milliseconds: { type: BIGINT, ...needed },
      },
      [
        // Also finds the stays of a user, or of a user on a channel.
        { name: 'faye_stays_once', fields: ['uid', 'channel_id', 'kind', 'started_at'], unique: true },
        { name: 'faye_stays_open', fields: ['ended_at', 'kind', 'channel_id'] },
        { name: 'faye_stays_channel', fields: ['channel_id', 'started_at'] },
      ],
      OPTIONS,
    );
    await create(
      queryInterface,
      'faye_journal_positions',
      { journal: { type: STRING(128), primaryKey: true, ...needed }, position: { type: STRING(64), ...needed } },
      [],
      OPTIONS,
    );
    await queryInterface.bulkInsert(
      'faye_journal_positions',
      [TURN],
      /** @type {object} */ ({ ignoreDuplicates: true }),
    );
  },

  /** @param {import('sequelize').QueryInterface} queryInterface */
  async down(queryInterface) {
    await drop(queryInterface, 'faye_journal_positions');
    await drop(queryInterface, 'faye_stays');
    await drop(queryInterface, 'faye_users');
    await narrow(queryInterface);
  },
};
