// The gem's three tables: channels, who is online in each, and how long each user was on each activity.
// @ts-check
const { create, drop, forget } = require('../tables.cjs');

/** @param {typeof import('sequelize')} Sequelize */
const common = ({ DataTypes }) => ({
  id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true, allowNull: false },
  created_at: { type: DataTypes.DATE, allowNull: false },
  updated_at: { type: DataTypes.DATE, allowNull: false },
});

module.exports = {
  /**
   * @param {import('sequelize').QueryInterface} queryInterface
   * @param {typeof import('sequelize')} Sequelize
   */
  async up(queryInterface, Sequelize) {
    const { INTEGER, STRING, TEXT } = Sequelize.DataTypes;
    const { id, ...times } = common(Sequelize);
    const counter = { type: INTEGER, defaultValue: 0 };

    await create(queryInterface, 'faye_channels', { id, name: { type: STRING(255) }, ...times }, [
      { name: 'index_faye_channels_on_name', fields: ['name'], unique: true },
    ]);
    await create(
      queryInterface,
      'faye_channel_online_lists',
      { id, channel_id: counter, user_info_list: { type: TEXT }, lock_version: counter, ...times },
      [{ name: 'index_faye_channel_online_lists_on_channel_id', fields: ['channel_id'] }],
    );
    await create(
      queryInterface,
      'faye_user_online_times',
      { id, user_id: counter, online_times: { type: TEXT }, lock_version: counter, ...times },
      [{ name: 'index_faye_user_online_times_on_user_id', fields: ['user_id'], unique: true }],
    );
  },

  /** @param {import('sequelize').QueryInterface} queryInterface */
  async down(queryInterface) {
    await drop(queryInterface, 'faye_user_online_times');
    await drop(queryInterface, 'faye_channel_online_lists');
    await drop(queryInterface, 'faye_channels');
    await forget(queryInterface);
  },
};
