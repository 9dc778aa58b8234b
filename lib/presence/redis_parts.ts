// A client in a partitioned store: its place is split over the partitions, and what they answer is put together again.
import type { Change, Channel, ClientId, Kind, Place, Step } from '../domain.js';
import { partitionOf } from './redis_keys.js';
import type { Standing } from './store.js';

/** What of a place lies in one partition. */
export interface Spots {
  readonly room?: Channel;
  readonly activity?: Channel;
  /** Whether the login log counts the client on one of these (see `logChannel`): then the visit's lines come from here. */
  readonly logs: boolean;
}

/** What one partition answered about a client. */
export interface Part {
  readonly change: Change | null;
  /** Where the client was before, and which node held it ('' when nobody did); null when it was not in this partition. */
  readonly before: (Place & { readonly node: string }) | null;
  /** Where it stands, when that was asked and nothing changed. */
  readonly stands?: readonly Standing[];
}

export const NOWHERE: Spots = { logs: false };

/** The partitions that a place lies in, with what lies there. */
export function split(place: Place, partitions: number): Map<number, Spots> {
  const spots = new Map<number, Spots>();
  const counted: Kind = place.activity === undefined ? 'room' : 'activity';
  for (const kind of ['room', 'activity'] as const) {
    const channel = place[kind];
    if (channel === undefined) continue;
    const partition = partitionOf(channel, partitions);
    const there = spots.get(partition) ?? NOWHERE;
    spots.set(partition, { ...there, [kind]: channel, logs: there.logs || kind === counted });
  }
  return spots;
}

/** The one Change that all parts are; null when no partition changed. @param to where the client is now */
export function merge(id: ClientId, parts: readonly Part[], to: Place | null): Change | null {
  const changes = parts.map(({ change }) => change).filter((change) => change !== null);
  const [first] = changes;
  if (!first) return null;
  const from = placeBefore(to === null ? parts.filter(({ change }) => change !== null) : parts);
  const again = changes.every(({ cause }) => cause === 'again' || cause === 'back');
  const said = changes.some(({ cause }) => cause === 'back') ? 'back' : 'again';
  const came = again ? said : from ? 'move' : 'join';
  const { key, user } = first;
  const at = Math.max(...changes.map((change) => change.at));
  const steps = changes.flatMap((change) => change.steps).sort(inOrder);
  return { cause: to === null ? first.cause : came, at, id, key, user, from: again ? to : from, to, steps };
}

function placeBefore(parts: readonly Part[]): Place | null {
  const place: { room?: Channel; activity?: Channel } = {};
  let nowhere = true;
  for (const { before } of parts) {
    if (!before) continue;
    nowhere = false;
    if (before.room !== undefined) place.room = before.room;
    if (before.activity !== undefined) place.activity = before.activity;
  }
  return nowhere ? null : place;
}

/** Leave steps first, and the room before the activity. */
const rank = ({ type, kind }: Step): number => (type === 'leave' ? 0 : 2) + (kind === 'room' ? 0 : 1);
const inOrder = (one: Step, other: Step): number => rank(one) - rank(other);
