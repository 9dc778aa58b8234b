// faye_channel_online_lists: who is online in a room, for the gem's readers. A projection of the stays.
import {
  type CreationOptional,
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
  type Model,
  type Sequelize,
} from 'sequelize';
import { stampedTable } from './table.js';

export interface OnlineListRow extends Model<InferAttributes<OnlineListRow>, InferCreationAttributes<OnlineListRow>> {
  id: CreationOptional<number>;
  channel_id: number;
  /** JSON: the uids, longest present first. */
  user_info_list: string | null;
  lock_version: number;
  created_at: CreationOptional<Date>;
  updated_at: CreationOptional<Date>;
}

export function defineOnlineList(sequelize: Sequelize) {
  return sequelize.define<OnlineListRow>(
    'FayeChannelOnlineList',
    {
      id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
      channel_id: DataTypes.INTEGER,
      user_info_list: DataTypes.TEXT,
      lock_version: DataTypes.INTEGER,
      created_at: DataTypes.DATE,
      updated_at: DataTypes.DATE,
    },
    stampedTable('faye_channel_online_lists'),
  );
}
