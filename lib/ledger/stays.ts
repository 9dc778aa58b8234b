// The stays that run, as the table has them.
import type { Transaction } from 'sequelize';
import type { Models } from '../../db/models/index.js';
import type { Kind, Millis, Uid } from '../domain.js';
import { inBatches } from './batches.js';

export interface OpenStay {
  readonly id: number;
  readonly uid: Uid;
  readonly channelId: number;
  readonly kind: Kind;
  readonly started: Millis;
  readonly seen: Millis;
}

/** Raw rows, for there may be many thousands: SQLite then gives dates as text, MySQL as dates. */
interface Raw {
  readonly id: number | string;
  readonly uid: Uid;
  readonly channel_id: number;
  readonly kind: Kind;
  readonly started_at: Date | string;
  readonly seen_at: Date | string;
}

const PAGE = 1_000;

/** All stays that run. Only their numbers are read in one go, so that thousands of them do not hold up the process. */
export async function openStays({ Stay }: Models): Promise<OpenStay[]> {
  const open = await Stay.findAll({ attributes: ['id'], where: { ended_at: null }, raw: true });
  const stays: OpenStay[] = [];
  await inBatches(open, PAGE, async (page) => {
    const rows: unknown = await Stay.findAll({
      attributes: ['id', 'uid', 'channel_id', 'kind', 'started_at', 'seen_at'],
      where: { id: page.map(({ id }) => id) },
      raw: true,
    });
    for (const row of rows as Raw[]) stays.push(read(row));
  });
  return stays;
}

function read(row: Raw): OpenStay {
  return {
    id: Number(row.id),
    uid: row.uid,
    channelId: row.channel_id,
    kind: row.kind,
    started: new Date(row.started_at).getTime(),
    seen: new Date(row.seen_at).getTime(),
  };
}

/** Those of the stays that still run, seen from within a turn. */
export async function stillOpen(
  models: Models,
  stays: readonly OpenStay[],
  transaction: Transaction,
): Promise<OpenStay[]> {
  const where = { id: stays.map(({ id }) => id), ended_at: null };
  const rows = await models.Stay.findAll({ attributes: ['id'], where, raw: true, transaction });
  const open = new Set(rows.map(({ id }) => Number(id)));
  return stays.filter(({ id }) => open.has(id));
}

/** What an upsert by id needs to name: only the columns to be updated are changed. */
export function stayColumns({ id, uid, channelId, kind, started, seen }: OpenStay) {
  return { id, uid, channel_id: channelId, kind, started_at: new Date(started), seen_at: new Date(seen) };
}

/** How long a stay is, in whole milliseconds, as both of its ends are stored. */
export function lengthOf(started: Millis, seen: Millis): Millis {
  return Math.max(0, Math.trunc(seen) - Math.trunc(started));
}
