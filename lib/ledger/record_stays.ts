// Writes presences that began or ended into faye_stays. Safe to repeat.
import { Op, type Transaction } from 'sequelize';
import type { Models } from '../../db/models/index.js';
import type { Kind, Uid } from '../domain.js';
import type { Learnt } from './channel_ids.js';
import { type Stay, stayKey } from './rows.js';
import { lengthOf } from './stays.js';

export async function writeStays(
  models: Models,
  channels: Learnt,
  stays: readonly Stay[],
  transaction: Transaction,
): Promise<void> {
  if (stays.length === 0) return;
  const known = await knownOf(models, channels, stays, transaction);
  const keyed = stays.map((stay) => ({ stay, known: known.get(keyOf(channels, stay)) }));
  await begin(
    models,
    channels,
    keyed.filter(({ stay }) => !stay.end),
    transaction,
  );
  const ended = keyed.filter(({ stay, known }) => stay.end && endsLater(stay, known));
  const rows = ended.map(({ stay }) => rowOf(channels, stay));
  await models.Stay.bulkCreate(rows, {
    updateOnDuplicate: ['seen_at', 'ended_at', 'ended_by', 'milliseconds'],
    conflictAttributes: ['uid', 'channel_id', 'kind', 'started_at'],
    transaction,
  });
}

function rowOf(channels: Learnt, { uid, channel, kind, started, seen, end }: Stay) {
  return {
    uid,
    channel_id: channels.of(channel),
    kind,
    started_at: new Date(started),
    seen_at: new Date(seen),
    ended_at: end && new Date(end.at),
    ended_by: end?.by ?? null,
    milliseconds: lengthOf(started, seen),
  };
}

/** A stay of the table, raw: SQLite gives dates as text, MySQL as dates. */
interface Known {
  readonly id: number | string;
  readonly uid: Uid;
  readonly channel_id: number;
  readonly kind: Kind;
  readonly started_at: Date | string;
  readonly ended_at: Date | string | null;
  readonly ended_by: string | null;
  readonly milliseconds: number | string;
}

/** A stay, and what the table has of it. */
interface Keyed {
  readonly stay: Stay;
  readonly known: Known | undefined;
}

/**
 * An end holds whatever was there, but for a later end: a Redis that took up an older copy of itself may give somebody up
 * who left long after that.
 */
function endsLater({ end }: Stay, known: Known | undefined): boolean {
  return !known?.ended_at || (end?.at ?? 0) > new Date(known.ended_at).getTime();
}

/**
 * What is there is looked up, as this writer has the table to itself. Inserting what is not there and ignoring errors, as
 * databases offer it, would in MySQL also ignore that a value does not fit.
 */
async function begin(
  models: Models,
  channels: Learnt,
  keyed: readonly Keyed[],
  transaction: Transaction,
): Promise<void> {
  const fresh = keyed.filter((one) => !one.known).map(({ stay }) => rowOf(channels, stay));
  const reopened = keyed.flatMap((one) => (one.known && goesOn(one.stay, one.known) ? [one.known.id] : []));
  await models.Stay.bulkCreate(fresh, { transaction });
  if (reopened.length === 0) return;
  await models.Stay.update({ ended_at: null, ended_by: null }, { where: { id: reopened.map(Number) }, transaction });
}

/**
 * Whether a stay that has ended runs again. Not when its beginning is merely told a second time. But who came back within
 * the millisecond in which they went has the same beginning; and a stay that was taken for lost, and is told of again, was
 * not lost.
 */
function goesOn({ revokes }: Stay, { ended_at, ended_by, milliseconds }: Known): boolean {
  if (ended_at === null) return false;
  return Number(milliseconds) === 0 || revokes.includes(ended_by ?? '');
}

async function knownOf(
  { Stay }: Models,
  channels: Learnt,
  stays: readonly Stay[],
  transaction: Transaction,
): Promise<Map<string, Known>> {
  const rows: unknown = await Stay.findAll({
    where: {
      uid: [...new Set(stays.map(({ uid }) => uid))],
      channel_id: [...new Set(stays.map(({ channel }) => channels.of(channel)))],
      started_at: { [Op.in]: [...new Set(stays.map(({ started }) => started))].map((started) => new Date(started)) },
    },
    raw: true,
    transaction,
  });
  const key = ({ uid, channel_id, kind, started_at }: Known): string =>
    stayKey(uid, channel_id, kind, new Date(started_at).getTime());
  return new Map((rows as Known[]).map((row) => [key(row), row]));
}

const keyOf = (channels: Learnt, { uid, channel, kind, started }: Stay): string =>
  stayKey(uid, channels.of(channel), kind, started);
