// What goes over the wire about a room: the list, the delta, the snapshot.
import { type Roster, type Uid, wireUid } from '../domain.js';

type WireUid = Uid | number;

/** What `<room>/user_list` carries: the gem's list, longest present first. */
export interface UserList {
  readonly count: number;
  readonly user_list: readonly WireUid[];
  /** There when the list was cut; `count` never is. */
  readonly truncated?: true;
}

/** What `<room>/presence` carries. The versions of all deltas of one epoch are 1, 2, 3…, each of them once. */
export interface PresenceDelta {
  readonly epoch: string;
  /** The room's version and number of users after the newest step in it. */
  v: number;
  count: number;
  readonly joins: { readonly uid: WireUid; readonly uname: string; readonly v: number }[];
  readonly leaves: { readonly uid: WireUid; readonly v: number }[];
}

/** What a new subscriber of `<room>/presence` begins with. Every step up to `v` is in it, no later one is. */
export interface PresenceSnapshot {
  /** '' when nobody was here lately: the first delta then begins an epoch, at version 1. */
  readonly epoch: string;
  readonly v: number;
  readonly count: number;
  readonly users: readonly { readonly uid: WireUid; readonly uname: string }[];
  readonly truncated?: true;
}

export function userListOf({ count, users }: Roster): UserList {
  return { count, user_list: users.map(({ uid }) => wireUid(uid)), ...cut(count, users.length) };
}

export function snapshotOf({ epoch, v, count, users }: Roster): PresenceSnapshot {
  const named = users.map(({ uid, uname }) => ({ uid: wireUid(uid), uname }));
  return { epoch, v, count, users: named, ...cut(count, named.length) };
}

const cut = (count: number, named: number): { truncated?: true } => (count > named ? { truncated: true } : {});
