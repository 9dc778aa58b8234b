// What a subscriber gets that came from another process, where it was told so far and no further.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ann, bob, carol } from '../support/people.js';
import { DELTA, Hall, LIST, ROOM } from './hall.js';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const versionOf = async ({ store }: Hall) => {
  const { epoch, v } = await store.roster('room', ROOM);
  return { epoch, v };
};
/** Ann and then bob came, and that was said. `before`: the version without bob. */
async function bobCame() {
  const hall = new Hall();
  await hall.join(ann('a1'));
  const before = await versionOf(hall);
  await hall.wait(1000);
  await hall.join(bob('b1'));
  await hall.wait(0);
  return { hall, before };
}

/** Says only which version there is: who has another takes a new snapshot. */
const version = (v: number, count: number) => ({ epoch: expect.any(String), v, count, joins: [], leaves: [] });

describe('a subscriber that came from another process', () => {
  it('is told the version, when more was said here than there', async () => {
    const { hall, before } = await bobCame();
    expect(await hall.announcer.missed(DELTA, before)).toEqual(version(2, 2));
    expect(await hall.announcer.missed(DELTA, { epoch: 'another', v: 9 })).toEqual(version(2, 2));
    expect(await hall.announcer.missed(DELTA, undefined)).toEqual(version(2, 2));
  });

  it('is told the list, when more was said here than there', async () => {
    const { hall, before } = await bobCame();
    expect(await hall.announcer.missed(LIST, before)).toEqual({ count: 2, user_list: [1, 2] });
  });

  it('is told nothing, when it was told as much there', async () => {
    const hall = new Hall();
    await hall.join(ann('a1'), bob('b1'));
    await hall.wait(1000);
    const now = await versionOf(hall);
    for (const channel of [DELTA, LIST]) {
      expect(hall.announcer.said(channel)).toMatchObject(now);
      expect(await hall.announcer.missed(channel, now)).toBe(null);
      expect(await hall.announcer.missed(channel, { ...now, v: now.v + 1 })).toBe(null);
    }
  });

  it('is told nothing of what will be said to all', async () => {
    const hall = new Hall();
    await hall.join(ann('a1'));
    const before = await versionOf(hall);
    await hall.join(bob('b1'), carol('c1'));
    for (const channel of [DELTA, LIST]) {
      expect(hall.announcer.said(channel)).toMatchObject(before);
      expect(await hall.announcer.missed(channel, before)).toBe(null);
    }
    await hall.wait(100);
    expect(hall.deltas().at(-1)).toMatchObject({ v: 3 });
    for (const channel of [DELTA, LIST]) expect(await hall.announcer.missed(channel, before)).not.toBe(null);
  });

  it('is told what happened here while nobody listened', async () => {
    const hall = new Hall();
    hall.listening.clear();
    await hall.join(ann('a1'));
    expect(await hall.announcer.missed(DELTA, undefined)).toEqual(version(1, 1));
    expect(await hall.announcer.missed(LIST, undefined)).toEqual({ count: 1, user_list: [1] });
  });

  it('is told nothing, when nothing was to be said lately', async () => {
    const hall = new Hall();
    expect(await hall.announcer.missed(DELTA, undefined)).toBe(null);
    await hall.join(ann('a1'));
    await hall.wait(10_000);
    expect(hall.announcer.said(DELTA)).toBe(undefined);
    expect(await hall.announcer.missed(DELTA, undefined)).toBe(null);
    expect(await hall.announcer.missed('/classes/4/chat', undefined)).toBe(null);
  });

  it('is told nothing during a lull, at whose end all are told', async () => {
    const hall = new Hall();
    await hall.join(ann('a1'));
    hall.announcer.hold();
    expect(await hall.announcer.missed(DELTA, undefined)).toBe(null);
    hall.announcer.resume([ROOM]);
    await hall.wait(1000);
    expect(await hall.announcer.missed(DELTA, undefined)).toEqual(version(1, 1));
  });
});

it('a list that nobody hears any more when it is its turn counts as said', async () => {
  const hall = new Hall();
  await hall.join(ann('a1'), bob('b1'));
  hall.listening.clear();
  await hall.wait(100);
  expect(hall.announcer.said(LIST)).toMatchObject({ v: 2 });
  expect(hall.announcer.said(DELTA)).toMatchObject({ v: 2 });
});
