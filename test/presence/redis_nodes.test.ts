// The Redis store, when a process dies or goes: its clients are waited for together, and whoever comes elsewhere stays.
import { describe, expect, it } from 'vitest';
import type { Millis } from '../../lib/domain.js';
import { ann, bob, carol, person } from '../support/people.js';
import { ownRedis, Site, standingsOf } from './redis_site.js';

const server = ownRedis();
const start = Date.now();
const at = (seconds: number): Millis => start + seconds * 1000;

describe.each([1, 4])('a process of a site, on %s partitions', (partitions) => {
  /** One process that will go, and one that stays. Both have swept at 0. */
  const two = async () => {
    const site = new Site(server(), partitions);
    const [going, staying] = [await site.store(), await site.store()];
    for (const store of [going, staying]) await store.expire(at(0));
    return { going, staying };
  };

  it('that did not sweep for fifteen seconds is dead: its clients end three seconds later, as of when they were seen', async () => {
    const { going, staying } = await two();
    await going.join(ann('a1'), at(1), at(61));
    await going.join(bob('b1'), at(2), at(62));
    await going.renew([{ id: 'a1', seen: at(5), ends: at(65) }]);
    await staying.join(carol('c1'), at(3), at(63));
    expect(await staying.expire(at(17))).toEqual([]);
    const lost = await staying.expire(at(18));
    expect(lost).toMatchObject([{ cause: 'lost' }, { cause: 'lost' }]);
    expect(new Map(lost.map(({ user, at: last }) => [user.uname, last]))).toEqual(
      new Map([
        ['ann', at(5)],
        ['bob', at(2)],
      ]),
    );
    expect((await staying.roster('room', '/classes/4')).users).toMatchObject([carol.user]);
  });

  it('that is dead has clients that end sooner when they were to anyway', async () => {
    const { going, staying } = await two();
    await going.join(ann('a1'), at(1), at(16));
    await staying.expire(at(15));
    expect(await staying.expire(at(16))).toMatchObject([{ user: ann.user }]);
  });

  it('that dies takes nobody along who came to another one', async () => {
    const { going, staying } = await two();
    await going.join(ann('a1'), at(1), at(61));
    await staying.expire(at(15));
    expect(await staying.join(ann('a1'), at(16), at(76))).toBeNull();
    expect(await staying.expire(at(30))).toEqual([]);
    expect(await staying.roster('room', '/classes/4')).toMatchObject({ v: 1, users: [{ since: at(1) }] });
  });

  it('that was only stalled gets its clients back', async () => {
    const { going, staying } = await two();
    await going.join(ann('a1'), at(1), at(61));
    await staying.expire(at(16));
    expect(await going.renew([{ id: 'a1', seen: at(17), ends: at(77) }])).toEqual([]);
    await going.expire(at(17));
    expect(await staying.expire(at(31))).toEqual([]);
    expect(await staying.leave('a1', at(31), 'shutdown')).toBeNull();
  });

  describe('that was cut off alone, and whose clients were taken for lost', () => {
    const cutOff = async () => {
      const site = await two();
      const before = standingsOf(await site.going.join(ann('a1'), at(1), at(61)));
      await site.going.renew([{ id: 'a1', seen: at(5), ends: at(65) }]);
      expect(await site.staying.expire(at(18))).toMatchObject([{ cause: 'lost', at: at(5) }]);
      return { ...site, before };
    };

    it('brings them back, and they have been there all the time', async () => {
      const { going, staying, before } = await cutOff();
      expect(await going.renew([{ id: 'a1', seen: at(20), ends: at(80) }])).toEqual(['a1']);
      const back = await going.join(ann('a1'), at(20), at(80), before);
      const { place } = ann('a1');
      expect(back).toMatchObject({ cause: 'back', at: at(20), from: place, to: place });
      const step = { type: 'join', presence: 'began', since: at(1), at: at(20), v: 3, count: 1 };
      expect(back?.steps).toMatchObject([step, step]);
      expect((await staying.roster('room', '/classes/4')).users).toMatchObject([{ ...ann.user, since: at(1) }]);
      await going.join(ann('a1'), at(21), at(81), before);
      expect(await going.leave('a1', at(30), 'leave')).toMatchObject({ steps: [{ since: at(1) }, { since: at(1) }] });
    });

    it('brings back its other tabs with the first', async () => {
      const { going, staying } = await two();
      const first = standingsOf(await going.join(ann('a1'), at(1), at(61)));
      const second = standingsOf(await going.join(ann('a2'), at(2), at(62)));
      await staying.expire(at(18));
      await going.join(ann('a2'), at(20), at(80), second);
      const back = await going.join(ann('a1'), at(20), at(80), first);
      expect(back?.steps).toMatchObject([{ presence: 'kept', since: at(1) }, { presence: 'kept' }]);
      expect(await going.whereabouts(ann.user.uid)).toMatchObject([{ clients: 2 }, { clients: 2 }]);
    });

    it('lets them begin anew when their users came elsewhere meanwhile, so that no time counts twice', async () => {
      const { going, staying, before } = await cutOff();
      await staying.join(ann('a9'), at(19), at(79));
      expect(await going.join(ann('a1'), at(20), at(80), before)).toMatchObject({ cause: 'join', from: null });
      expect(await going.whereabouts(ann.user.uid)).toMatchObject([{ since: at(19) }, { since: at(19) }]);
      await staying.leave('a9', at(21), 'leave');
      await going.leave('a1', at(22), 'leave');
      expect(await going.join(ann('a1'), at(23), at(83), before)).toMatchObject({
        cause: 'join',
        steps: [{ since: at(23) }, { since: at(23) }],
      });
    });

    it('does not bring back those who went meanwhile, nor those of ten minutes ago', async () => {
      const { going, staying, before } = await cutOff();
      expect(await going.recall(ann('a1'), at(19), at(19), before)).toBeNull();
      await staying.join(bob('b1'), at(20), at(9_000));
      for (const seconds of [300, 619]) await staying.expire(at(seconds));
      const late = await going.join(ann('a1'), at(620), at(680), before);
      expect(late).toMatchObject({ cause: 'join', steps: [{ since: at(620) }, { since: at(620) }] });
    });
  });

  it('that dies with very many clients keeps none of them', async () => {
    const { going, staying } = await two();
    const joins = Array.from({ length: 450 }, (_, n) =>
      going.join(person(`u${n}`, `user ${n}`)(`c${n}`), at(1), at(61)),
    );
    await Promise.all(joins);
    expect(await staying.expire(at(18))).toHaveLength(450);
    expect(await staying.present()).toEqual([]);
  });

  it('that goes hands its clients over: who comes to another one in time never left, and who does not is lost', async () => {
    const { going, staying } = await two();
    for (const who of [ann, bob]) await going.join(who(`${who.user.uname}1`), at(1), at(61));
    await going.renew(['ann1', 'bob1'].map((id) => ({ id, seen: at(5), ends: at(65) })));
    expect(await going.handOver(at(5), at(12))).toBe(true);
    expect((await staying.roster('room', '/classes/4')).count).toBe(2);
    expect(await staying.join(ann('ann1'), at(7), at(67))).toBeNull();
    expect(await staying.expire(at(11))).toEqual([]);
    expect(await staying.expire(at(12))).toMatchObject([{ user: bob.user, cause: 'lost', at: at(5) }]);
    expect(await staying.expire(at(30))).toEqual([]);
  });

  it('that goes lengthens no lease', async () => {
    const { going, staying } = await two();
    await going.join(ann('a1'), at(1), at(61));
    await going.renew([{ id: 'a1', seen: at(2), ends: at(5) }]);
    await going.handOver(at(3), at(20));
    expect(await staying.expire(at(5))).toMatchObject([{ at: at(2) }]);
  });

  it('that goes as the last one hands nothing over', async () => {
    const { going, staying } = await two();
    await going.join(ann('a1'), at(1), at(61));
    await staying.join(bob('b1'), at(1), at(61));
    expect(await going.handOver(at(5), at(12))).toBe(true);
    expect(await staying.handOver(at(5), at(12))).toBe(false);
    expect(await staying.leave('b1', at(6), 'shutdown')).toMatchObject({ user: bob.user });
  });

  it('stays behind when it and the only other one go at once', async () => {
    const { going, staying } = await two();
    const done = await Promise.all([going, staying].map((store) => store.handOver(at(5), at(12))));
    expect(done.sort()).toEqual([false, true]);
  });

  it('does not count one that is dead as there', async () => {
    const { going } = await two();
    await going.expire(at(15));
    expect(await going.handOver(at(15), at(20))).toBe(false);
  });

  it('that dies loses nobody while processes are still saying who lives', async () => {
    const { going, staying } = await two();
    await going.join(ann('a1'), at(1), at(61));
    expect(await staying.expire(at(40), Number.NEGATIVE_INFINITY)).toEqual([]);
    expect(await going.renew([{ id: 'a1', seen: at(41), ends: at(101) }])).toEqual([]);
    expect(await staying.expire(at(42), at(41))).toEqual([]);
    expect(await staying.expire(at(101), at(100))).toEqual([]);
    expect(await staying.expire(at(101))).toMatchObject([{ at: at(41) }]);
  });
});
