// The Redis store, shared by two processes: each Change goes to one of them, and each lets go of what the other holds.
import { describe, expect, it } from 'vitest';
import type { Millis } from '../../lib/domain.js';
import { told } from '../contracts/presence_store_scene.js';
import { ann, bob, carol, person } from '../support/people.js';
import { ownRedis, Site, written, writtenDown } from './redis_site.js';

const server = ownRedis();
const start = Date.now();
const at = (seconds: number): Millis => start + seconds * 1000;
const ELSEWHERE = { room: '/classes/9', activity: '/courses/5/lessons/2' };

describe.each([1, 4])('a site of two processes, on %s partitions', (partitions) => {
  const two = async () => {
    const site = new Site(server(), partitions);
    return [await site.store(), await site.store()] as const;
  };

  it('gives the Change of a client that comes, and goes, to one of them', async () => {
    const [here, there] = await two();
    const joins = await Promise.all([here, there].map((store) => store.join(ann('a1'), at(0), at(60))));
    expect(joins.flatMap(told).sort()).toEqual(['join activity began', 'join room began']);
    const leaves = await Promise.all([here, there].map((store) => store.leave('a1', at(1), 'leave')));
    expect(leaves.flatMap(told).sort()).toEqual(['leave activity ended', 'leave room ended']);
  });

  it('gives what is lost to one of them, whoever looks', async () => {
    const [here, there] = await two();
    for (const store of [here, there]) await store.expire(at(50));
    await here.join(ann('a1'), at(0), at(60));
    const lost = await Promise.all([here.expire(at(60)), there.expire(at(60))]);
    expect(lost.flat().flatMap(told).sort()).toEqual(['leave activity ended', 'leave room ended']);
  });

  it('shows both of them the same', async () => {
    const [here, there] = await two();
    await here.join(ann('a1'), at(0), at(60));
    await there.join(ann('a2'), at(1), at(60));
    await there.join(bob('b1'), at(2), at(60));
    const roster = await here.roster('room', '/classes/4');
    expect(roster).toMatchObject({ v: 2, count: 2, users: [{ ...ann.user, clients: 2 }, bob.user] });
    expect(await there.roster('room', '/classes/4')).toEqual(roster);
    expect(await there.whereabouts(ann.user.uid)).toEqual(await here.whereabouts(ann.user.uid));
    expect(await there.present()).toEqual(await here.present());
  });

  it('leaves a lease alone that the other one holds by now, and knows the client', async () => {
    const [here, there] = await two();
    await here.join(ann('a1'), at(0), at(60));
    expect(await there.join(ann('a1'), at(5), at(65))).toBeNull();
    expect(await here.renew([{ id: 'a1', seen: at(6), ends: at(9) }])).toEqual([]);
    expect(await there.expire(at(64))).toEqual([]);
    expect(await there.renew([{ id: 'a1', seen: at(8), ends: at(68) }])).toEqual([]);
    expect(await there.expire(at(68))).toMatchObject([{ at: at(8) }]);
    expect(await here.renew([{ id: 'a1', seen: at(70), ends: at(99) }])).toEqual(['a1']);
  });

  it('does not shut down, or lose, a client that went to the other one, but lets it say goodbye anywhere', async () => {
    const [here, there] = await two();
    await here.join(ann('a1'), at(0), at(60));
    await there.join(ann('a1'), at(1), at(61));
    expect(await here.leave('a1', at(2), 'shutdown')).toBeNull();
    expect(await here.leave('a1', at(2), 'lost')).toBeNull();
    expect((await there.roster('room', '/classes/4')).count).toBe(1);
    const change = await here.leave('a1', at(3), 'leave');
    expect(change).toMatchObject({ cause: 'leave', at: at(3), from: ann('a1').place, to: null });
    expect(told(change)).toEqual(['leave room ended', 'leave activity ended']);
  });

  it('takes a client out that the other one brought in, as a kick does', async () => {
    const [here, there] = await two();
    await here.join(ann('a1'), at(0), at(60));
    expect(await there.clientsOf(ann.user.uid)).toEqual(['a1']);
    expect(told(await there.leave('a1', at(1), 'kick'))).toEqual(['leave room ended', 'leave activity ended']);
    expect(await here.present()).toEqual([]);
  });

  it('lets a client move to the other one and to another place at once, and back', async () => {
    const [here, there] = await two();
    await here.join(ann('a1'), at(0), at(60));
    const moved = await there.join(ann('a1', ELSEWHERE), at(1), at(61));
    expect(moved).toMatchObject({ cause: 'move', from: ann('a1').place, to: ELSEWHERE });
    const steps = ['leave room ended', 'leave activity ended', 'join room began', 'join activity began'];
    expect(told(moved)).toEqual(steps);
    const back = await here.join(ann('a1', { room: '/classes/7' }), at(2), at(62));
    expect(back).toMatchObject({ cause: 'move', from: ELSEWHERE, to: { room: '/classes/7' } });
    expect(await here.whereabouts(ann.user.uid)).toMatchObject([{ channel: '/classes/7', clients: 1 }]);
    expect(told(await there.leave('a1', at(3), 'leave'))).toEqual(['leave room ended']);
    expect(await here.present()).toEqual([]);
  });

  it('brings in again what the other one took half out', async () => {
    const [here, there] = await two();
    await here.join(ann('a1'), at(0), at(60));
    // The page goes from there while it comes back here.
    await Promise.all([there.leave('a1', at(1), 'leave'), here.join(ann('a1'), at(1), at(61))]);
    const unknown = await here.renew([{ id: 'a1', seen: at(2), ends: at(62) }]);
    for (const id of unknown) await here.join(ann(id), at(2), at(62));
    expect((await here.whereabouts(ann.user.uid)).map(({ kind, clients }) => [kind, clients]).sort()).toEqual([
      ['activity', 1],
      ['room', 1],
    ]);
  });

  it('loses nobody and keeps no ghost of a thousand clients that come to one and go from the other', async () => {
    const stores = await two();
    const changes: unknown[] = [];
    const people = [ann, bob, carol, ...Array.from({ length: 97 }, (_, n) => person(`u${n}`, `user ${n}`))];
    const work = Array.from({ length: 1000 }, (_, n) => async () => {
      const who = people[n % people.length] ?? ann;
      const [first, second] = n % 2 === 0 ? stores : [stores[1], stores[0]];
      changes.push(await first.join(who(`c${n}`), at(n / 100), at(600)));
      // Every other stays.
      if (n % 20 < 10) changes.push(await second.leave(`c${n}`, at(n / 100), 'leave'));
    });
    const worker = async (): Promise<void> => {
      for (let next = work.shift(); next; next = work.shift()) await next();
    };
    await Promise.all(Array.from({ length: 100 }, worker));
    expect(changes).toHaveLength(1500);
    expect(changes).not.toContain(null);
    const roster = await stores[0].roster('room', '/classes/4');
    expect(roster.users.reduce((sum, { clients }) => sum + clients, 0)).toBe(500);
    expect(roster.count).toBe(50);
    expect(await stores[1].roster('room', '/classes/4')).toEqual(roster);
    const rooms = (await writtenDown(stores[0])).flatMap(({ steps }) => steps.filter(({ kind }) => kind === 'room'));
    expect(rooms).toHaveLength(1500);
    const numbers = rooms.filter(({ presence }) => presence !== 'kept').map(({ v }) => v);
    expect(numbers).toEqual(Array.from({ length: roster.v }, (_, n) => n + 1));
  });
});

it('writes each Change down that it gave to somebody, once', async () => {
  const site = new Site(server());
  const stores = [await site.store(), await site.store()];
  const asked = Array.from({ length: 200 }, (_, n) => stores[n % 2]?.join(ann(`a${n % 50}`), at(0), at(60)));
  const given = (await Promise.all(asked)).flatMap((change) => written(change ?? null) ?? []);
  expect(given).toHaveLength(50);
  const all = await Promise.all(stores.map(writtenDown));
  const byVersion = (changes: readonly { key: string }[]) => changes.map(({ key }) => key).sort();
  expect(byVersion(all[0] ?? [])).toEqual(byVersion(given));
  expect(all[0]).toEqual(expect.arrayContaining(given));
  expect(all[1]).toEqual(all[0]);
});
