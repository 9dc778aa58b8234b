// Presence: clients that may be going, and how they stay after all.
import { describe, expect, it, vi } from 'vitest';
import { ann } from '../support/people.js';
import { annAtTen } from './desk.js';

describe('a client that may be going', () => {
  it('is lost after the grace time, as of when it said so', async () => {
    const desk = await annAtTen();
    desk.presence.release('a1', 10_000);
    desk.presence.leaving('a1');
    await desk.until(12);
    expect(await desk.news()).toEqual([]);
    await desk.until(13);
    expect(await desk.news()).toEqual(['ann lost at 10']);
  });

  it('is not waited for longer because its poll was answered after that', async () => {
    const desk = await annAtTen();
    desk.presence.leaving('a1');
    desk.presence.release('a1', 10_000);
    await desk.until(13);
    expect(await desk.news()).toEqual(['ann lost at 10']);
  });

  it('stays when the next sweep finds it still connected, and is then as alive as before', async () => {
    const desk = await annAtTen();
    desk.presence.leaving('a1');
    await desk.until(200);
    desk.presence.release('a1', 200_000);
    await desk.until(259);
    expect(await desk.news()).toEqual([]);
    await desk.until(260);
    expect(await desk.news()).toEqual(['ann lost at 200']);
  });

  it('is restored by the very next sweep, however long the grace time', async () => {
    const desk = await annAtTen({ grace: 20_000 });
    desk.presence.leaving('a1');
    await desk.sweepAt(11);
    expect(await desk.store.expire(70_000)).toEqual([]);
    const join = vi.spyOn(desk.store, 'join');
    desk.presence.heard(ann('a1'));
    expect(join).not.toHaveBeenCalled();
  });

  it('stays when it is heard again, and its lease is restored at once', async () => {
    const desk = await annAtTen();
    desk.presence.release('a1', 10_000);
    desk.presence.leaving('a1');
    await desk.at(12);
    desk.presence.heard(ann('a1'));
    expect(await desk.seen(ann.user.uid)).toBe(12);
    expect(await desk.store.expire(71_999)).toEqual([]);
    await desk.until(71);
    expect(await desk.news()).toEqual([]);
  });

  it('moves when it is heard again elsewhere', async () => {
    const desk = await annAtTen();
    desk.presence.dropped('a1', 10_000);
    await desk.at(11);
    desk.presence.heard(ann('a1', { room: '/classes/5' }));
    await desk.until(70);
    expect(await desk.news()).toEqual(['ann move at 11']);
  });
});

describe('a client whose connection broke', () => {
  it('is lost after the grace time, as of its last real proof of life', async () => {
    const desk = await annAtTen();
    desk.presence.dropped('a1', 7_000);
    expect(await desk.seen(ann.user.uid)).toBe(7);
    await desk.until(12);
    expect(await desk.news()).toEqual([]);
    await desk.until(13);
    expect(await desk.news()).toEqual(['ann lost at 7']);
  });

  it('is not waited for longer because it breaks twice', async () => {
    const desk = await annAtTen();
    desk.presence.leaving('a1');
    desk.presence.dropped('a1', 10_000);
    await desk.at(12);
    desk.presence.dropped('a1', 10_000);
    desk.presence.leaving('a1');
    await desk.sweepAt(13);
    expect(await desk.news()).toEqual(['ann lost at 12']);
  });

  it('stays when it is heard or held again within the grace time', async () => {
    const desk = await annAtTen();
    desk.presence.dropped('a1', 10_000);
    await desk.at(12);
    desk.presence.hold('a1');
    await desk.until(20);
    desk.presence.dropped('a1', 20_000);
    await desk.at(22);
    desk.presence.heard(ann('a1'));
    await desk.until(80);
    expect(await desk.news()).toEqual([]);
  });

  it('makes no news when the page was only reloaded', async () => {
    const desk = await annAtTen();
    desk.presence.dropped('a1', 10_000);
    await desk.at(11);
    desk.presence.heard(ann('a2'));
    await desk.until(20);
    expect(desk.changes.flatMap(({ steps }) => steps.map(({ presence }) => presence))).toEqual(Array(4).fill('kept'));
    expect(await desk.news()).toEqual(['ann join at 11', 'ann lost at 10']);
  });
});
