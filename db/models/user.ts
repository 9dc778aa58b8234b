// faye_users: the name that a user last had, and when they were last seen.
import { DataTypes, type InferAttributes, type InferCreationAttributes, type Model, type Sequelize } from 'sequelize';
import { table } from './table.js';

export interface UserRow extends Model<InferAttributes<UserRow>, InferCreationAttributes<UserRow>> {
  uid: string;
  uname: string | null;
  last_seen_at: Date | null;
}

export function defineUser(sequelize: Sequelize) {
  return sequelize.define<UserRow>(
    'FayeUser',
    {
      uid: { type: DataTypes.STRING(64), primaryKey: true },
      uname: DataTypes.STRING(255),
      last_seen_at: DataTypes.DATE(3),
    },
    table('faye_users'),
  );
}
