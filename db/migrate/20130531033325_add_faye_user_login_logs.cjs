// The gem's log of who came and went: no primary key, and a column in mixed case.
// @ts-check
const { create, drop } = require('../tables.cjs');

module.exports = {
  /**
   * @param {import('sequelize').QueryInterface} queryInterface
   * @param {typeof import('sequelize')} Sequelize
   */
  async up(queryInterface, { DataTypes }) {
    await create(
      queryInterface,
      'faye_user_login_logs',
      {
        status: { type: DataTypes.SMALLINT },
        uid: { type: DataTypes.INTEGER },
        t: { type: DataTypes.DATE },
        channel_id: { type: DataTypes.INTEGER },
        clientId: { type: DataTypes.STRING(255) },
      },
      [{ name: 'idx_all', fields: ['t', 'channel_id', 'uid'] }],
    );
  },

  /** @param {import('sequelize').QueryInterface} queryInterface */
  async down(queryInterface) {
    await drop(queryInterface, 'faye_user_login_logs');
  },
};
