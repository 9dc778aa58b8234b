// faye_channels: the names of rooms and activities, by number.
import {
  type CreationOptional,
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
  type Model,
  type Sequelize,
} from 'sequelize';
import { stampedTable } from './table.js';

export interface ChannelRow extends Model<InferAttributes<ChannelRow>, InferCreationAttributes<ChannelRow>> {
  id: CreationOptional<number>;
  /** The gem made rows without a name. */
  name: string | null;
  created_at: CreationOptional<Date>;
  updated_at: CreationOptional<Date>;
}

export function defineChannel(sequelize: Sequelize) {
  return sequelize.define<ChannelRow>(
    'FayeChannel',
    {
      id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
      name: DataTypes.STRING(255),
      created_at: DataTypes.DATE,
      updated_at: DataTypes.DATE,
    },
    stampedTable('faye_channels'),
  );
}
