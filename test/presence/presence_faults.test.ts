// Presence: a store that was emptied, that is away or slow, and a listener that throws.
import { describe, expect, it, vi } from 'vitest';
import { ann, bob, carol } from '../support/people.js';
import { Desk } from './desk.js';

const away = () => Promise.reject(new Error('the store is away'));

describe('a store that was emptied', () => {
  it('is told again of all who are held or were heard, and they are announced', async () => {
    const desk = new Desk();
    desk.presence.heard(ann('a1'));
    desk.presence.hold('a1');
    desk.presence.heard(bob('b1'));
    await desk.until(8);
    await desk.empty('a1', 'b1');
    await desk.news();
    desk.presence.heard(bob('b1'));
    await desk.until(10);
    expect(await desk.news()).toEqual(['ann join at 10', 'bob join at 10']);
    await desk.until(68);
    expect(await desk.news()).toEqual(['bob lost at 10']);
  });

  it('is not told of those who may be going, or went', async () => {
    const desk = new Desk();
    desk.presence.heard(ann('a1'));
    desk.presence.heard(bob('b1'));
    await desk.empty('a1', 'b1');
    desk.presence.dropped('a1', 0);
    desk.presence.gone('b1', 'leave');
    await desk.until(100);
    expect(await desk.news()).toEqual(['ann join at 0', 'bob join at 0']);
  });
});

describe('another process', () => {
  it('may give up a client that is held here: it is back at the next beat', async () => {
    const desk = new Desk();
    desk.presence.heard(ann('a1'));
    desk.presence.hold('a1');
    await desk.until(6);
    expect(await desk.store.expire(1_000_000)).toHaveLength(1);
    await desk.until(10);
    expect(await desk.news()).toEqual(['ann join at 0', 'ann join at 10']);
  });

  it('may have had the lease of a client that is held here, and died: it is back at once', async () => {
    const desk = new Desk();
    desk.presence.heard(ann('a1'));
    desk.presence.hold('a1');
    vi.spyOn(desk.store, 'renew').mockResolvedValue([]);
    await desk.until(60);
    expect(await desk.news()).toEqual(['ann join at 0', 'ann lost at 0', 'ann join at 60']);
  });
});

describe('a store that is away', () => {
  it('is an error, not an exception, and is told everything when it is back', async () => {
    const desk = new Desk();
    desk.presence.heard(carol('c1'));
    await desk.until(5);
    const calls = (['join', 'leave', 'renew', 'expire'] as const).map((name) => vi.spyOn(desk.store, name));
    for (const call of calls) call.mockImplementation(away);
    desk.presence.heard(ann('a1'));
    desk.presence.hold('a1');
    desk.presence.heard(bob('b1'));
    desk.presence.gone('c1', 'leave');
    await desk.until(10);
    for (const call of calls) call.mockRestore();
    expect(desk.errors.length).toBeGreaterThan(3);
    expect(await desk.news()).toEqual(['carol join at 0']);
    await desk.until(12);
    expect((await desk.news()).sort()).toEqual(['ann join at 11', 'bob join at 11', 'carol lost at 5']);
  });

  it('is not asked who is dead while it cannot be told who is alive', async () => {
    const desk = new Desk();
    desk.presence.heard(ann('a1'));
    desk.presence.hold('a1');
    await desk.until(3);
    const renew = vi.spyOn(desk.store, 'renew').mockImplementation(away);
    await desk.until(300);
    renew.mockRestore();
    await desk.until(400);
    expect(await desk.news()).toEqual(['ann join at 0']);
  });

  it('is not asked by every connect, and not any more when it has answered', async () => {
    const desk = new Desk();
    const join = vi.spyOn(desk.store, 'join').mockImplementationOnce(away);
    desk.presence.heard(ann('a1'));
    await desk.at(0);
    for (let n = 0; n < 5; n += 1) desk.presence.heard(ann('a1'));
    expect(join).toHaveBeenCalledTimes(1);
    await desk.until(4);
    expect(join).toHaveBeenCalledTimes(2);
    expect(await desk.news()).toEqual(['ann join at 1']);
  });

  it('never hears of a client that came and went meanwhile', async () => {
    const desk = new Desk();
    const calls = [vi.spyOn(desk.store, 'join'), vi.spyOn(desk.store, 'renew')];
    for (const call of calls) call.mockImplementation(away);
    desk.presence.heard(ann('a1'));
    await desk.until(100);
    for (const call of calls) call.mockRestore();
    await desk.until(110);
    expect(await desk.news()).toEqual([]);
  });

  it('learns late where a client moved to', async () => {
    const desk = new Desk();
    desk.presence.heard(ann('a1'));
    desk.presence.hold('a1');
    await desk.at(1);
    vi.spyOn(desk.store, 'join').mockImplementationOnce(away);
    desk.presence.heard(ann('a1', { room: '/classes/5' }));
    await desk.at(2);
    desk.presence.heard(ann('a1', { room: '/classes/6' }));
    await desk.until(3);
    expect(desk.changes.at(-1)).toMatchObject({ cause: 'move', to: { room: '/classes/6' } });
  });

  it('learns late that a connection broke', async () => {
    const desk = new Desk();
    desk.presence.heard(ann('a1'));
    await desk.at(1);
    vi.spyOn(desk.store, 'renew').mockImplementationOnce(away);
    desk.presence.dropped('a1', 0);
    await desk.until(4);
    expect(await desk.news()).toEqual(['ann join at 0', 'ann lost at 0']);
  });
});

describe('a listener that throws', () => {
  it('is an error, and hears the other changes', async () => {
    const heard: string[] = [];
    const onChange = vi.fn(({ user, cause }) => {
      heard.push(`${user.uname} ${cause}`);
      throw new Error('a listener failed');
    });
    const desk = new Desk({ onChange });
    desk.presence.heard(ann('a1'));
    desk.presence.heard(bob('b1'));
    await desk.sweepAt(60);
    expect(heard).toEqual(['ann join', 'bob join', 'ann lost', 'bob lost']);
    expect(desk.errors).toHaveLength(4);
  });
});
