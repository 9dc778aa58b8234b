// Writes who came and went into the login log.
import { Op, type Transaction } from 'sequelize';
import type { Models } from '../../db/models/index.js';
import type { Learnt } from './channel_ids.js';
import type { Visit } from './rows.js';

export async function writeVisits(
  models: Models,
  channels: Learnt,
  visits: readonly Visit[],
  transaction: Transaction,
): Promise<void> {
  const rows = (await withoutDoubles(models, channels, visits, transaction)).map(
    ({ status, uid, channel, at, key }) => ({
      status,
      uid,
      // The gem's column holds whole seconds; MySQL would round up.
      t: new Date(wholeSecond(at)),
      channel_id: channels.of(channel),
      clientId: key,
    }),
  );
  await models.LoginLog.bulkCreate(rows, { transaction });
}

/** How often a client came, less how often it went. */
type Inside = Map<string, number>;

const wholeSecond = (at: number): number => Math.floor(at / 1_000) * 1_000;
const nameOf = (key: string | null, channelId: number | null): string => `${channelId} ${key}`;

/**
 * A client that was told of again came long ago: it has its line, unless the log says that it went meanwhile, taken for
 * lost, or its coming was forgotten before it was written. Usually there is none, and nothing is asked.
 */
async function withoutDoubles(
  models: Models,
  channels: Learnt,
  visits: readonly Visit[],
  transaction: Transaction,
): Promise<readonly Visit[]> {
  const again = visits.filter((visit) => visit.again !== undefined);
  if (again.length === 0) return visits;
  const inside = await insideOf(models, channels, again, transaction);
  return visits.filter(({ status, key, channel, again }) => {
    const name = nameOf(key, channels.of(channel));
    const times = inside.get(name) ?? 0;
    if (again !== undefined && times > 0) return false;
    inside.set(name, times + (status === 1 ? 1 : -1));
    return true;
  });
}

async function insideOf(
  { LoginLog }: Models,
  channels: Learnt,
  again: readonly Visit[],
  transaction: Transaction,
): Promise<Inside> {
  const from = Math.min(...again.map((visit) => visit.again ?? visit.at));
  const lines = await LoginLog.findAll({
    where: {
      t: { [Op.gte]: new Date(wholeSecond(from)) },
      channel_id: [...new Set(again.map(({ channel }) => channels.of(channel)))],
      clientId: [...new Set(again.map(({ key }) => key))],
    },
    raw: true,
    transaction,
  });
  const inside: Inside = new Map();
  for (const { clientId, channel_id, status } of lines) {
    const name = nameOf(clientId, channel_id);
    inside.set(name, (inside.get(name) ?? 0) + (status === 1 ? 1 : -1));
  }
  return inside;
}
