// What each address answers, as data: pages and JSON are both made from it. Null says that there is no such thing.
import type { Channel, Millis, Uid } from '../domain.js';
import type { LogQuery, Report, TimeQuery } from '../report.js';
import type { Status } from './status.js';

/** What handlers are given to answer from. */
export interface Sources {
  readonly report: Report;
  status(): Promise<Status>;
  readonly now: Millis;
}

const RECENT = 20;

export async function rooms({ report }: Sources) {
  const [rooms, activities] = await Promise.all([report.channels('room'), report.channels('activity')]);
  return { rooms, activities };
}

/** A room in which nobody is does not exist apart from its name: it is answered as an empty one. */
export async function room({ report }: Sources, { name }: { name: Channel }) {
  return report.room(name);
}

export async function user({ report }: Sources, { uid }: { uid: Uid }) {
  const [user, log] = await Promise.all([report.user(uid), report.log({ uid, limit: RECENT })]);
  return user && { user, log };
}

export async function log({ report }: Sources, query: LogQuery) {
  return { log: await report.log(query) };
}

export async function at({ report, now }: Sources, { channel, t = now }: { channel: Channel; t?: Millis }) {
  return { channel, t, users: await report.at(channel, t) };
}

export async function time({ report }: Sources, query: TimeQuery) {
  const times = await report.time(query);
  return { uid: query.uid, times, ms: times.reduce((sum, { ms }) => sum + ms, 0) };
}

export async function status({ status }: Sources) {
  return status();
}
