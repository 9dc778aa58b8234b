// One user, and who was in a channel at an instant.
import { Op } from 'sequelize';
import type { Channel, Kind, Millis, Uid, User } from '../domain.js';
import type { UserReport } from '../report.js';
import { checkInstants } from './report_input.js';
import { idOf, named, userNames } from './report_names.js';
import { readTimes } from './report_time.js';
import type { Sources } from './sources.js';

const KINDS: readonly Kind[] = ['room', 'activity'];

export async function readUser(sources: Sources, uid: Uid): Promise<UserReport | null> {
  const { models, whereabouts } = sources;
  const presences = await whereabouts(uid);
  const row = await models.User.findByPk(uid);
  // Of users whom only the gem saw there are stays, but no name.
  const known = presences.length > 0 || row !== null || (await models.Stay.findOne({ where: { uid } })) !== null;
  if (!known) return null;
  const seen = [
    ...presences.map((presence) => presence.seen),
    ...(row?.last_seen_at ? [row.last_seen_at.getTime()] : []),
  ];
  return {
    uid,
    uname: presences[0]?.user.uname ?? row?.uname ?? uid,
    lastSeen: seen.length > 0 ? Math.max(...seen) : null,
    presences,
    times: await readTimes(sources, { uid }),
  };
}

/** Who was in a room or on an activity; who leaves at an instant is not there any more. By uid. */
export async function readAt(sources: Sources, channel: Channel, instant: Millis): Promise<User[]> {
  checkInstants({ instant });
  if (instant > sources.now()) return [];
  const live = await liveIn(sources, channel, instant);
  const uids = new Set([...live.keys(), ...(await stayed(sources, channel, instant))]);
  const names = await userNames(sources.models, uids);
  for (const { uid, uname } of live.values()) names.set(uid, uname);
  return Array.from(uids, (uid) => named(uid, names)).sort((a, b) => (a.uid < b.uid ? -1 : 1));
}

/** Those who are there now and were so at the instant already. */
async function liveIn({ roster }: Sources, channel: Channel, instant: Millis): Promise<Map<Uid, User>> {
  const rosters = await Promise.all(KINDS.map((kind) => roster(kind, channel)));
  const present = rosters.flatMap(({ users }) => users).filter(({ since }) => since <= instant);
  return new Map(present.map(({ uid, uname }) => [uid, { uid, uname }]));
}

/** Those whom the table knows to have been there; an open stay counts up to when it was last seen. */
async function stayed({ models }: Sources, channel: Channel, instant: Millis): Promise<Uid[]> {
  const id = await idOf(models, channel);
  if (id === undefined) return [];
  const then = new Date(instant);
  const rows = await models.Stay.findAll({
    attributes: ['uid'],
    where: { channel_id: id, started_at: { [Op.lte]: then }, seen_at: { [Op.gt]: then } },
    raw: true,
  });
  return rows.map(({ uid }) => uid);
}
