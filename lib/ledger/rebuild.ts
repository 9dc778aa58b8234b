// Making the projections anew from all stays, a batch at a time.
import type { Models } from '../../db/models/index.js';
import { inBatches } from './batches.js';
import { project, type Touched } from './projections.js';
import type { Projector } from './projector.js';
import type { Turns } from './turns.js';

/** Each batch is a turn of its own; what changes meanwhile is projected by the change. */
export async function rebuild(projector: Projector, turns: Turns, batch: number): Promise<void> {
  const touched = [...(await listed(projector.models)), ...(await stayed(projector.models))];
  await inBatches(touched, batch, (some) => turns.take((transaction) => project(projector, some, transaction)));
}

/** Rooms that have a list, though nobody may be in them. */
async function listed({ OnlineList }: Models): Promise<Touched[]> {
  const rows = await OnlineList.findAll({ attributes: ['channel_id'], group: ['channel_id'] });
  return rows.map(({ channel_id }) => ({ kind: 'room', uid: '', channelId: channel_id }));
}

/** Every user and channel that has stays. */
async function stayed({ Stay }: Models): Promise<Touched[]> {
  const group = ['uid', 'channel_id', 'kind'];
  const rows = await Stay.findAll({ attributes: group, group, order: ['uid'], raw: true });
  return rows.map(({ uid, channel_id, kind }) => ({ kind, uid, channelId: channel_id }));
}
