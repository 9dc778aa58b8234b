// What the projections are made with.
import type { Models } from '../../db/models/index.js';
import type { ChannelIds } from './channel_ids.js';
import type { Stamp } from './stamp.js';

export interface Projector {
  readonly models: Models;
  readonly channels: ChannelIds;
  /** Writes instants as the gem does. */
  readonly stamp: Stamp;
}
