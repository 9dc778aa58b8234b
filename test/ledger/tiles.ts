// Random tabs, and a wall of one-second tiles that knows nothing of the code: the oracle for time spent.
import fc from 'fast-check';

export const PEOPLE = ['ann', 'bob', 'carol'];
export const ROOMS = ['/classes/4', '/classes/5'];
export const LESSONS = ['/lessons/1', '/lessons/2', '/lessons/3'];

/** No tab is there any more at this second. */
const LAST = 80;

/** One tab: where it is from when to when, where it moves to half-way, and how it goes. */
export interface TabPlan {
  readonly who: number;
  readonly start: number;
  readonly length: number;
  readonly room: number;
  readonly lesson: number;
  readonly moveTo: number | null;
  readonly lost: boolean;
}

export const tabPlan: fc.Arbitrary<TabPlan> = fc.record({
  who: fc.nat(PEOPLE.length - 1),
  start: fc.nat(40),
  length: fc.integer({ min: 0, max: 30 }),
  room: fc.nat(ROOMS.length - 1),
  lesson: fc.nat(LESSONS.length - 1),
  moveTo: fc.option(fc.nat(LESSONS.length - 1), { freq: 2 }),
  lost: fc.boolean(),
});

/** The tiles: a second is lit when any tab of the user is on the lesson during it. */
export class Tiles {
  readonly #lit = new Set<string>();

  light(who: number, lesson: number, from: number, to: number): void {
    for (let second = from; second < to; second++) this.#lit.add(`${who} ${lesson} ${second}`);
  }

  count(who: number, lesson: number, from = 0, to = LAST): number {
    let lit = 0;
    for (let second = from; second < to; second++) if (this.#lit.has(`${who} ${lesson} ${second}`)) lit += 1;
    return lit;
  }
}

export function tilesOf(plans: readonly TabPlan[]): Tiles {
  const tiles = new Tiles();
  for (const { who, start, length, lesson, moveTo } of plans) {
    const moved = moveTo === null ? start + length : start + Math.floor(length / 2);
    tiles.light(who, lesson, start, moved);
    if (moveTo !== null) tiles.light(who, moveTo, moved, start + length);
  }
  return tiles;
}
