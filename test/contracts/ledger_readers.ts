// The ledger's contract, part 2: what a Rails application that reads the gem's tables sees is true.
import { expect, it } from 'vitest';
import { ann, bob, carol, person } from '../support/people.js';
import { ledgerScene, type MakeDatabase } from './ledger_scene.js';

const ROOM = '/classes/4';
const FIRST = '/courses/5/lessons/1';
const SECOND = '/courses/5/lessons/2';

export function ledgerReadersContract(make: MakeDatabase): void {
  const scene = ledgerScene(make);

  it('list who is in the room as numbers and names, longest present first', async () => {
    await scene().join(bob('b1'), 0);
    await scene().join(ann('a1'), 1);
    await scene().join(person('carol', 'carol')('c1'), 2);
    await scene().join(ann('a2'), 3);
    await scene().ledger.flush();
    expect(await scene().rails.list(ROOM)).toEqual([2, 1, 'carol']);
    await scene().leave(bob('b1'), 4);
    await scene().leave(ann('a1'), 5);
    await scene().ledger.flush();
    expect(await scene().rails.list(ROOM)).toEqual([1, 'carol']);
    expect(await scene().rails.list(FIRST)).toBeUndefined();
  });

  it('leave an empty list behind, also when somebody came and went within one batch', async () => {
    await scene().join(ann('a1'), 0);
    await scene().leave(ann('a1'), 1);
    await scene().ledger.flush();
    expect(await scene().rails.list(ROOM)).toEqual([]);
  });

  it('find the start of a running stay in local time, and the whole seconds of those before', async () => {
    await scene().join(ann('a1'), 0);
    await scene().ledger.flush();
    expect(await scene().rails.times('1')).toEqual({ [`${FIRST}_started_at`]: '20261124100000' });
    await scene().leave(ann('a1'), 11);
    await scene().ledger.flush();
    expect(await scene().rails.times('1')).toEqual({ [`${FIRST}_spended`]: 11 });
    await scene().join(ann('a1'), 20);
    await scene().flushAt(25);
    expect(await scene().rails.times('1')).toEqual({
      [`${FIRST}_spended`]: 11,
      [`${FIRST}_started_at`]: '20261124100020',
    });
    expect(await scene().rails.spent('1', FIRST)).toBe(16);
  });

  it('find the sum of the stays cut to whole seconds, not the sum of cut stays', async () => {
    for (const start of [0, 10, 20]) {
      await scene().join(ann('a1'), start);
      await scene().leave(ann('a1'), start + 1.7);
      await scene().ledger.flush();
    }
    expect(await scene().rails.times('1')).toEqual({ [`${FIRST}_spended`]: 5 });
  });

  it('see lock_version grow by one with every real change, and with no other', async () => {
    await scene().join(ann('a1'), 0);
    await scene().ledger.flush();
    await scene().join(ann('a2'), 1);
    await scene().flushAt(2);
    await scene().checkpointAt(3);
    await scene().ledger.rebuildProjections();
    expect(await scene().rails.versions('faye_channel_online_lists')).toEqual([0]);
    await scene().join(bob('b1', { room: ROOM }), 4);
    await scene().ledger.flush();
    await scene().leave(bob('b1'), 5);
    await scene().ledger.flush();
    expect(await scene().rails.versions('faye_channel_online_lists')).toEqual([2]);
    expect(await scene().rails.versions('faye_user_online_times')).toEqual([0]);
  });

  it('see at every moment who is in the room and what everybody has spent', async () => {
    const [away, later] = [
      { room: '/classes/9', activity: FIRST },
      { room: ROOM, activity: SECOND },
    ];
    const moments: (() => Promise<void>)[] = [
      () => scene().join(ann('a1'), 1),
      () => scene().join(bob('b1'), 2),
      () => scene().join(ann('a2', later), 4),
      () => scene().leave(ann('a1'), 7),
      () => scene().join(ann('a2', away), 9),
      () => scene().join(carol('c1', later), 10),
      () => scene().join(bob('b1', later), 12),
      () => scene().checkpointAt(13),
      () => scene().join(ann('a1'), 14),
      () => scene().lose(bob('b1', later), 15, 15),
      () => scene().leave(ann('a2', away), 17),
      () => scene().join(bob('b2', later), 18),
      () => scene().leave(ann('a1'), 20),
    ];
    for (const moment of moments) {
      await moment();
      await scene().ledger.flush();
      for (const room of [ROOM, '/classes/9']) {
        const { users } = await scene().store.roster('room', room);
        expect((await scene().rails.list(room)) ?? []).toEqual(users.map(({ uid }) => Number(uid)));
      }
      for (const [uid, activity] of ['1', '2', '3'].flatMap((who) => [FIRST, SECOND].map((what) => [who, what]))) {
        const [time] = await scene().report.time({ uid: `${uid}`, channel: `${activity}` });
        expect(await scene().rails.spent(`${uid}`, `${activity}`)).toBe((time?.ms ?? 0) / 1_000);
      }
    }
    expect(await scene().rails.spent('1', FIRST)).toBe(6 + 11);
    expect(await scene().rails.spent('1', SECOND)).toBe(5);
  });

  it('see ids of channels by first use, the room first', async () => {
    await scene().join(ann('a1'), 0);
    await scene().ledger.flush();
    const channels = await scene().models.Channel.findAll({ order: ['id'] });
    expect(channels.map(({ name }) => name)).toEqual([ROOM, FIRST]);
  });
}
