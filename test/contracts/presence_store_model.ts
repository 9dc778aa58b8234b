// The contract of a presence store: random histories, in which a store agrees with the plainest model there is.
import fc from 'fast-check';
import { it } from 'vitest';
import type { Cause } from '../../lib/domain.js';
import { type Event, History } from './presence_store_history.js';
import { type OpenStore, Scene } from './presence_store_scene.js';

const tab = fc.nat({ max: 5 });
const events: fc.Arbitrary<Event>[] = [
  fc.record({ type: fc.constant('join'), tab, place: fc.nat({ max: 4 }), lease: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ type: fc.constant('join'), tab, place: fc.nat({ max: 1 }), lease: fc.integer({ min: 1, max: 40 }) }),
  fc.record({
    type: fc.constant('renew'),
    tab,
    seen: fc.integer({ min: -20, max: 0 }),
    ends: fc.integer({ min: -2, max: 40 }),
  }),
  fc.record({
    type: fc.constant('leave'),
    tab,
    cause: fc.constantFrom<Cause>('leave', 'kick', 'lost'),
    twice: fc.boolean(),
  }),
  fc.record({ type: fc.constant('expire') }),
  fc.record({ type: fc.constant('wait'), seconds: fc.integer({ min: -2, max: 20 }) }),
  fc.record({ type: fc.constant('wait'), seconds: fc.constantFrom(1, 5, 599, 601) }),
];

export function presenceModelContract(open: OpenStore, runs: number): void {
  it('agrees with a set of clients that have leases', async () => {
    const { store, close } = await open();
    const property = fc.asyncProperty(fc.array(fc.oneof(...events), { maxLength: 40 }), async (history) => {
      const play = new History(new Scene(store));
      await play.begin();
      for (const event of history) {
        await play.happen(event);
        await play.agree();
      }
      await play.end();
    });
    try {
      await fc.assert(property, { numRuns: runs });
    } finally {
      await store.close();
      await close?.();
    }
  });
}
