// Channels and users by number, for readings: what the tables call them.
import type { Models } from '../../db/models/index.js';
import type { Channel, Uid, User } from '../domain.js';

export async function idOf(models: Models, channel: Channel): Promise<number | undefined> {
  return (await models.Channel.findOne({ where: { name: channel } }))?.id;
}

/** Numbers without a name are missing. */
export async function channelNames(models: Models, ids: Iterable<number>): Promise<Map<number, Channel>> {
  const rows = await models.Channel.findAll({ where: { id: [...new Set(ids)] } });
  return new Map(rows.flatMap(({ id, name }) => (name === null ? [] : [[id, name]])));
}

/** The gem kept no names: users whom only it saw are missing. */
export async function userNames(models: Models, uids: Iterable<Uid>): Promise<Map<Uid, string>> {
  const rows = await models.User.findAll({ where: { uid: [...new Set(uids)] } });
  return new Map(rows.flatMap(({ uid, uname }) => (uname === null ? [] : [[uid, uname]])));
}

/** A user is called by their uid when no name is known. */
export function named(uid: Uid, names: ReadonlyMap<Uid, string>): User {
  return { uid, uname: names.get(uid) ?? uid };
}
