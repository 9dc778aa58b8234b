// Writes rows into the log, the users and the stays. Safe to repeat for users and stays; the log relies on the journal's
// position, which moves in the same transaction.
import type { Transaction } from 'sequelize';
import type { Models } from '../../db/models/index.js';
import type { Learnt } from './channel_ids.js';
import { writeStays } from './record_stays.js';
import { writeVisits } from './record_visits.js';
import type { Rows, Seen } from './rows.js';

export async function record(models: Models, channels: Learnt, rows: Rows, transaction: Transaction): Promise<void> {
  await writeVisits(models, channels, rows.visits, transaction);
  await writeUsers(models, rows.users, transaction);
  await writeStays(models, channels, rows.stays, transaction);
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
