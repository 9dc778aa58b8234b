// Settling: ending the stays that nobody will end, because who knew of them crashed. Downtime is never counted.
import { Op, type Transaction } from 'sequelize';
import type { Models } from '../../db/models/index.js';
import type { Millis, Uid } from '../domain.js';
import { lengthOf, type OpenStay, stayColumns, stillOpen } from './stays.js';

/**
 * Ends stays as of when they were last seen, and logs out the clients that were in them.
 * @returns those that were still open.
 */
export async function settle(models: Models, lost: readonly OpenStay[], transaction: Transaction): Promise<OpenStay[]> {
  const stays = await stillOpen(models, lost, transaction);
  const rows = stays.map((stay) => ({
    ...stayColumns(stay),
    ended_at: new Date(stay.seen),
    ended_by: 'crash',
    milliseconds: lengthOf(stay.started, stay.seen),
  }));
  await models.Stay.bulkCreate(rows, {
    updateOnDuplicate: ['ended_at', 'ended_by', 'milliseconds'],
    conflictAttributes: ['id'],
    transaction,
  });
  await logOut(models, stays, transaction);
  return stays;
}

/** Where a user was lost: from when to when the log has to be balanced. */
interface Loss {
  readonly uid: Uid;
  readonly channelId: number;
  from: Millis;
  seen: Millis;
}

async function logOut(models: Models, stays: readonly OpenStay[], transaction: Transaction): Promise<void> {
  if (stays.length === 0) return;
  const losses = lossesOf(stays);
  const lines = await models.LoginLog.findAll({
    where: {
      t: { [Op.gte]: new Date(Math.min(...[...losses.values()].map(({ from }) => from))) },
      uid: [...new Set(stays.map(({ uid }) => uid))],
      channel_id: [...new Set(stays.map(({ channelId }) => channelId))],
    },
    transaction,
  });
  /** Clients by loss: how often they came, less how often they went, and when they last did. */
  const inside = new Map<string, { loss: Loss; key: string; times: number; last: Millis }>();
  for (const { status, uid, t, channel_id, clientId } of lines) {
    const loss = losses.get(`${channel_id} ${uid}`);
    if (!loss || clientId === null || t === null || t.getTime() < loss.from) continue;
    const id = `${channel_id} ${clientId} ${uid}`;
    const { times, last } = inside.get(id) ?? { times: 0, last: 0 };
    const came = status === 1 ? 1 : -1;
    inside.set(id, { loss, key: clientId, times: times + came, last: Math.max(last, t.getTime()) });
  }
  const out = [...inside.values()]
    .filter(({ times }) => times > 0)
    .map(({ loss: { uid, channelId, seen }, key, last }) => ({
      status: 0,
      uid,
      // A tab that came after the stay was last seen did not go before it came.
      t: new Date(Math.max(last, Math.floor(seen / 1_000) * 1_000)),
      channel_id: channelId,
      clientId: key,
    }));
  await models.LoginLog.bulkCreate(out, { transaction });
}

/** One loss per user and channel: a channel may have been room and activity at once. Log lines hold whole seconds. */
function lossesOf(stays: readonly OpenStay[]): Map<string, Loss> {
  const losses = new Map<string, Loss>();
  for (const { uid, channelId, started, seen } of stays) {
    const key = `${channelId} ${uid}`;
    const loss = losses.get(key) ?? { uid, channelId, from: Number.POSITIVE_INFINITY, seen };
    loss.from = Math.min(loss.from, Math.floor(started / 1_000) * 1_000);
    loss.seen = Math.max(loss.seen, seen);
    losses.set(key, loss);
  }
  return losses;
}
