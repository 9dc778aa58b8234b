// Presence: clients that go, and what is forgotten of them.
import { describe, expect, it, vi } from 'vitest';
import { ann } from '../support/people.js';
import { annAtTen, Desk } from './desk.js';

describe('a client that goes', () => {
  it.each(['leave', 'kick'] as const)('is out at once by %s, whatever its connection', async (cause) => {
    const desk = await annAtTen();
    desk.presence.gone('a1', cause);
    expect(await desk.news()).toEqual([`ann ${cause} at 10`]);
    desk.presence.gone('a1', cause);
    desk.presence.dropped('a1', 10_000);
    await desk.until(100);
    expect(await desk.news()).toEqual([]);
  });

  it('is not held by its old connection if it comes again', async () => {
    const desk = await annAtTen();
    desk.presence.gone('a1', 'leave');
    await desk.until(20);
    desk.presence.heard(ann('a1'));
    await desk.until(80);
    expect(await desk.news()).toEqual(['ann leave at 10', 'ann join at 20', 'ann lost at 20']);
  });

  it('may be kicked by a process that never heard it', async () => {
    const desk = new Desk();
    await desk.store.join(ann('a1'), 0, 60_000);
    desk.presence.gone('a1', 'kick');
    expect(await desk.news()).toEqual(['ann kick at 0']);
  });

  it('is lost by the next sweep when Faye gave it up, as of when it was last heard', async () => {
    const desk = await annAtTen();
    desk.presence.heard(ann('a1'));
    await desk.at(20);
    desk.presence.lost('a1');
    expect(await desk.news()).toEqual([]);
    await desk.until(21);
    expect(await desk.news()).toEqual(['ann lost at 10']);
  });

  it('is forgotten: the store hears nothing more of it', async () => {
    const desk = await annAtTen();
    desk.presence.dropped('a1', 10_000);
    await desk.until(13);
    const renew = vi.spyOn(desk.store, 'renew');
    await desk.until(200);
    await desk.presence.beat();
    expect(renew).not.toHaveBeenCalled();
    expect(await desk.news()).toEqual(['ann lost at 10']);
  });

  it('is nobody: what is told of an id that was never heard is harmless', async () => {
    const desk = new Desk();
    desk.presence.hold('x');
    desk.presence.leaving('x');
    desk.presence.release('x', 0);
    desk.presence.dropped('x', 0);
    desk.presence.lost('x');
    desk.presence.gone('x', 'leave');
    await desk.until(10);
    expect(await desk.news()).toEqual([]);
    expect(desk.errors).toEqual([]);
  });
});
