// faye_user_online_times: how long a user was on each activity, for the gem's readers. A projection of the stays.
import {
  type CreationOptional,
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
  type Model,
  type Sequelize,
} from 'sequelize';
import { stampedTable } from './table.js';

export interface OnlineTimeRow extends Model<InferAttributes<OnlineTimeRow>, InferCreationAttributes<OnlineTimeRow>> {
  id: CreationOptional<number>;
  user_id: string;
  /** JSON: `<channel>_started_at`, local time as `%Y%m%d%H%M%S`, and `<channel>_spended`, whole seconds. */
  online_times: string | null;
  lock_version: number;
  created_at: CreationOptional<Date>;
  updated_at: CreationOptional<Date>;
}

export function defineOnlineTime(sequelize: Sequelize) {
  return sequelize.define<OnlineTimeRow>(
    'FayeUserOnlineTime',
    {
      id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
      user_id: DataTypes.STRING(64),
      online_times: DataTypes.TEXT,
      lock_version: DataTypes.INTEGER,
      created_at: DataTypes.DATE,
      updated_at: DataTypes.DATE,
    },
    stampedTable('faye_user_online_times'),
  );
}
