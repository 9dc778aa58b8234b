// A checkpoint: what runs is written down as seen now, so that a crash loses no more than the time since.
import { literal, type Transaction } from 'sequelize';
import type { Models } from '../../db/models/index.js';
import type { Millis, Presence } from '../domain.js';
import { groupBy } from './group.js';
import type { Projector } from './projector.js';
import { stayKey } from './rows.js';
import { lengthOf, type OpenStay, openStays } from './stays.js';

export interface Running extends OpenStay {
  readonly presence: Presence;
}

/** The open stays of the table: those whose presence goes on, and those whose presence is no more. */
export interface Compared {
  readonly running: Running[];
  readonly lost: OpenStay[];
}

/**
 * Compares the table with who is present. The table is read first: a stay that began after that is not asked about, and
 * one that is open although its presence is gone has ended before `present` was asked.
 */
export async function compare({ models, channels }: Projector, present: () => Promise<Presence[]>): Promise<Compared> {
  const open = await openStays(models);
  const names = await channels.namesOf(open.map(({ channelId }) => channelId));
  const there = new Map<string, Presence>();
  for (const presence of await present()) {
    there.set(stayKey(presence.user.uid, presence.channel, presence.kind, presence.since), presence);
  }
  const running: Running[] = [];
  const lost: OpenStay[] = [];
  for (const stay of open) {
    const presence = there.get(stayKey(stay.uid, names.get(stay.channelId) ?? '', stay.kind, stay.started));
    if (presence) running.push({ ...stay, presence });
    else lost.push(stay);
  }
  return { running, lost };
}

/**
 * Writes down when running stays were last seen, and their users. Never moves a stay that has ended meanwhile.
 * A beat gives all clients that a process holds the same proof of life, so there is one question for very many stays.
 */
export async function writeSeen(
  models: Models,
  running: readonly Running[],
  now: Millis,
  transaction: Transaction,
): Promise<void> {
  const seenOf = ({ started, presence }: Running): Millis =>
    Math.max(started, Math.min(Math.trunc(presence.seen), now));
  const bySeen = groupBy(
    running.filter((stay) => seenOf(stay) !== stay.seen),
    seenOf,
  );
  for (const [seen, stays] of bySeen) await writeSeenAt(models, stays, seen, transaction);
}

/**
 * Values are written into the text: bound, each of these texts, which never come twice, would be kept by MySQL as a
 * prepared statement. The types of Sequelize do not know the option.
 */
const INLINE = { bindParam: false };

async function writeSeenAt(
  { Stay, User }: Models,
  stays: readonly Running[],
  seen: Millis,
  transaction: Transaction,
): Promise<void> {
  const at = new Date(seen);
  // Numbers only, which we made ourselves: no text of a user's is in this statement.
  const lengths = stays.map(({ id, started }) => `WHEN ${id} THEN ${lengthOf(started, seen)}`).join(' ');
  await Stay.update(
    { seen_at: at, milliseconds: literal(`CASE id ${lengths} END`) },
    { where: { id: stays.map(({ id }) => id), ended_at: null }, transaction, ...INLINE },
  );
  // Not by the model: it would look for the names of parameters in uids such as `$1`. The column's type writes the instant,
  // as a bare date would lose its milliseconds in MySQL.
  await User.sequelize?.query('UPDATE faye_users SET last_seen_at = :at WHERE uid IN (:uids) AND last_seen_at < :at', {
    replacements: { at: written(User, at), uids: stays.map(({ uid }) => uid) },
    transaction,
  });
}

/** What the types of Sequelize keep to themselves. */
interface Writing {
  readonly options: { readonly timezone?: string };
}
interface DateType {
  stringify(at: Date, options: Writing['options']): string;
}

function written(User: Models['User'], at: Date): string {
  const { timezone } = (User.sequelize as unknown as Writing).options;
  const { type } = User.getAttributes().last_seen_at;
  return (type as unknown as DateType).stringify(at, timezone === undefined ? {} : { timezone });
}
