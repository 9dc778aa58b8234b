// Takes over the times of the gem's system, which is gone: see db/adopt.cjs. In a database of our own it finds nothing to do.
// @ts-check
const { adopt } = require('../adopt.cjs');
const { dropIfEmpty, prepareAdoptions } = require('../adoptions.cjs');

module.exports = {
  /**
   * @param {import('sequelize').QueryInterface} queryInterface
   * @param {typeof import('sequelize')} Sequelize
   * @param {import('../adopt.cjs').Settings} [settings] sequelize-cli gives none: FAYE_ONLINE_TIME_ZONE tells the zone.
   */
  async up(queryInterface, { DataTypes }, settings) {
    await prepareAdoptions(queryInterface, DataTypes);
    await adopt(queryInterface, settings ?? {});
  },

  /**
   * What was adopted stays: who counts on a total must find it, whatever is undone.
   * @param {import('sequelize').QueryInterface} queryInterface
   */
  async down(queryInterface) {
    await dropIfEmpty(queryInterface);
  },
};
