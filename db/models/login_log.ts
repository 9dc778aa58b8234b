// faye_user_login_logs: which client came and went, and when. Has no primary key.
import { DataTypes, type InferAttributes, type InferCreationAttributes, type Model, type Sequelize } from 'sequelize';
import { table } from './table.js';

export interface LoginLogRow extends Model<InferAttributes<LoginLogRow>, InferCreationAttributes<LoginLogRow>> {
  /** 1: came, 0: went. */
  status: number | null;
  uid: string | null;
  /** In whole seconds. */
  t: Date | null;
  /** The activity, or the room of a client that has no activity. */
  channel_id: number | null;
  /** A keyed hash of the clientId; the gem wrote the clientId itself. */
  clientId: string | null;
}

export function defineLoginLog(sequelize: Sequelize) {
  const LoginLog = sequelize.define<LoginLogRow>(
    'FayeUserLoginLog',
    {
      status: DataTypes.SMALLINT,
      uid: DataTypes.STRING(64),
      t: DataTypes.DATE,
      channel_id: DataTypes.INTEGER,
      clientId: DataTypes.STRING(255),
    },
    table('faye_user_login_logs'),
  );
  LoginLog.removeAttribute('id');
  return LoginLog;
}
