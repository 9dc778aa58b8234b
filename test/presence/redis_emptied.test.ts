// The Redis store, when Redis has lost everything: who was there is there again, with the old beginning.
import { describe, expect, it } from 'vitest';
import { comparePositions, type Millis } from '../../lib/domain.js';
import { rowsOf } from '../../lib/ledger/rows.js';
import type { Standing } from '../../lib/presence/store.js';
import { told } from '../contracts/presence_store_scene.js';
import { ann, bob } from '../support/people.js';
import { ownRedis, Site, standingsOf, written, writtenDown } from './redis_site.js';

const server = ownRedis();
const start = Date.now();
const at = (seconds: number): Millis => start + seconds * 1000;

describe.each([1, 4])('a Redis that was emptied, on %s partitions', (partitions) => {
  const open = () => new Site(server(), partitions).store();
  const empty = () => server().client.flushall();

  it('is told again of ann: she was there all the time', async () => {
    const store = await open();
    const before = standingsOf(await store.join(ann('a1'), at(0), at(60)));
    await empty();
    expect(await store.renew([{ id: 'a1', seen: at(5), ends: at(65) }])).toEqual(['a1']);
    const again = await store.join(ann('a1'), at(6), at(66), before);
    const { place, key } = ann('a1');
    expect(again).toMatchObject({ cause: 'again', at: at(6), id: 'a1', key, from: place, to: place });
    const step = { type: 'join', presence: 'began', since: at(0), at: at(6), v: 1, count: 1 };
    expect(again?.steps).toMatchObject([
      { ...step, kind: 'room' },
      { ...step, kind: 'activity' },
    ]);
    expect(again?.steps[0]?.epoch).not.toBe(before[0]?.epoch);
    expect(await store.join(ann('a1'), at(7), at(67), before)).toBeNull();
    expect(await store.leave('a1', at(9), 'leave')).toMatchObject({ steps: [{ since: at(0) }, { since: at(0) }] });
  });

  it('says once for the login log that the client is there again', async () => {
    const store = await open();
    const before = standingsOf(await store.join(ann('a1'), at(0), at(60)));
    await empty();
    await store.join(ann('a1'), at(6), at(66), before);
    const line = { status: 1, channel: '/courses/5/lessons/1', again: at(0) };
    expect(rowsOf(await writtenDown(store)).visits).toMatchObject([line]);
    expect(await store.leave('a1', at(9), 'leave')).not.toBeNull();
    expect(rowsOf(await writtenDown(store)).visits).toMatchObject([line, { status: 0, channel: line.channel }]);
  });

  it('recalls who went meanwhile, so that the stay ends when it did', async () => {
    const store = await open();
    const before = standingsOf(await store.join(ann('a1'), at(0), at(60)));
    await empty();
    expect(await store.recall(ann('a1'), at(20), at(20), before)).toMatchObject({ cause: 'again' });
    expect(await store.expire(at(40))).toMatchObject([
      {
        cause: 'lost',
        at: at(20),
        steps: [
          { since: at(0), at: at(20) },
          { since: at(0), at: at(20) },
        ],
      },
    ]);
  });

  it('recalls nobody when it lost nothing', async () => {
    const store = await open();
    const before = standingsOf(await store.join(ann('a1'), at(0), at(60)));
    expect(await store.recall(ann('a1'), at(20), at(20), before)).toBeNull();
    expect(await store.whereabouts(ann.user.uid)).toMatchObject([{ seen: at(0) }, { seen: at(0) }]);
    await store.leave('a1', at(30), 'leave');
    expect(await store.recall(ann('a1'), at(20), at(20), before)).toBeNull();
    expect(await store.whereabouts(ann.user.uid)).toEqual([]);
  });

  it('is told again by a process to which ann came later', async () => {
    const site = new Site(server(), partitions);
    const [here, there] = [await site.store(), await site.store()];
    await here.join(ann('a1'), at(0), at(60));
    const stands: Standing[] = [];
    expect(await there.join(ann('a1'), at(10), at(70), [], (standings) => stands.push(...standings))).toBeNull();
    expect(stands.map(({ kind, since }) => [kind, since])).toEqual([
      ['room', at(0)],
      ['activity', at(0)],
    ]);
    await empty();
    const again = await there.join(ann('a1'), at(20), at(80), stands);
    expect(again).toMatchObject({ cause: 'again', steps: [{ since: at(0) }, { since: at(0) }] });
  });

  it('is told of two tabs: the presence goes on with the first of them', async () => {
    const site = new Site(server(), partitions);
    const [here, there] = [await site.store(), await site.store()];
    const first = standingsOf(await here.join(ann('a1'), at(0), at(60)));
    const second = standingsOf(await there.join(ann('a2'), at(1), at(60)));
    await empty();
    expect(told(await there.join(ann('a2'), at(5), at(65), second))).toEqual([
      'join room began',
      'join activity began',
    ]);
    const kept = await here.join(ann('a1'), at(6), at(66), first);
    expect(kept).toMatchObject({ cause: 'again', steps: [{ presence: 'kept', since: at(0) }, { presence: 'kept' }] });
  });

  it('takes who comes anew as new, whoever came again before', async () => {
    const store = await open();
    const before = standingsOf(await store.join(ann('a1'), at(0), at(60)));
    await empty();
    await store.join(ann('a1'), at(5), at(65), before);
    const change = await store.join(bob('b1'), at(6), at(66));
    expect(change).toMatchObject({ cause: 'join', from: null, steps: [{ since: at(6), v: 2 }, { since: at(6) }] });
    expect((await store.roster('room', '/classes/4')).users).toMatchObject([ann.user, bob.user]);
  });

  it('lists the longest present first, in whatever order they are told again', async () => {
    const store = await open();
    const first = standingsOf(await store.join(ann('a1'), at(0), at(60)));
    const second = standingsOf(await store.join(bob('b1'), at(1), at(60)));
    await empty();
    await store.join(bob('b1'), at(5), at(65), second);
    await store.join(ann('a1'), at(6), at(66), first);
    expect((await store.roster('room', '/classes/4')).users).toMatchObject([ann.user, bob.user]);
  });

  it('believes no beginning that is yet to come', async () => {
    const store = await open();
    const before = standingsOf(await store.join(ann('a1'), at(50), at(60)));
    await empty();
    const again = await store.join(ann('a1'), at(5), at(65), before);
    expect(again).toMatchObject({ cause: 'again', steps: [{ since: at(5), at: at(5) }, {}] });
  });

  it('that was not emptied after all, but gave the client up, lets it join', async () => {
    const store = await open();
    const before = standingsOf(await store.join(ann('a1'), at(0), at(60)));
    await store.leave('a1', at(10), 'lost');
    const change = await store.join(ann('a1'), at(11), at(71), before);
    expect(change).toMatchObject({ cause: 'join', from: null, steps: [{ since: at(11), v: 3 }, { since: at(11) }] });
  });

  it('gets positions that grow for who remembers the last ones', async () => {
    const store = await open();
    await store.join(ann('a1'), at(100), at(160));
    await store.join(ann('a2'), at(100), at(160));
    const last = await Promise.all(store.journals.map(async (journal) => (await journal.read(null, 10)).at(-1)));
    await empty();
    // The clock is behind, too.
    await store.join(ann('a3'), at(50), at(160));
    for (const [n, journal] of store.journals.entries()) {
      const [next] = await journal.read(null, 10);
      if (next) expect(comparePositions(next.position, last[n]?.position ?? '')).toBeGreaterThan(0);
    }
    expect(await writtenDown(store)).not.toEqual([]);
  });
});

it('goes on after the positions that a reader remembers', async () => {
  const store = await new Site(server()).store();
  const [journal] = store.journals;
  expect(await journal?.read(`${at(500)}-7`, 10)).toEqual([]);
  const change = await store.join(ann('a1'), at(0), at(60));
  const entries = await journal?.read(`${at(500)}-7`, 10);
  expect(entries?.map((entry) => entry.change)).toEqual([written(change)]);
});
