// The ledger's contract, part 1: the log, the stays and the users that changes become.
import { expect, it } from 'vitest';
import type { Change, Client, JournalEntry } from '../../lib/domain.js';
import { ann, bob, person } from '../support/people.js';
import { ledgerScene, type MakeDatabase } from './ledger_scene.js';

const ROOM = '/classes/4';
const FIRST = '/courses/5/lessons/1';
const SECOND = '/courses/5/lessons/2';

export function ledgerRowsContract(make: MakeDatabase): void {
  const scene = ledgerScene(make);

  it('log that ann came to her lesson and went, and keep her stay in the room and on the lesson', async () => {
    await scene().join(ann('a1'), 0);
    await scene().leave(ann('a1'), 90);
    await scene().ledger.flush();
    expect(await scene().rails.log()).toEqual([`02:00:00 in 1 ${FIRST}`, `02:01:30 out 1 ${FIRST}`]);
    expect(await scene().stays(ann.user)).toEqual([`${ROOM} 0–90 leave`, `${FIRST} 0–90 leave`]);
  });

  it('log a client without an activity in its room', async () => {
    await scene().join(ann('a1', { room: ROOM }), 0);
    await scene().ledger.flush();
    expect(await scene().rails.log()).toEqual([`02:00:00 in 1 ${ROOM}`]);
  });

  it('log every tab, and keep one stay for all tabs of ann', async () => {
    await scene().join(ann('a1'), 0);
    await scene().join(ann('a2'), 10);
    await scene().leave(ann('a1'), 20);
    await scene().leave(ann('a2'), 30);
    await scene().ledger.flush();
    expect(await scene().rails.log()).toHaveLength(4);
    expect(await scene().stays(ann.user)).toEqual([`${ROOM} 0–30 leave`, `${FIRST} 0–30 leave`]);
  });

  it('log a move from lesson to lesson, and not one from room to room during a lesson', async () => {
    await scene().join(ann('a1', { room: ROOM, activity: FIRST }), 0);
    await scene().join(ann('a1', { room: ROOM, activity: SECOND }), 10);
    await scene().join(ann('a1', { room: '/classes/5', activity: SECOND }), 20);
    await scene().flushAt(25);
    expect(await scene().rails.log()).toEqual([
      `02:00:00 in 1 ${FIRST}`,
      `02:00:10 in 1 ${SECOND}`,
      `02:00:10 out 1 ${FIRST}`,
    ]);
    const stays = [`${ROOM} 0–20 move`, `${FIRST} 0–10 move`, `${SECOND} 10–10 seen`, '/classes/5 20–20 seen'];
    expect(await scene().stays(ann.user)).toEqual(stays);
  });

  it('end a lost client as of its last proof of life, and say why each stay ended', async () => {
    await scene().join(ann('a1'), 0);
    await scene().join(bob('b1', { room: ROOM }), 0);
    await scene().hear(bob('b1'), 50);
    await scene().lose(ann('a1'), 20, 80);
    await scene().leave(bob('b1'), 90, 'kick');
    await scene().ledger.flush();
    expect(await scene().stays(ann.user)).toEqual([`${ROOM} 0–20 lost`, `${FIRST} 0–20 lost`]);
    expect(await scene().stays(bob.user)).toEqual([`${ROOM} 0–90 kick`]);
    expect(await scene().rails.log()).toContain(`02:00:20 out 1 ${FIRST}`);
  });

  it('come out the same, written change by change or in one batch', async () => {
    const tabs = async ([first, second]: [Client, Client], from: number, written: () => Promise<void>) => {
      await scene().join(first, from);
      await written();
      await scene().join(second, from + 5);
      await written();
      await scene().leave(first, from + 7);
      await written();
      await scene().leave(second, from + 9);
      await scene().ledger.flush();
    };
    const elsewhere = { room: ROOM, activity: SECOND };
    await tabs([ann('a1'), ann('a2', elsewhere)], 0, () => scene().ledger.flush());
    await tabs([bob('b1'), bob('b2', elsewhere)], 100, async () => undefined);
    const [stays, times] = [await scene().stays(ann.user), await scene().rails.times('1')];
    expect(stays).toEqual([`${ROOM} 0–9 leave`, `${FIRST} 0–7 leave`, `${SECOND} 5–9 leave`]);
    expect(await scene().stays(bob.user)).toEqual([
      `${ROOM} 100–109 leave`,
      `${FIRST} 100–107 leave`,
      `${SECOND} 105–109 leave`,
    ]);
    expect(await scene().rails.times('2')).toEqual(times);
  });

  it('take an end without its beginning, and a beginning that is told after its end', async () => {
    await scene().join(ann('a1'), 0);
    await scene().leave(ann('a1'), 30);
    const [began, ended] = await entriesOf(scene().store.journals[0]);
    for (const [position, change] of [ended, began, ended, began].entries()) {
      const entries: JournalEntry[] = [{ position: `${position + 1}-0`, change }];
      const name = 'by hand';
      const read = async (after: string | null) => (after === entries[0]?.position ? [] : entries);
      await scene()
        .keep({ journals: [{ name, read, trim: async () => undefined }] })
        .flush();
    }
    expect(await scene().stays(ann.user)).toEqual([`${ROOM} 0–30 leave`, `${FIRST} 0–30 leave`]);
  });

  it('know the name that a user last had, and when they were last seen', async () => {
    await scene().join(ann('a1'), 0);
    await scene().ledger.flush();
    await scene().join({ ...ann('a2'), user: { ...ann.user, uname: 'Ann' } }, 10);
    await scene().lose(ann('a2'), 5, 20);
    await scene().ledger.flush();
    const user = await scene().models.User.findByPk(ann.user.uid);
    expect(user).toMatchObject({ uname: 'Ann', last_seen_at: new Date(scene().at(10)) });
  });

  it('keep uids and channels apart that are not quite the same', async () => {
    const users = [person('7', 'seven'), person('007', 'bond'), person('Ann', 'Ann'), person('ann', 'ann')];
    for (const [index, user] of users.entries()) await scene().join(user(`x${index}`), index);
    await scene().join(bob('b1', { room: '/classes/ABC', activity: '/Lesson' }), 5);
    await scene().join(bob('b2', { room: '/classes/abc', activity: '/lesson' }), 6);
    await scene().flushAt(7);
    expect(await scene().rails.list(ROOM)).toEqual([7, '007', 'Ann', 'ann']);
    expect(await scene().rails.times('007')).toEqual({ [`${FIRST}_started_at`]: '20261124100001' });
    expect(await scene().rails.list('/classes/ABC')).toEqual([2]);
    expect(await scene().rails.list('/classes/abc')).toEqual([2]);
    expect(Object.keys((await scene().rails.times('2')) ?? {})).toEqual(['/Lesson_started_at', '/lesson_started_at']);
  });

  it('take as many questions to the database for 300 changes as for 3', async () => {
    const asked = async (from: number, to: number): Promise<number> => {
      for (let uid = from; uid < to; uid++) await scene().join(person(`${uid}`, `user ${uid}`)(`c${uid}`), uid);
      let questions = 0;
      scene().sequelize.addHook('beforeQuery', 'count', () => {
        questions += 1;
      });
      await scene().ledger.flush();
      scene().sequelize.removeHook('beforeQuery', 'count');
      return questions;
    };
    await asked(0, 1);
    const few = await asked(1, 4);
    expect(few).toBeGreaterThan(10);
    expect(await asked(4, 304)).toBe(few);
  });
}

async function entriesOf(journal: { read(after: null, limit: number): Promise<JournalEntry[]> } | undefined) {
  const entries = (await journal?.read(null, 2)) ?? [];
  const [began, ended] = entries.map(({ change }) => change);
  return [began, ended] as [Change, Change];
}
