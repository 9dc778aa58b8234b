// The login log, the newest first.
import { Op, type WhereOptions } from 'sequelize';
import type { LoginLogRow } from '../../db/models/login_log.js';
import type { LogEntry, LogQuery } from '../report.js';
import { checkInstants, readLimit } from './report_input.js';
import { channelNames, idOf, userNames } from './report_names.js';
import type { Sources } from './sources.js';

/** Lines of one second: who went is listed before who came. The table knows no finer order. */
export async function readLog({ models }: Sources, { uid, channel, from, to, limit }: LogQuery): Promise<LogEntry[]> {
  checkInstants({ from, to });
  const most = readLimit(limit);
  const id = channel === undefined ? undefined : await idOf(models, channel);
  if (channel !== undefined && id === undefined) return [];
  const where: WhereOptions<LoginLogRow> = {
    t: {
      [Op.ne]: null,
      ...(from === undefined ? {} : { [Op.gte]: new Date(from) }),
      ...(to === undefined ? {} : { [Op.lt]: new Date(to) }),
    },
    ...(uid === undefined ? {} : { uid }),
    ...(id === undefined ? {} : { channel_id: id }),
  };
  const order: [string, string][] = [
    ['t', 'DESC'],
    ['status', 'ASC'],
    ['uid', 'ASC'],
    ['clientId', 'ASC'],
  ];
  return describe(models, await models.LoginLog.findAll({ where, order, limit: most }));
}

/** Rows as entries, with the names of who and where. */
export async function describe(models: Sources['models'], rows: readonly LoginLogRow[]): Promise<LogEntry[]> {
  const channels = await channelNames(
    models,
    rows.flatMap(({ channel_id }) => channel_id ?? []),
  );
  const names = await userNames(
    models,
    rows.flatMap(({ uid }) => uid ?? []),
  );
  return rows.map(({ t, status, uid, channel_id, clientId }) => ({
    t: t?.getTime() ?? 0,
    status: status === 1 ? 'in' : 'out',
    uid: uid ?? '',
    uname: names.get(uid ?? '') ?? null,
    channel: channels.get(channel_id ?? -1) ?? null,
    client: clientId,
  }));
}
