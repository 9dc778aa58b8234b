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
  /** When the user came back: who came then or later is not lost. */
  back: Millis;
}

async function logOut(models: Models, stays: readonly OpenStay[], transaction: Transaction): Promise<void> {
  if (stays.length === 0) return;
  const losses = lossesOf(stays);
  await noteReturns(models, losses, stays, transaction);
  const lines = await models.LoginLog.findAll({
    where: {
      t: { [Op.gte]: new Date(Math.min(...[...losses.values()].map(({ from }) => from))) },
      uid: [...new Set(stays.map(({ uid }) => uid))],
      channel_id: [...new Set(stays.map(({ channelId }) => channelId))],
    },
    transaction,
  });
  /** Clients by loss: how often they came, less how often they went, and when they first and last did. */
  const inside = new Map<string, { loss: Loss; key: string; times: number; first: Millis; last: Millis }>();
  for (const { status, uid, t, channel_id, clientId } of lines) {
    const loss = losses.get(`${channel_id} ${uid}`);
    if (!loss || clientId === null || t === null || t.getTime() < loss.from) continue;
    const id = `${channel_id} ${clientId} ${uid}`;
    const at = t.getTime();
    const { times, first, last } = inside.get(id) ?? { times: 0, first: at, last: at };
    inside.set(id, {
      loss,
      key: clientId,
      times: times + (status === 1 ? 1 : -1),
      first: Math.min(first, at),
      last: Math.max(last, at),
    });
  }
  const out = [...inside.values()]
    .filter(({ times, first, loss }) => times > 0 && first < loss.back)
    .map(({ loss: { uid, channelId, seen }, key, last }) => ({
      status: 0,
      uid,
      // A tab that came after the stay was last seen did not go before it came.
      t: new Date(Math.max(last, wholeSecond(seen))),
      channel_id: channelId,
      clientId: key,
    }));
  await models.LoginLog.bulkCreate(out, { transaction });
}

const wholeSecond = (at: Millis): Millis => Math.floor(at / 1_000) * 1_000;

/** Finds the later stays of the users that were lost: those that began when they came back. */
async function noteReturns(
  { Stay }: Models,
  losses: ReadonlyMap<string, Loss>,
  lost: readonly OpenStay[],
  transaction: Transaction,
): Promise<void> {
  const later = await Stay.findAll({
    attributes: ['uid', 'channel_id', 'started_at'],
    where: {
      uid: [...new Set(lost.map(({ uid }) => uid))],
      channel_id: [...new Set(lost.map(({ channelId }) => channelId))],
      started_at: { [Op.gt]: new Date(Math.min(...lost.map(({ seen }) => seen))) },
      id: { [Op.notIn]: lost.map(({ id }) => id) },
    },
    transaction,
  });
  for (const { uid, channel_id, started_at } of later) {
    const loss = losses.get(`${channel_id} ${uid}`);
    const began = started_at.getTime();
    if (loss && began > loss.seen) loss.back = Math.min(loss.back, wholeSecond(began));
  }
}

/** One loss per user and channel: a channel may have been room and activity at once. Log lines hold whole seconds. */
function lossesOf(stays: readonly OpenStay[]): Map<string, Loss> {
  const losses = new Map<string, Loss>();
  for (const { uid, channelId, started, seen } of stays) {
    const key = `${channelId} ${uid}`;
    const never = Number.POSITIVE_INFINITY;
    const loss = losses.get(key) ?? { uid, channelId, from: never, seen, back: never };
    loss.from = Math.min(loss.from, wholeSecond(started));
    loss.seen = Math.max(loss.seen, seen);
    losses.set(key, loss);
  }
  return losses;
}
