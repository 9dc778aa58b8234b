// faye_user_online_times.online_times from the stays: since when a user is on an activity, and the seconds of before.
import { col, fn, Op, type Transaction } from 'sequelize';
import type { Models } from '../../db/models/index.js';
import type { OnlineTimeRow } from '../../db/models/online_time.js';
import type { Millis, Uid } from '../domain.js';
import { bySize } from './batches.js';
import type { Projector } from './projector.js';

type Json = Record<string, unknown>;
/** What the stays say of one user on one activity: when the running stay began, and how long the ended ones were. */
interface Time {
  started?: Millis;
  spent?: Millis;
}
type Times = Map<Uid, Map<number, Time>>;
export type Touches = ReadonlyMap<Uid, ReadonlySet<number>>;

/**
 * Writes the two keys of each user and activity; all other keys of the user are left as they are. The sum of the ended
 * stays is cut to whole seconds, not each stay.
 */
export async function projectTimes(
  { models, channels, stamp }: Projector,
  touched: Touches,
  transaction: Transaction,
): Promise<void> {
  const uids = [...touched.keys()];
  const ids = [...new Set([...touched.values()].flatMap((set) => [...set]))];
  const names = await channels.namesOf(ids, transaction);
  const times = await timesOf(models, uids, ids, transaction);
  const rows = await models.OnlineTime.findAll({
    attributes: ['id', 'user_id', 'online_times', 'lock_version'],
    where: { user_id: uids },
    raw: true,
    transaction,
  });
  const there = new Map(rows.map((row) => [row.user_id, row]));

  const written = (uid: Uid): string => {
    const json = parse(there.get(uid)?.online_times);
    for (const id of touched.get(uid) ?? []) {
      const name = names.get(id);
      if (name === undefined) continue;
      const { started, spent } = times.get(uid)?.get(id) ?? {};
      if (started === undefined) delete json[`${name}_started_at`];
      else json[`${name}_started_at`] = stamp(started);
      if (spent !== undefined) json[`${name}_spended`] = Math.floor(spent / 1_000);
      // The only stay that had ended may run again.
      else if (started !== undefined) delete json[`${name}_spended`];
    }
    return JSON.stringify(json);
  };
  await write(models, uids, there, written, transaction);
}

async function write(
  models: Models,
  uids: readonly Uid[],
  there: ReadonlyMap<Uid, OnlineTimeRow>,
  written: (uid: Uid) => string,
  transaction: Transaction,
): Promise<void> {
  const changed = [...there.values()].flatMap(({ id, user_id, online_times, lock_version }) => {
    const times = written(user_id);
    if (times === online_times) return [];
    return [{ id, user_id, online_times: times, lock_version: (lock_version ?? 0) + 1 }];
  });
  const fresh = uids
    .filter((uid) => !there.has(uid))
    .map((uid) => ({ user_id: uid, online_times: written(uid), lock_version: 0 }));
  const sizeOf = (row: { readonly online_times: string }): number => row.online_times.length;
  for (const some of bySize(changed, sizeOf)) {
    await models.OnlineTime.bulkCreate(some, {
      updateOnDuplicate: ['online_times', 'lock_version', 'updated_at'],
      conflictAttributes: ['id'],
      transaction,
    });
  }
  for (const some of bySize(fresh, sizeOf)) await models.OnlineTime.bulkCreate(some, { transaction });
}

/** Asks for every user on every one of the activities, in two questions; who was not there has no answer. */
async function timesOf(
  models: Models,
  uids: readonly Uid[],
  ids: readonly number[],
  transaction: Transaction,
): Promise<Times> {
  const where = { uid: [...uids], channel_id: [...ids], kind: 'activity' } as const;
  const ask = { attributes: ['uid', 'channel_id'], group: ['uid', 'channel_id'], raw: true, transaction };
  const ended: unknown = await models.Stay.findAll({
    ...ask,
    attributes: [...ask.attributes, [fn('SUM', col('milliseconds')), 'spent']],
    where: { ...where, ended_at: { [Op.ne]: null } },
  });
  const open: unknown = await models.Stay.findAll({
    ...ask,
    attributes: [...ask.attributes, [fn('MIN', col('started_at')), 'started']],
    where: { ...where, ended_at: null },
  });
  const times: Times = new Map();
  const at = (uid: Uid, id: number): Time => {
    const activities = times.get(uid) ?? new Map<number, Time>();
    const time = activities.get(id) ?? {};
    times.set(uid, activities.set(id, time));
    return time;
  };
  type Answer<K extends string, V> = { uid: Uid; channel_id: number } & Record<K, V>;
  for (const row of ended as Answer<'spent', number | string>[]) at(row.uid, row.channel_id).spent = Number(row.spent);
  for (const row of open as Answer<'started', Date | string>[]) {
    at(row.uid, row.channel_id).started = new Date(row.started).getTime();
  }
  return times;
}

/** What cannot be read is nothing: a text that was cut off says nothing that the stays do not say better. */
function parse(text: string | null | undefined): Json {
  try {
    const json: unknown = JSON.parse(text ?? '{}');
    return typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as Json) : {};
  } catch {
    return {};
  }
}
