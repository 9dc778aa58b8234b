// faye_channel_online_lists.user_info_list from the stays: the users who are in a room, longest present first.
import type { Transaction } from 'sequelize';
import type { Models } from '../../db/models/index.js';
import { type Uid, wireUid } from '../domain.js';
import { bySize } from './batches.js';

/** Writes the list of each room where it differs. A room that the gem gave several rows gets the same list in each. */
export async function projectLists(models: Models, rooms: readonly number[], transaction: Transaction): Promise<void> {
  const present = await presentIn(models, rooms, transaction);
  const listOf = (room: number): string => JSON.stringify([...(present.get(room) ?? [])].map(wireUid));
  const rows = await models.OnlineList.findAll({
    attributes: ['id', 'channel_id', 'user_info_list', 'lock_version'],
    where: { channel_id: rooms },
    raw: true,
    transaction,
  });
  const listed = new Set(rows.map(({ channel_id }) => channel_id));

  const changed = rows.flatMap(({ id, channel_id, user_info_list, lock_version }) => {
    const list = listOf(channel_id);
    if (list === user_info_list) return [];
    return [{ id, channel_id, user_info_list: list, lock_version: (lock_version ?? 0) + 1 }];
  });
  const fresh = rooms
    .filter((room) => !listed.has(room))
    .map((room) => ({ channel_id: room, user_info_list: listOf(room), lock_version: 0 }));
  const sizeOf = (row: { readonly user_info_list: string }): number => row.user_info_list.length;
  for (const some of bySize(changed, sizeOf)) {
    await models.OnlineList.bulkCreate(some, {
      updateOnDuplicate: ['user_info_list', 'lock_version', 'updated_at'],
      conflictAttributes: ['id'],
      transaction,
    });
  }
  for (const some of bySize(fresh, sizeOf)) await models.OnlineList.bulkCreate(some, { transaction });
}

async function presentIn(
  models: Models,
  rooms: readonly number[],
  transaction: Transaction,
): Promise<Map<number, Set<Uid>>> {
  const stays = await models.Stay.findAll({
    attributes: ['channel_id', 'uid'],
    where: { ended_at: null, kind: 'room', channel_id: [...rooms] },
    order: ['started_at', 'id'],
    raw: true,
    transaction,
  });
  const present = new Map<number, Set<Uid>>();
  for (const { channel_id, uid } of stays) {
    present.set(channel_id, (present.get(channel_id) ?? new Set()).add(uid));
  }
  return present;
}
