// The roster of a room, from snapshots and deltas.
import { describe, expect, it } from 'vitest';
import {
  type Applied,
  applyDelta,
  applySnapshot,
  type Delta,
  fromSnapshot,
  hasHole,
  type Roster,
  type Snapshot,
  type Uid,
  UNKNOWN,
  usersOf,
} from '../../lib/client/roster.js';

const ann = { uid: 1, uname: 'ann' };
const bob = { uid: 2, uname: 'bob' };
const carol = { uid: 'c', uname: 'carol' };
const classroom: Snapshot = { epoch: 'e', v: 10, count: 2, users: [ann, bob] };
const at = fromSnapshot(classroom);

const delta = (v: number, count: number, said: Partial<Delta> = {}): Delta => ({
  epoch: 'e',
  v,
  count,
  joins: [],
  leaves: [],
  ...said,
});
const joins = (v: number, user: { uid: Uid; uname: string }, count = 3): Delta =>
  delta(v, count, { joins: [{ ...user, v }] });
const leaves = (v: number, { uid }: { uid: Uid }, count = 1): Delta => delta(v, count, { leaves: [{ uid, v }] });
const names = (state: Roster): string[] => usersOf(state).map(({ uname }) => uname);
const told = ({ joins, leaves, gap }: Applied) => ({
  joins: joins.map(({ uname }) => uname),
  leaves: leaves.map(({ uname }) => uname),
  gap,
});
const all = (state: Roster, ...deltas: Delta[]): Roster =>
  deltas.reduce((now, one) => applyDelta(now, one).state, state);

describe('a roster', () => {
  it('begins with the users of the snapshot, in its order', () => {
    expect([names(at), at.v, at.count]).toEqual([['ann', 'bob'], 10, 2]);
  });

  it('takes carol in when she joins, and tells it', () => {
    const applied = applyDelta(at, joins(11, carol));
    expect(told(applied)).toEqual({ joins: ['carol'], leaves: [], gap: false });
    expect([names(applied.state), applied.state.v, applied.state.count]).toEqual([['ann', 'bob', 'carol'], 11, 3]);
  });

  it('lets bob go when he leaves, and tells it', () => {
    const applied = applyDelta(at, leaves(11, bob));
    expect(told(applied)).toEqual({ joins: [], leaves: ['bob'], gap: false });
    expect(names(applied.state)).toEqual(['ann']);
  });

  it('ignores what the snapshot holds already', () => {
    expect(told(applyDelta(at, leaves(9, bob)))).toEqual({ joins: [], leaves: [], gap: false });
  });

  it('ignores what it heard before', () => {
    const once = all(at, joins(11, carol), leaves(12, carol, 2));
    expect(applyDelta(once, joins(11, carol)).state).toEqual(once);
  });

  it('tells nothing of a user who left and came back within one delta', () => {
    const both = delta(12, 2, { joins: [{ ...bob, v: 12 }], leaves: [{ uid: 2, v: 11 }] });
    expect(told(applyDelta(at, both))).toEqual({ joins: [], leaves: [], gap: false });
  });

  it('believes the later of two words that come in the wrong order', () => {
    const left = all(at, leaves(12, carol, 2));
    expect(hasHole(left)).toBe(true);
    const settled = all(left, joins(11, carol));
    expect([names(settled), settled.v, hasHole(settled)]).toEqual([['ann', 'bob'], 12, false]);
  });

  it('does not change the state that it was given', () => {
    applyDelta(at, joins(11, carol));
    expect(names(at)).toEqual(['ann', 'bob']);
  });

  it('takes 7 and "7" for the same user, and __proto__ for a user like any other', () => {
    const strange = { uid: '__proto__', uname: 'proto' };
    const state = all(
      at,
      leaves(11, { uid: '1' }),
      joins(12, strange),
      joins(13, { uid: 'constructor', uname: 'con' }),
    );
    expect(names(state)).toEqual(['bob', 'proto', 'con']);
    expect(names(all(state, leaves(14, strange)))).toEqual(['bob', 'con']);
  });

  it('counts by the newest delta when the snapshot was truncated, and knows those it was told of', () => {
    const crowd = fromSnapshot({ ...classroom, count: 700, truncated: true });
    const state = all(crowd, joins(12, carol, 702), leaves(11, { uid: 99 }, 699));
    expect([names(state), state.count, state.truncated]).toEqual([['ann', 'bob', 'carol'], 702, true]);
  });

  it('knows nobody before the first snapshot, and then forgets nothing that came before it', () => {
    const early = all(UNKNOWN, leaves(12, ann), joins(11, carol), joins(9, bob));
    expect([names(early), early.count]).toEqual([[], 0]);
    const { state } = applySnapshot(early, classroom);
    expect([names(state), state.v]).toEqual([['bob', 'carol'], 12]);
  });

  it('begins an epoch by itself in a room that was empty', () => {
    const { state } = applySnapshot(UNKNOWN, { epoch: '', v: 0, count: 0, users: [] });
    const applied = applyDelta(state, joins(1, ann, 1));
    expect([names(applied.state), told(applied)]).toEqual([['ann'], { joins: ['ann'], leaves: [], gap: false }]);
  });
});

