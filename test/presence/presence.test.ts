// Presence: what is heard of a client, and how it goes.
import { describe, expect, it, vi } from 'vitest';
import { ann, bob, carol } from '../support/people.js';
import { Desk } from './desk.js';

const ROOM = { room: '/classes/4' };

describe('a client that is heard', () => {
  it('joins, and is announced once', async () => {
    const desk = new Desk();
    desk.presence.heard(ann('a1'));
    desk.presence.heard(ann('a1'));
    await desk.sweepAt(1);
    expect(await desk.news()).toEqual(['ann join at 0']);
    expect((await desk.store.roster('room', '/classes/4')).users).toMatchObject([ann.user]);
  });

  it('moves when it is heard at another place', async () => {
    const desk = new Desk();
    desk.presence.heard(ann('a1'));
    await desk.at(5);
    desk.presence.heard(ann('a1', ROOM));
    desk.presence.heard(ann('a1', ROOM));
    expect(await desk.news()).toEqual(['ann join at 0', 'ann move at 5']);
  });

  it('is renewed without a call of its own: a beat renews all, each as of when it was heard', async () => {
    const desk = new Desk();
    const [join, renew] = [vi.spyOn(desk.store, 'join'), vi.spyOn(desk.store, 'renew')];
    for (const client of [ann('a1'), bob('b1'), carol('c1')]) desk.presence.heard(client);
    await desk.sweepAt(0);
    await desk.at(2);
    desk.presence.heard(ann('a1'));
    await desk.at(3);
    desk.presence.heard(bob('b1'));
    await desk.sweepAt(4);
    expect(join).toHaveBeenCalledTimes(3);
    expect(renew).not.toHaveBeenCalled();
    await desk.sweepAt(5);
    const leases = [
      { id: 'a1', seen: 2_000, ends: 62_000 },
      { id: 'b1', seen: 3_000, ends: 63_000 },
    ];
    expect(renew.mock.calls).toEqual([[leases]]);
    await desk.sweepAt(10);
    expect(renew).toHaveBeenCalledTimes(1);
  });

  it('is lost a lease after it was last heard, as of then', async () => {
    const desk = new Desk();
    desk.presence.heard(ann('a1'));
    await desk.at(40);
    desk.presence.heard(ann('a1'));
    await desk.until(99);
    expect(await desk.news()).toEqual(['ann join at 0']);
    await desk.sweepAt(100);
    expect(await desk.news()).toEqual(['ann lost at 40']);
  });

  it('is not lost when it is heard just before its lease ends and between two beats', async () => {
    const desk = new Desk();
    await desk.sweepAt(3);
    desk.presence.heard(ann('a1'));
    await desk.until(62);
    desk.presence.heard(ann('a1'));
    await desk.until(64);
    expect(await desk.news()).toEqual(['ann join at 3']);
  });

  it('is gone and back when a silence was longer than the lease, though no sweep saw it', async () => {
    const desk = new Desk();
    desk.presence.heard(ann('a1'));
    desk.presence.heard(bob('b1'));
    desk.presence.hold('b1');
    await desk.at(600);
    desk.presence.heard(bob('b1'));
    desk.presence.heard(ann('a1'));
    expect(await desk.news()).toEqual(['ann join at 0', 'bob join at 0', 'ann lost at 0', 'ann join at 600']);
  });
});

describe('a client that is held', () => {
  it('is alive as long as its connection, and all are renewed in one call per beat', async () => {
    const desk = new Desk();
    const renew = vi.spyOn(desk.store, 'renew');
    for (const [n, who] of [ann, bob, carol].entries()) {
      desk.presence.heard(who(`t${n}`));
      desk.presence.hold(`t${n}`);
    }
    await desk.until(600);
    expect(await desk.news()).toHaveLength(3);
    expect(await desk.seen(ann.user.uid)).toBe(600);
    expect(renew.mock.calls.length).toBeLessThanOrEqual(121);
    expect(renew.mock.calls.every(([leases]) => leases.length === 3)).toBe(true);
  });

  it('may be held before it is heard', async () => {
    const desk = new Desk();
    desk.presence.hold('a1');
    desk.presence.heard(ann('a1'));
    await desk.until(100);
    expect(await desk.news()).toEqual(['ann join at 0']);
  });

  it('falls back to its last real proof of life when it is released', async () => {
    const desk = new Desk();
    desk.presence.heard(ann('a1'));
    desk.presence.hold('a1');
    await desk.until(20);
    expect(await desk.seen(ann.user.uid)).toBe(20);
    desk.presence.release('a1', 12_000);
    await desk.until(25);
    expect(await desk.seen(ann.user.uid)).toBe(12);
    await desk.until(72);
    expect(await desk.news()).toEqual(['ann join at 0', 'ann lost at 12']);
  });

  it('is seen now by whoever asks for a beat', async () => {
    const desk = new Desk();
    desk.presence.heard(ann('a1'));
    desk.presence.hold('a1');
    desk.presence.heard(bob('b1'));
    await desk.sweepAt(5);
    await desk.at(7);
    desk.presence.heard(bob('b1'));
    await desk.at(8);
    await desk.presence.beat();
    expect([await desk.seen(ann.user.uid), await desk.seen(bob.user.uid)]).toEqual([8, 7]);
  });

  it('is not lost when the process was stopped for longer than a lease; who was not held is', async () => {
    const desk = new Desk();
    desk.presence.heard(ann('a1'));
    desk.presence.hold('a1');
    desk.presence.heard(bob('b1'));
    await desk.until(10);
    await desk.sweepAt(1000);
    expect(await desk.news()).toEqual(['ann join at 0', 'bob join at 0', 'bob lost at 0']);
  });

  it('is not lost when beats are rarer than leases are long', async () => {
    const desk = new Desk({ lease: 2_000, beatEvery: 30_000 });
    desk.presence.heard(ann('a1'));
    desk.presence.hold('a1');
    await desk.until(100);
    expect(await desk.news()).toEqual(['ann join at 0']);
  });

  it('is renewed also when the clock was set back', async () => {
    const desk = new Desk();
    await desk.sweepAt(5000);
    desk.presence.heard(ann('a1'));
    desk.presence.hold('a1');
    const renew = vi.spyOn(desk.store, 'renew');
    await desk.at(100);
    await desk.until(110);
    expect(renew).toHaveBeenLastCalledWith([{ id: 'a1', seen: 106_000, ends: 166_000 }]);
    desk.presence.dropped('a1', 108_000);
    await desk.until(113);
    expect(await desk.news()).toEqual(['ann join at 5000', 'ann lost at 108']);
  });
});
