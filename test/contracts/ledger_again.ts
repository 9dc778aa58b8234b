// The ledger's contract, part 7: a store that lost everything is told again who is there, and who comes back at once.
import { expect, it } from 'vitest';
import type { Cause, Change, Client, Step } from '../../lib/domain.js';
import { ann, carol } from '../support/people.js';
import { ledgerScene, type MakeDatabase } from './ledger_scene.js';

const ROOM = '/classes/4';
const FIRST = '/courses/5/lessons/1';

export function ledgerAgainContract(make: MakeDatabase): void {
  const scene = ledgerScene(make);

  /** Writes what a store journals that is told again, at `seconds`, of a client that is there since `since`. */
  const tellAgain = async (
    client: Client,
    since: number,
    seconds: number,
    presence: Step['presence'] = 'began',
    cause: Cause = 'again',
  ) => {
    const { at } = scene();
    const { id, key, user, place } = client;
    const step = { type: 'join', presence, since: at(since), at: at(seconds), epoch: 'new', v: 1, count: 1 } as const;
    const steps: Step[] = [
      { ...step, kind: 'room', channel: ROOM },
      { ...step, kind: 'activity', channel: FIRST },
    ];
    const change: Change = { cause, at: at(seconds), id, key, user, from: place, to: place, steps };
    const position = `${at(seconds)}-${key}`;
    const read = async (after: string | null) => (after === position ? [] : [{ position, change }]);
    scene().now = at(seconds);
    await scene()
      .keep({ journals: [{ name: 'a store', read, trim: async () => undefined }] })
      .flush();
  };

  it('know of who is told of again already, and write nothing', async () => {
    await scene().join(ann('a1'), 0);
    await scene().join(ann('a2'), 5);
    await scene().ledger.flush();
    await tellAgain(ann('a1'), 0, 60);
    await tellAgain(ann('a2'), 0, 61, 'kept');
    expect(await scene().stays(ann.user)).toEqual([`${ROOM} 0–0 seen`, `${FIRST} 0–0 seen`]);
    expect(await scene().rails.log()).toHaveLength(2);
    expect(await scene().rails.times('1')).toEqual({ [`${FIRST}_started_at`]: '20261124100000' });
    expect(await scene().rails.list(ROOM)).toEqual([1]);
  });

  it('write who came just before the store lost everything, as of when they came', async () => {
    await tellAgain(ann('a1'), 3, 60);
    expect(await scene().stays(ann.user)).toEqual([`${ROOM} 3–60 seen`, `${FIRST} 3–60 seen`]);
    expect(await scene().rails.log()).toEqual([`02:01:00 in 1 ${FIRST}`]);
  });

  it('keep an end that an older copy of the store would have come earlier', async () => {
    const { at } = scene();
    await scene().join(ann('a1'), 0);
    await scene().leave(ann('a1'), 60);
    await scene().ledger.flush();
    const { id, key, user, place } = ann('a1');
    const step = { type: 'leave', presence: 'ended', since: at(0), at: at(10), epoch: 'old', v: 2, count: 0 } as const;
    const steps: Step[] = [{ ...step, kind: 'activity', channel: FIRST }];
    const change: Change = { cause: 'lost', at: at(10), id, key, user, from: place, to: null, steps };
    const position = `${at(90)}-0`;
    const read = async (after: string | null) => (after === position ? [] : [{ position, change }]);
    await scene()
      .keep({ journals: [{ name: 'an older copy', read, trim: async () => undefined }] })
      .flush();
    expect(await scene().stays(ann.user)).toEqual([`${ROOM} 0–60 leave`, `${FIRST} 0–60 leave`]);
    expect(await scene().rails.times('1')).toEqual({ [`${FIRST}_spended`]: 60 });
  });

  it('let a stay go on that was settled too early, and its clients be in again', async () => {
    await scene().join(ann('a1'), 0);
    await scene().join(ann('a2'), 1);
    await scene().hear(ann('a1'), 8);
    await scene().checkpointAt(9);
    await scene()
      .keep({ present: async () => [] })
      .checkpoint();
    expect(await scene().stays(ann.user)).toEqual([`${ROOM} 0–8 crash`, `${FIRST} 0–8 crash`]);
    await tellAgain(ann('a1'), 0, 20);
    await tellAgain(ann('a2'), 0, 21, 'kept');
    await tellAgain(ann('a2'), 0, 22, 'kept');
    expect(await scene().stays(ann.user)).toEqual([`${ROOM} 0–8 seen`, `${FIRST} 0–8 seen`]);
    expect((await scene().rails.inside()).map((line) => line.slice(-2))).toEqual([' 1', ' 1']);
    await scene().leave(ann('a2'), 25);
    await scene().leave(ann('a1'), 30);
    await scene().ledger.flush();
    expect(await scene().stays(ann.user)).toEqual([`${ROOM} 0–30 leave`, `${FIRST} 0–30 leave`]);
    expect((await scene().rails.inside()).map((line) => line.slice(-2))).toEqual([' 0', ' 0']);
    expect(await scene().rails.times('1')).toEqual({ [`${FIRST}_spended`]: 30 });
  });

  it('let a stay go on that others took for lost while the process of its client was cut off', async () => {
    await scene().join(ann('a1'), 0);
    await scene().lose(ann('a1'), 8, 26);
    await scene().ledger.flush();
    expect(await scene().stays(ann.user)).toEqual([`${ROOM} 0–8 lost`, `${FIRST} 0–8 lost`]);
    await tellAgain(ann('a1'), 0, 30, 'began', 'back');
    expect(await scene().stays(ann.user)).toEqual([`${ROOM} 0–8 seen`, `${FIRST} 0–8 seen`]);
    expect(await scene().rails.log()).toEqual([
      `02:00:00 in 1 ${FIRST}`,
      `02:00:08 out 1 ${FIRST}`,
      `02:00:30 in 1 ${FIRST}`,
    ]);
    expect(await scene().rails.times('1')).toEqual({ [`${FIRST}_started_at`]: '20261124100000' });
    expect(await scene().rails.list(ROOM)).toEqual([1]);
  });

  it('open no stay again that was lost, for a store that lost everything', async () => {
    await scene().join(ann('a1'), 0);
    await scene().lose(ann('a1'), 8, 26);
    await scene().ledger.flush();
    await tellAgain(ann('a1'), 0, 30);
    expect(await scene().stays(ann.user)).toEqual([`${ROOM} 0–8 lost`, `${FIRST} 0–8 lost`]);
  });

  it('open no stay again that has ended in another way', async () => {
    await scene().join(ann('a1'), 0);
    await scene().leave(ann('a1'), 8);
    await scene().ledger.flush();
    await tellAgain(ann('a1'), 0, 20);
    expect(await scene().stays(ann.user)).toEqual([`${ROOM} 0–8 leave`, `${FIRST} 0–8 leave`]);
  });

  it('count who came back within the millisecond in which they went', async () => {
    await scene().join(carol('c1'), 0);
    await scene().leave(carol('c1'), 0);
    await scene().ledger.flush();
    await scene().join(carol('c2'), 0);
    await scene().ledger.flush();
    expect(await scene().rails.list(ROOM)).toEqual([3]);
    await scene().leave(carol('c2'), 12);
    await scene().ledger.flush();
    expect(await scene().stays(carol.user)).toEqual([`${ROOM} 0–12 leave`, `${FIRST} 0–12 leave`]);
    expect(await scene().rails.times('3')).toEqual({ [`${FIRST}_spended`]: 12 });
  });

  it('note when a user was last seen to the millisecond', async () => {
    await scene().join(ann('a1'), 0);
    await scene().ledger.flush();
    await scene().hear(ann('a1'), 8.123);
    await scene().checkpointAt(9);
    const seen = (await scene().models.User.findByPk('1'))?.last_seen_at;
    expect(seen?.getTime()).toBe(scene().at(8.123));
  });
}