describe('a gap', () => {
  const anew = { ...joins(1, carol, 1), epoch: 'f' };

  it('is a delta of another epoch, which waits for the new snapshot', () => {
    const applied = applyDelta(at, anew);
    expect([names(applied.state), told(applied)]).toEqual([['ann', 'bob'], { joins: [], leaves: [], gap: true }]);
    const after = applySnapshot(applied.state, { epoch: 'f', v: 0, count: 0, users: [] });
    expect(told(after)).toEqual({ joins: ['carol'], leaves: ['ann', 'bob'], gap: false });
  });

  it('stays when the snapshot is older than what waited', () => {
    const { state } = applyDelta(at, anew);
    expect(told(applySnapshot(state, classroom)).gap).toBe(true);
  });

  it('is more than a thousand versions that wait for one', () => {
    const later = (from: number, n: number): Delta =>
      delta(from + n, 0, { leaves: Array.from({ length: n }, (_, i) => ({ uid: `x${i}`, v: from + i })) });
    const { state, gap } = applyDelta(at, later(12, 1000));
    expect(gap).toBe(false);
    expect(applyDelta(state, later(1012, 1)).gap).toBe(true);
  });
});

describe('a later snapshot', () => {
  it('tells only true differences', () => {
    const later: Snapshot = { epoch: 'e', v: 20, count: 2, users: [bob, carol] };
    expect(told(applySnapshot(at, later))).toEqual({ joins: ['carol'], leaves: ['ann'], gap: false });
  });

  it('keeps what came ahead of it', () => {
    const ahead = all(at, leaves(14, ann));
    const { state } = applySnapshot(ahead, { epoch: 'e', v: 12, count: 3, users: [ann, bob, carol] });
    expect([names(state), hasHole(state)]).toEqual([['bob', 'carol'], true]);
  });

  it('is ignored when more is known already', () => {
    const known = all(at, joins(11, carol), leaves(12, ann));
    expect(applySnapshot(known, classroom)).toEqual({ state: known, joins: [], leaves: [], gap: false });
  });
});

describe('a delta without steps', () => {
  const one = fromSnapshot({ epoch: 'e', v: 4, count: 1, users: [{ uid: 1, uname: 'ann' }] });

  it('with the version that is known changes nothing', () => {
    expect(applyDelta(one, { epoch: 'e', v: 4, count: 1, joins: [], leaves: [] })).toMatchObject({ gap: false });
  });

  it('with a later version says that something was missed', () => {
    const { state, gap } = applyDelta(one, { epoch: 'e', v: 6, count: 2, joins: [], leaves: [] });
    expect([gap, state.v]).toEqual([true, 4]);
  });

  it('with a later version than the snapshot that it came before asks for another', () => {
    const waiting = applyDelta(UNKNOWN, { epoch: 'e', v: 6, count: 2, joins: [], leaves: [] });
    expect(waiting.gap).toBe(false);
    const snapshot = { epoch: 'e', v: 4, count: 1, users: [{ uid: 1, uname: 'ann' }] };
    expect(applySnapshot(waiting.state, snapshot)).toMatchObject({ gap: true, state: { v: 4 } });
    expect(applySnapshot(waiting.state, { ...snapshot, v: 6 })).toMatchObject({ gap: false });
  });

  it('with another epoch asks for a snapshot', () => {
    expect(applyDelta(one, { epoch: 'f', v: 1, count: 1, joins: [], leaves: [] })).toMatchObject({ gap: true });
  });
});
