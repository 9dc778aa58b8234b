// Lanes: who asks for much at once is served in turns, and those of other networks in between.
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Lanes } from '../../lib/bayeux/lanes.js';
import type { Network } from '../../lib/bayeux/networks.js';

const network = (): Network => ({ clients: 0, sockets: 0, kept: 0, paid: 0, opened: 0, doubted: 0 });

/** Lanes of a school with many pages and of ann's home, and who was served, in order. */
function scene(limit = 10) {
  const lanes = new Lanes(limit);
  const served: string[] = [];
  const [school, home] = [network(), network()];
  const ask = (from: Network, who: string): boolean => lanes.take(from, () => served.push(who));
  return { served, atSchool: (who: string) => ask(school, who), atHome: (who: string) => ask(home, who) };
}

async function turns(count: number): Promise<void> {
  for (let n = 0; n < count; n++) await turn();
}

it('serve the first request of a network at once', () => {
  const { served, atSchool, atHome } = scene();
  atSchool('bob');
  atHome('ann');
  expect(served).toEqual(['bob', 'ann']);
});

it('let turns of the loop pass between two of one network', async () => {
  const { served, atSchool } = scene();
  for (const who of ['bob', 'carol', 'dave']) atSchool(who);
  expect(served).toEqual(['bob']);
  const seen: number[] = [];
  for (let n = 0; n < 20; n++) {
    await turn();
    seen.push(served.length);
  }
  expect(served).toEqual(['bob', 'carol', 'dave']);
  expect(seen.filter((count) => count === 2)).toHaveLength(4);
});

it('serve another network while one of them waits', async () => {
  const { served, atSchool, atHome } = scene();
  for (const who of ['bob', 'carol', 'dave']) atSchool(who);
  atHome('ann');
  await turns(20);
  expect(served).toEqual(['bob', 'ann', 'carol', 'dave']);
});

it('serve a network at once again when it waited for nothing', async () => {
  const { served, atSchool } = scene();
  atSchool('bob');
  await turns(8);
  atSchool('carol');
  expect(served).toEqual(['bob', 'carol']);
});

it('take no more of a network than may wait', async () => {
  const { served, atSchool, atHome } = scene(2);
  expect(['bob', 'carol', 'dave', 'erin'].map(atSchool)).toEqual([true, true, true, false]);
  expect(atHome('ann')).toBe(true);
  await turns(20);
  expect(served).toEqual(['bob', 'ann', 'carol', 'dave']);
});
