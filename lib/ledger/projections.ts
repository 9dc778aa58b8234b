// The gem's two JSON columns, made from the stays: who is in a room, and how long a user was on an activity.
// They are written in the transaction that changes the stays, and can be made anew at any time.
import type { Transaction } from 'sequelize';
import type { Kind, Uid } from '../domain.js';
import { projectLists } from './lists.js';
import type { Projector } from './projector.js';
import { projectTimes } from './times.js';

/** A stay that began or ended, as far as projections care. */
export interface Touched {
  readonly kind: Kind;
  readonly uid: Uid;
  readonly channelId: number;
}

/** Makes anew what the touched stays show in: the lists of their rooms and the times of their users and activities. */
export async function project(
  projector: Projector,
  touched: readonly Touched[],
  transaction: Transaction,
): Promise<void> {
  const rooms = new Set<number>();
  const times = new Map<Uid, Set<number>>();
  for (const { kind, uid, channelId } of touched) {
    if (kind === 'room') rooms.add(channelId);
    else times.set(uid, (times.get(uid) ?? new Set()).add(channelId));
  }
  if (rooms.size > 0) await projectLists(projector.models, [...rooms], transaction);
  if (times.size > 0) await projectTimes(projector, times, transaction);
}
