// What the Redis store leaves in Redis: keys that expire, a journal with an end, and scripts that may be flushed.
import { describe, expect, it, vi } from 'vitest';
import type { Millis } from '../../lib/domain.js';
import { ann, bob, carol } from '../support/people.js';
import { ownRedis, Site } from './redis_site.js';

const server = ownRedis();
const start = Date.now();
const at = (seconds: number): Millis => start + seconds * 1000;

/** The keys of a site that live for ever. */
async function endless(site: Site): Promise<string[]> {
  const { client } = server();
  const keys = await client.keys(`*${site.namespace}*`);
  expect(keys).not.toEqual([]);
  const ends = await Promise.all(keys.map((key) => client.pttl(key)));
  return keys.filter((_, n) => (ends[n] ?? -1) < 0);
}

it.each([1, 4])('every key expires after everything that is done, on %s partitions', async (partitions) => {
  const site = new Site(server(), partitions);
  const [here, there] = [await site.store(), await site.store()];
  const deeds: (() => Promise<unknown>)[] = [
    () => here.join(ann('a1'), at(0), at(60)),
    () => here.join(bob('b1', { room: '/classes/9' }), at(0), at(60)),
    () => here.leave('b1', at(1), 'leave'),
    () => there.join(ann('a1'), at(2), at(62)),
    () => here.renew([{ id: 'a1', seen: at(3), ends: at(63) }]),
    () => there.expire(at(4)),
    () => here.handOver(at(5), at(30)),
    () => there.handOver(at(5), at(30)),
    () => there.join(carol('c1'), at(6), at(66)),
    () => there.renew([{ id: 'a1', seen: at(7), ends: at(67) }]),
    () => there.leave('a1', at(8), 'leave'),
    () => there.leave('c1', at(8), 'leave'),
    () => here.join(bob('b1', { activity: '/courses/1/lessons/2' }), at(9), at(60)),
    () => here.expire(at(5000)),
  ];
  for (const deed of deeds) {
    await deed();
    expect(await endless(site), deed.toString()).toEqual([]);
  }
});

it('what waits to be written down is kept for a week', async () => {
  const site = new Site(server());
  const store = await site.store();
  await store.join(ann('a1'), at(0), at(60));
  const ends = await server().client.pttl(`{${site.namespace}}:journal`);
  expect(ends).toBeGreaterThan(6.9 * 24 * 3_600_000);
});

it('goes on when the scripts were flushed, and keeps the order of what it was asked', async () => {
  const store = await new Site(server()).store();
  await store.join(ann('a0'), at(0), at(60));
  await store.leave('a0', at(0), 'leave');
  for (let n = 1; n <= 5; n += 1) {
    await server().client.script('FLUSH');
    // The script of the second is there: it must not overtake the first.
    await store.leave('nobody', at(0), 'leave');
    const [joined, left] = await Promise.all([
      store.join(ann(`a${n}`), at(n), at(60)),
      store.leave(`a${n}`, at(n), 'leave'),
    ]);
    expect([joined?.cause, left?.cause]).toEqual(['join', 'leave']);
  }
  expect(await store.present()).toEqual([]);
});

describe('a journal that is full', () => {
  it('drops the oldest changes, and says how many', async () => {
    const onOverflow = vi.fn();
    const store = await new Site(server()).store({ journalLimit: 3, onOverflow });
    for (let n = 0; n < 3; n += 1) await store.join(ann(`a${n}`), at(n), at(60));
    expect(onOverflow).not.toHaveBeenCalled();
    expect(await store.backlog()).toEqual({ waiting: 3, dropped: 0 });
    for (let n = 3; n < 5; n += 1) await store.join(ann(`a${n}`), at(n), at(60));
    expect(onOverflow.mock.calls).toEqual([[1], [2]]);
    expect(await store.backlog()).toEqual({ waiting: 3, dropped: 2 });
    const kept = await store.journals[0]?.read(null, 10);
    expect(kept?.map(({ position }) => position)).toEqual([`${at(2)}-0`, `${at(3)}-0`, `${at(4)}-0`]);
  });
});

it.each([
  [{ namespace: '' }, /namespace is ''; give a name/],
  [{ namespace: 'a{b}' }, /namespace is .*; give a name without braces/],
  [{ partitions: 0 }, /partitions is 0; give a whole number/],
  [{ nodeLease: 1.5 }, /nodeLease is 1.5/],
  [{ journalLimit: -1 }, /journalLimit is -1/],
])('refuses %o', async (options, reason) => {
  await expect(new Site(server()).store(options)).rejects.toThrow(reason);
});
