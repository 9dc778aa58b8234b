// Whatever the order in which snapshots and deltas of a room come, the page ends up with the truth.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
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

const told = (state: Roster, deltas: Delta[]): Roster => deltas.reduce((now, one) => applyDelta(now, one).state, state);

describe('any order', () => {
  const USERS: Uid[] = [1, 2, 3, '4', 'five', '__proto__'];

  /** The true story of a room: at each version one user joins or leaves. */
  interface Story {
    readonly steps: { readonly uid: Uid; readonly join: boolean }[];
    readonly deltas: Delta[];
    /** Who is here after so many versions, longest present first. */
    here(v: number): Uid[];
  }

  function story(picks: number[], parts: number[]): Story {
    const here: Uid[][] = [[]];
    const steps = picks.map((pick, i) => {
      const uid = USERS[pick % USERS.length] ?? 1;
      const before = here[i] ?? [];
      const join = !before.includes(uid);
      here.push(join ? [...before, uid] : before.filter((one) => one !== uid));
      return { uid, join };
    });
    // Each version goes into one delta; a delta may hold any versions.
    const groups = new Map<number, number[]>();
    steps.forEach((_, i) => {
      const part = parts[i % parts.length] ?? 0;
      groups.set(part, [...(groups.get(part) ?? []), i + 1]);
    });
    const deltas = [...groups.values()].map((versions): Delta => {
      const v = Math.max(...versions);
      const said = versions.map((one) => ({ v: one, ...(steps[one - 1] ?? { uid: 1, join: true }) }));
      return {
        epoch: 'e',
        v,
        count: here[v]?.length ?? 0,
        joins: said.filter(({ join }) => join).map(({ uid, v }) => ({ uid, uname: `user ${uid}`, v })),
        leaves: said.filter(({ join }) => !join).map(({ uid, v }) => ({ uid, v })),
      };
    });
    return { steps, deltas, here: (v) => here[v] ?? [] };
  }

  const snapshotOf = ({ here }: Story, v: number): Snapshot => ({
    epoch: 'e',
    v,
    count: here(v).length,
    users: here(v).map((uid) => ({ uid, uname: `user ${uid}` })),
  });

  const stories = fc
    .tuple(
      fc.array(fc.nat(USERS.length - 1), { minLength: 1, maxLength: 40 }),
      fc.array(fc.nat(12), { minLength: 1, maxLength: 40 }),
    )
    .map(([picks, parts]) => story(picks, parts));

  /** The deltas of a story with duplicates in any order, and snapshots of any versions at any moments. */
  const courses = stories.chain((tale) => {
    const deltas = fc.shuffledSubarray([...tale.deltas, ...tale.deltas], { minLength: tale.deltas.length });
    const versions = fc.array(fc.nat(tale.steps.length), { minLength: 1, maxLength: 3 });
    return fc.tuple(fc.constant(tale), deltas, versions, fc.array(fc.nat(), { minLength: 3, maxLength: 3 }));
  });

  it('of deltas and snapshots gives the roster of the true story, and tells each difference once', () => {
    fc.assert(
      fc.property(courses, ([tale, some, versions, moments]) => {
        const missing = tale.deltas.filter((one) => !some.includes(one));
        const course: (Delta | Snapshot)[] = [...some, ...missing];
        versions.forEach((v, i) => {
          course.splice((moments[i] ?? 0) % (course.length + 1), 0, snapshotOf(tale, v));
        });
        let state = UNKNOWN;
        const seen = new Set<string>();
        for (const one of course) {
          const applied = 'users' in one ? applySnapshot(state, one) : applyDelta(state, one);
          for (const { uid } of applied.leaves) expect(seen.delete(String(uid))).toBe(true);
          for (const { uid } of applied.joins) {
            expect(seen.has(String(uid))).toBe(false);
            seen.add(String(uid));
          }
          state = applied.state;
          expect([...seen].sort()).toEqual(
            usersOf(state)
              .map(({ uid }) => String(uid))
              .sort(),
          );
        }
        const end = tale.here(tale.steps.length);
        expect(usersOf(state).map(({ uid }) => uid)).toEqual(end);
        expect([state.v, state.count, hasHole(state)]).toEqual([tale.steps.length, end.length, false]);
      }),
      { numRuns: 2000 },
    );
  });

  it('of deltas after a snapshot gives the same state as their right order', () => {
    fc.assert(
      fc.property(courses, ([tale, some, [v = 0]]) => {
        const missing = tale.deltas.filter((one) => !some.includes(one));
        const start = fromSnapshot(snapshotOf(tale, v));
        const inOrder = [...tale.deltas].sort((a, b) => a.v - b.v);
        expect(usersOf(told(start, [...some, ...missing]))).toEqual(usersOf(told(start, inOrder)));
      }),
      { numRuns: 1000 },
    );
  });
});
