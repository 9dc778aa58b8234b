// Users whose tokens no longer count if they were made before an instant.
// @ts-check
const { create, drop } = require('../tables.cjs');

const OPTIONS = { engine: 'InnoDB', charset: 'utf8mb4', collate: 'utf8mb4_bin' };

module.exports = {
  /**
   * @param {import('sequelize').QueryInterface} queryInterface
   * @param {typeof import('sequelize')} Sequelize
   */
  async up(queryInterface, { DataTypes }) {
    const needed = { allowNull: false };
    await create(
      queryInterface,
      'faye_revocations',
      {
        uid: { type: DataTypes.STRING(64), primaryKey: true, ...needed },
        not_before: { type: DataTypes.DATE(3), ...needed },
      },
      [{ name: 'faye_revocations_not_before', fields: ['not_before'] }],
      OPTIONS,
    );
  },

  /** @param {import('sequelize').QueryInterface} queryInterface */
  async down(queryInterface) {
    await drop(queryInterface, 'faye_revocations');
  },
};
