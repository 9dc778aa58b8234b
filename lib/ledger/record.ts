// Writes rows into the log, the users and the stays. Safe to repeat for users and stays; the log relies on the journal's
// position, which moves in the same transaction.
import type { Transaction } from 'sequelize';
import type { Models } from '../../db/models/index.js';
import type { Millis } from '../domain.js';
import type { ChannelIds } from './channel_ids.js';
import type { Rows, Seen, Stay, Visit } from './rows.js';

export async function record(
  models: Models,
  channels: ChannelIds,
  rows: Rows,
  transaction: Transaction,
): Promise<void> {
  await writeVisits(models, channels, rows.visits, transaction);
  await writeUsers(models, rows.users, transaction);
  await writeStays(models, channels, rows.stays, transaction);
}

async function writeVisits(
  models: Models,
  channels: ChannelIds,
  visits: readonly Visit[],
  transaction: Transaction,
): Promise<void> {
  const rows = visits.map(({ status, uid, channel, at, key }) => ({
    status,
    uid,
    // The gem's column holds whole seconds; MySQL would round up.
    t: new Date(Math.floor(at / 1_000) * 1_000),
    channel_id: channels.of(channel),
    clientId: key,
  }));
  await models.LoginLog.bulkCreate(rows, { transaction });
}

/** Notes names and when users were last seen, which never moves back. */
async function writeUsers(models: Models, users: readonly Seen[], transaction: Transaction): Promise<void> {
  const uids = users.map(({ uid }) => uid);
  const rows = await models.User.findAll({ where: { uid: uids }, transaction });
  const there = new Map(rows.map((row) => [row.uid, row]));
  const changed = users.flatMap(({ uid, uname, seen }) => {
    const row = there.get(uid);
    const last = row?.last_seen_at?.getTime() ?? Number.NEGATIVE_INFINITY;
    if (row && row.uname === uname && last >= seen) return [];
    return [{ uid, uname, last_seen_at: new Date(Math.max(last, seen)) }];
  });
  await models.User.bulkCreate(changed, {
    updateOnDuplicate: ['uname', 'last_seen_at'],
    conflictAttributes: ['uid'],
    transaction,
  });
}

async function writeStays(
  models: Models,
  channels: ChannelIds,
  stays: readonly Stay[],
  transaction: Transaction,
): Promise<void> {
  const rows = stays.map(({ uid, channel, kind, started, seen, end }) => ({
    uid,
    channel_id: channels.of(channel),
    kind,
    started_at: new Date(started),
    seen_at: new Date(seen),
    ended_at: end && new Date(end.at),
    ended_by: end?.by ?? null,
    milliseconds: lengthOf(started, seen),
  }));
  // A beginning that is told again must not open a stay that has ended, and an end holds whatever was there.
  await models.Stay.bulkCreate(
    rows.filter(({ ended_at }) => !ended_at),
    { ignoreDuplicates: true, transaction },
  );
  await models.Stay.bulkCreate(
    rows.filter(({ ended_at }) => ended_at),
    {
      updateOnDuplicate: ['seen_at', 'ended_at', 'ended_by', 'milliseconds'],
      conflictAttributes: ['uid', 'channel_id', 'kind', 'started_at'],
      transaction,
    },
  );
}

/** How long a stay is, in whole milliseconds, as both of its ends are stored. */
export function lengthOf(started: Millis, seen: Millis): Millis {
  return Math.max(0, Math.trunc(seen) - Math.trunc(started));
}
