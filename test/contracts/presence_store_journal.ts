// The contract of a presence store: its journal has every change, in order, and no secret.
import { expect, it } from 'vitest';
import { type Change, comparePositions, type Journal, type JournalEntry } from '../../lib/domain.js';
import { ann, bob, carol } from '../support/people.js';
import { type OpenStore, type Scene, sceneOf, stepOf } from './presence_store_scene.js';

/** The journal that has what happens in the scene's room: all that happens, unless the store is partitioned. */
async function journalOf(scene: Scene): Promise<Journal> {
  for (const journal of scene.store.journals) {
    const [first] = await journal.read(null, 1);
    if (first?.change.steps.some(({ channel }) => channel === scene.room)) return journal;
  }
  throw new Error('nothing was written down');
}

const entriesOf = async (scene: Scene): Promise<JournalEntry[]> => (await journalOf(scene)).read(null, 1000);

const written = (change: Change | null | undefined) => change && { ...change, id: change.key };

/** @param whole whether each change is in one journal as a whole: not when its channels lie in several partitions. */
export function presenceJournalContract(open: OpenStore, whole: boolean): void {
  const scene = sceneOf(open);

  if (whole) wholeChanges(scene);

  it('has nothing of what changed nothing', async () => {
    await scene().join(ann, 'a1', 0);
    await scene().join(ann, 'a1', 1);
    await scene().renew(ann, 'a1', 2, 62);
    await scene().leave(bob, 'b1', 3);
    await scene().expire(10);
    expect(await entriesOf(scene())).toHaveLength(1);
  });

  it('has concurrent changes in the order in which they were made', async () => {
    const people = [ann, bob, carol];
    await Promise.all(people.map((who) => scene().join(who, `${who.user.uname}1`, 0)));
    await Promise.all(people.map((who) => scene().leave(who, `${who.user.uname}1`, 0)));
    const versions = (await entriesOf(scene())).map(({ change }) => stepOf(change, 'room').v);
    expect(versions).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('grows, also when the clock goes back', async () => {
    for (const [n, seconds] of [0, 0, 5, -3600, -3599, 6].entries()) await scene().join(ann, `a${n}`, seconds);
    const positions = (await entriesOf(scene())).map(({ position }) => position);
    expect(positions).toHaveLength(6);
    expect(positions.every((position) => /^\d+-\d+$/.test(position))).toBe(true);
    expect(positions).toEqual([...positions].sort(comparePositions));
    expect(new Set(positions).size).toBe(6);
    expect(positions[0]).toMatch(new RegExp(`^${scene().at(0)}-`));
    expect(positions[5]).toMatch(new RegExp(`^${scene().at(6)}-`));
  });

  it('is read on from a position, so many entries at a time', async () => {
    for (let n = 0; n < 5; n += 1) await scene().join(ann, `a${n}`, n);
    const journal = await journalOf(scene());
    const all = await journal.read(null, 1000);
    expect(await journal.read(null, 2)).toEqual(all.slice(0, 2));
    expect(await journal.read(all[1]?.position ?? '', 2)).toEqual(all.slice(2, 4));
    expect(await journal.read(all[3]?.position ?? '', 2)).toEqual(all.slice(4));
    expect(await journal.read(all[4]?.position ?? '', 2)).toEqual([]);
    expect(await journal.read('1-0', 2)).toEqual(all.slice(0, 2));
  });

  it('forgets what was trimmed, once and for all', async () => {
    for (let n = 0; n < 5; n += 1) await scene().join(ann, `a${n}`, n);
    const journal = await journalOf(scene());
    const all = await journal.read(null, 1000);
    await journal.trim(all[2]?.position ?? '');
    expect(await journal.read(null, 1000)).toEqual(all.slice(3));
    await journal.trim(all[1]?.position ?? '');
    expect(await journal.read(all[0]?.position ?? '', 1000)).toEqual(all.slice(3));
    await scene().join(ann, 'a5', 5);
    expect(await journal.read(all[4]?.position ?? '', 1000)).toHaveLength(1);
    await journal.trim((await journal.read(null, 1000)).at(-1)?.position ?? '');
    expect(await journal.read(null, 1000)).toEqual([]);
  });

  it('has a name, which no other journal of the store has', async () => {
    const names = scene().store.journals.map(({ name }) => name);
    expect(names.every((name) => name.length > 0)).toBe(true);
    expect(new Set(names).size).toBe(names.length);
  });
}

function wholeChanges(scene: () => Scene): void {
  it('has each change as it was given, once its promise settled, with the key for the id', async () => {
    const joined = await scene().join(ann, 'a1', 0);
    expect((await entriesOf(scene())).map(({ change }) => change)).toEqual([written(joined)]);
    const moved = await scene().join(ann, 'a1', 1, { room: `${scene().room}/other` });
    await scene().join(bob, 'b1', 2);
    const left = await scene().leave(bob, 'b1', 3);
    const [lost] = await scene().expire(100);
    const changes = (await entriesOf(scene())).map(({ change }) => change);
    expect(changes).toHaveLength(5);
    expect([changes[1], changes[3], changes[4]]).toEqual([moved, left, lost].map(written));
    expect(JSON.stringify(changes)).not.toContain(scene().tab(ann, 'a1').id);
  });
}
