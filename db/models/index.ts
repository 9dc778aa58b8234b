// The tables as Sequelize models, all bound to one database. Migrations make the tables; models only speak of them.
import type { ModelStatic, Sequelize } from 'sequelize';
import { type ChannelRow, defineChannel } from './channel.js';
import { defineJournalPosition, type JournalPositionRow } from './journal_position.js';
import { defineLoginLog, type LoginLogRow } from './login_log.js';
import { defineOnlineList, type OnlineListRow } from './online_list.js';
import { defineOnlineTime, type OnlineTimeRow } from './online_time.js';
import { defineRevocation, type RevocationRow } from './revocation.js';
import { defineStay, type StayRow } from './stay.js';
import { defineUser, type UserRow } from './user.js';

export interface Models {
  readonly Channel: ModelStatic<ChannelRow>;
  readonly OnlineList: ModelStatic<OnlineListRow>;
  readonly OnlineTime: ModelStatic<OnlineTimeRow>;
  readonly LoginLog: ModelStatic<LoginLogRow>;
  readonly User: ModelStatic<UserRow>;
  readonly Stay: ModelStatic<StayRow>;
  readonly JournalPosition: ModelStatic<JournalPositionRow>;
  readonly Revocation: ModelStatic<RevocationRow>;
}

export function defineModels(sequelize: Sequelize): Models {
  return {
    Channel: defineChannel(sequelize),
    OnlineList: defineOnlineList(sequelize),
    OnlineTime: defineOnlineTime(sequelize),
    LoginLog: defineLoginLog(sequelize),
    User: defineUser(sequelize),
    Stay: defineStay(sequelize),
    JournalPosition: defineJournalPosition(sequelize),
    Revocation: defineRevocation(sequelize),
  };
}
