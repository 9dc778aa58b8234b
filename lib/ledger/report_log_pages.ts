// The whole login log of a window, a page after the other, the oldest first: for files.
import { Op, type WhereOptions } from 'sequelize';
import type { LoginLogRow } from '../../db/models/login_log.js';
import type { ExportQuery, LogEntry } from '../report.js';
import { checkInstants, checkRows } from './report_input.js';
import { describe } from './report_log.js';
import { idOf } from './report_names.js';
import type { Sources } from './sources.js';

const PAGE = 1_000;

/** The reverse of what `readLog` shows: within one second who came is before who went. */
const ORDER: [string, string][] = [
  ['t', 'ASC'],
  ['status', 'DESC'],
  ['uid', 'DESC'],
  ['clientId', 'DESC'],
  ['channel_id', 'DESC'],
];

export async function* readLogPages(
  { models }: Sources,
  { uid, channel, from, to, most }: ExportQuery,
): AsyncGenerator<readonly LogEntry[]> {
  checkInstants({ from, to });
  const id = channel === undefined ? undefined : await idOf(models, channel);
  if (channel !== undefined && id === undefined) return;
  const between = (start: number): WhereOptions<LoginLogRow> => ({
    t: { [Op.gte]: new Date(start), [Op.lt]: new Date(to) },
    ...(uid === undefined ? {} : { uid }),
    ...(id === undefined ? {} : { channel_id: id }),
  });
  await checkRows(most, (offset) =>
    models.LoginLog.findOne({ attributes: ['t'], where: between(from), offset, raw: true }),
  );

  // The table has no key: a page goes on at the second in which the last one stopped, after the rows read of it already.
  let start = from;
  let offset = 0;
  for (;;) {
    const rows = await models.LoginLog.findAll({ where: between(start), order: ORDER, limit: PAGE, offset });
    const entries = await describe(models, rows);
    if (entries.length > 0) yield entries;
    const last = entries.at(-1)?.t;
    if (last === undefined || entries.length < PAGE) return;
    const read = entries.filter(({ t }) => t === last).length;
    offset = last === start ? offset + read : read;
    start = last;
  }
}
