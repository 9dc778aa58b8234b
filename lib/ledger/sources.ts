// What the report reads from: the tables, and the store's knowledge of now.
import type { Models } from '../../db/models/index.js';
import type { Channel, Kind, Millis, Presence, Roster, Uid } from '../domain.js';

/** The live functions of the store, and the clock. */
export interface Live {
  readonly roster: (kind: Kind, channel: Channel) => Promise<Roster>;
  readonly census: (kind: Kind) => Promise<Map<Channel, number>>;
  readonly whereabouts: (uid: Uid) => Promise<Presence[]>;
  readonly now: () => Millis;
}

export interface Sources extends Live {
  readonly models: Models;
}
