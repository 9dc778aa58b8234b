// The roster of a room as pure functions: a snapshot and numbered deltas in, who is here and what changed out.

export type Uid = string | number;

/** A user as on the wire. */
export interface User {
  readonly uid: Uid;
  readonly uname: string;
}

/** In the reply to a subscription to `<room>/presence`: who is here as of version `v`, longest present first. */
export interface Snapshot {
  /** '' when nobody was here lately: the first delta then begins an epoch, at version 1. */
  readonly epoch: string;
  readonly v: number;
  readonly count: number;
  readonly users: readonly User[];
  /** `users` was cut at a limit; `count` was not. */
  readonly truncated?: boolean;
}

/** Published on `<room>/presence`. Every version of an epoch is in exactly one delta; `count` is that after `v`. */
export interface Delta {
  readonly epoch: string;
  readonly v: number;
  readonly count: number;
  readonly joins: readonly (User & { readonly v: number })[];
  readonly leaves: readonly { readonly uid: Uid; readonly v: number }[];
}

/** The newest that is known of a user. */
interface Word {
  /** The version that said so, or that of the snapshot. */
  readonly v: number;
  /** Null when the user left. Kept while an earlier join may still be on its way. */
  readonly user: User | null;
}

export interface Roster {
  /** The life of the version numbers; null before the first snapshot, '' as in a snapshot. */
  readonly epoch: string | null;
  /** Every version up to this one is known. */
  readonly v: number;
  readonly count: number;
  readonly truncated: boolean;
  /** By uid as a string. */
  readonly users: ReadonlyMap<string, Word>;
  /** The versions beyond `v` that came before those between. */
  readonly ahead: ReadonlySet<number>;
  /** The newest count that was told, and its version. */
  readonly told: { readonly v: number; readonly count: number };
  /** Deltas of another epoch, or before the first snapshot: they wait for a snapshot. */
  readonly waiting: readonly Delta[];
}

export interface Applied {
  readonly state: Roster;
  /** Who is here now and was not before. */
  readonly joins: readonly User[];
  /** Who was here before and is not now. */
  readonly leaves: readonly User[];
  /** Something is missing that will not come by itself: take a new snapshot. */
  readonly gap: boolean;
}

const MAX_PENDING = 1000;

export function fromSnapshot({ epoch, v, count, users, truncated = false }: Snapshot): Roster {
  const words = users.map(({ uid, uname }): [string, Word] => [String(uid), { v, user: { uid, uname } }]);
  return settled({ epoch, v, truncated, users: new Map(words), ahead: new Set(), told: { v, count }, waiting: [] });
}

const empty = (epoch: string): Roster => fromSnapshot({ epoch, v: 0, count: 0, users: [] });

/** Before the first snapshot nobody is known, and deltas wait. */
export const UNKNOWN: Roster = { ...empty(''), epoch: null };

/** Deltas may come twice and in any order: the highest version per user wins. */
export function applyDelta(state: Roster, delta: Delta): Applied {
  if (state.epoch === '') return applyDelta(empty(delta.epoch), delta);
  if (delta.epoch !== state.epoch) {
    const waiting = [...state.waiting, delta].slice(-MAX_PENDING);
    return { state: { ...state, waiting }, joins: [], leaves: [], gap: state.epoch !== null };
  }
  const users = new Map(state.users);
  const ahead = new Set(state.ahead);
  const hear = (uid: Uid, v: number, user: User | null): void => {
    if (v <= state.v) return;
    ahead.add(v);
    if (v > (users.get(String(uid))?.v ?? 0)) users.set(String(uid), { v, user });
  };
  for (const { uid, uname, v } of delta.joins) hear(uid, v, { uid, uname });
  for (const { uid, v } of delta.leaves) hear(uid, v, null);
  const told = delta.v > state.told.v ? { v: delta.v, count: delta.count } : state.told;
  const next = settled({ ...state, users, ahead, told });
  // A server that lost touch for a while says only which version there is.
  const missed = delta.joins.length + delta.leaves.length === 0 && delta.v > next.v;
  return { state: next, ...difference(state, next), gap: missed || next.ahead.size > MAX_PENDING };
}

/** A later snapshot in the place of what was known. Deltas that ran ahead of it or waited for it are not lost. */
export function applySnapshot(state: Roster, snapshot: Snapshot): Applied {
  const ours = state.epoch === snapshot.epoch;
  const outdated = ours && snapshot.v < state.v;
  let next = outdated ? { ...state, waiting: [] } : ours ? beyond(state, snapshot) : fromSnapshot(snapshot);
  let gap = false;
  for (const delta of state.waiting) {
    // A delta of yet another epoch waited, or one of a later version: this snapshot may be older than it, so ask once more.
    const applied = isOther(delta, next) ? { state: next, gap: true } : applyDelta(next, delta);
    next = applied.state;
    gap ||= applied.gap;
  }
  return { state: next, ...difference(state, next), gap };
}

/** Whether versions are missing between those that are known. They may still come: how long to wait is the caller's. */
export const hasHole = (state: Roster): boolean => state.ahead.size > 0;

/** The users here, longest present first. */
export function usersOf(state: Roster): User[] {
  const words = [...state.users.values()].sort((a, b) => a.v - b.v);
  return words.map(({ user }) => user).filter((user) => user !== null);
}

const isOther = ({ epoch }: Delta, state: Roster): boolean => state.epoch !== '' && state.epoch !== epoch;

/** The snapshot, and what the old state knows from versions after it. */
function beyond(old: Roster, snapshot: Snapshot): Roster {
  const base = fromSnapshot(snapshot);
  const users = new Map(base.users);
  for (const [key, word] of old.users) if (word.v > snapshot.v) users.set(key, word);
  const ahead = new Set([...old.ahead].filter((v) => v > snapshot.v));
  return settled({ ...base, users, ahead, told: old.told.v > snapshot.v ? old.told : base.told });
}

/** Moves `v` over the versions that are known without a hole, forgets what served to bridge it, and counts. */
function settled(state: Omit<Roster, 'count'>): Roster {
  const ahead = new Set(state.ahead);
  let { v } = state;
  while (ahead.delete(v + 1)) v++;
  const users = new Map([...state.users].filter(([, word]) => word.user || word.v > v));
  const here = [...users.values()].filter(({ user }) => user).length;
  return { ...state, v, ahead, users, count: state.truncated ? state.told.count : here };
}

const isHere = (state: Roster, { uid }: User): boolean => Boolean(state.users.get(String(uid))?.user);

const difference = (before: Roster, after: Roster): Pick<Applied, 'joins' | 'leaves'> => ({
  joins: usersOf(after).filter((user) => !isHere(before, user)),
  leaves: usersOf(before).filter((user) => !isHere(after, user)),
});
