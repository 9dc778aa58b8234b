// Lanes: who asks for much at once is served in turns, and those of other networks in between.
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { emptyLane, type Lane, Lanes } from '../../lib/bayeux/lanes.js';

/** Lanes of a school with many pages and of ann's home, and who was served, in order. */
function scene(limit = 10) {
  const clock = { now: 1000 };
  const lanes = new Lanes(limit, () => clock.now);
  const served: string[] = [];
  const [school, home] = [emptyLane(), emptyLane()];
  const ask = (lane: Lane, who: string): boolean => lanes.take(lane, () => served.push(who));
  /** As many requests as are served as they come. */
  const crowd = (): void => {
    for (let n = 0; n < 50; n++) ask(school, 'alice');
    served.length = 0;
  };
  return { served, clock, crowd, atSchool: (who: string) => ask(school, who), atHome: (who: string) => ask(home, who) };
}

async function turns(count: number): Promise<void> {
  for (let n = 0; n < count; n++) await turn();
}

it('serve fifty requests of a network as they come', () => {
  const { served, atSchool } = scene();
  for (let n = 0; n < 51; n++) atSchool('bob');
  expect(served).toHaveLength(50);
});

it('let turns of the loop pass between two more', async () => {
  const { served, crowd, atSchool } = scene();
  crowd();
  for (const who of ['bob', 'carol', 'dave']) atSchool(who);
  expect(served).toEqual([]);
  const seen: number[] = [];
  for (let n = 0; n < 20; n++) {
    await turn();
    seen.push(served.length);
  }
  expect(served).toEqual(['bob', 'carol', 'dave']);
  for (const count of [1, 2]) expect(seen.filter((one) => one === count)).toHaveLength(4);
});

it('serve another network as it comes meanwhile', async () => {
  const { served, crowd, atSchool, atHome } = scene();
  crowd();
  for (const who of ['bob', 'carol']) atSchool(who);
  atHome('ann');
  await turns(20);
  expect(served).toEqual(['ann', 'bob', 'carol']);
});

it('keep the order while some wait', async () => {
  const { served, clock, crowd, atSchool } = scene();
  crowd();
  atSchool('bob');
  clock.now += 100;
  atSchool('carol');
  await turns(20);
  expect(served).toEqual(['bob', 'carol']);
});

it('serve a network as it comes again when a tenth of a second has passed and none wait', async () => {
  const { served, clock, crowd, atSchool } = scene();
  crowd();
  atSchool('bob');
  await turns(20);
  atSchool('carol');
  expect(served).toEqual(['bob']);
  await turns(20);
  clock.now += 100;
  atSchool('dave');
  expect(served).toEqual(['bob', 'carol', 'dave']);
});

it('take no more of a network than may wait', async () => {
  const { served, crowd, atSchool, atHome } = scene(2);
  crowd();
  expect(['bob', 'carol', 'dave'].map(atSchool)).toEqual([true, true, false]);
  expect(atHome('ann')).toBe(true);
  await turns(20);
  expect(served).toEqual(['ann', 'bob', 'carol']);
});

it('take no more of a network of which somebody has waited for two seconds', () => {
  const { clock, crowd, atSchool, atHome } = scene();
  crowd();
  atSchool('bob');
  clock.now += 2000;
  expect(atSchool('carol')).toBe(true);
  clock.now += 1;
  expect(atSchool('dave')).toBe(false);
  expect(atHome('ann')).toBe(true);
});

it('serve fifty of those who wait each tenth of a second, however long a turn of the loop is', async () => {
  const { served, clock, crowd, atSchool } = scene(100);
  crowd();
  for (let n = 0; n < 60; n++) atSchool(`bob ${n}`);
  clock.now += 100;
  await turn();
  expect(served.length).toBeGreaterThanOrEqual(50);
  expect(served.length).toBeLessThan(60);
});
