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

  it('keep what is said of other channels and what is not ours', async () => {
    const times = { '/old_spended': 7, '/older_started_at': '20260101000000', note: 'a host may write here' };
    await scene().models.OnlineTime.create({ user_id: '1', online_times: JSON.stringify(times), lock_version: 3 });
    await scene().join(ann('a1'), 0);
    await scene().ledger.flush();
    expect(await scene().rails.times('1')).toEqual({ ...times, [`${FIRST}_started_at`]: '20261124100000' });
    expect(await scene().rails.versions('faye_user_online_times')).toEqual([4]);
  });

  it("add to a total that the gem left, once it is a stay that ended by 'gem'", async () => {
    await scene().join(ann('a1'), 0);
    await scene().ledger.flush();
    const before = { started_at: new Date(scene().at(-100)), seen_at: new Date(scene().at(-55)) };
    const channel = await scene().models.Channel.findOne({ where: { name: FIRST } });
    await scene().models.Stay.create({
      ...before,
      ended_at: before.seen_at,
      ended_by: 'gem',
      milliseconds: 45_000,
      uid: '1',
      channel_id: channel?.id ?? 0,
      kind: 'activity',
    });
    await scene().leave(ann('a1'), 10);
    await scene().ledger.flush();
    expect(await scene().rails.times('1')).toEqual({ [`${FIRST}_spended`]: 55 });
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

  it('see the same list in every row of a room that the gem gave several', async () => {
    const { id } = await scene().models.Channel.create({ name: ROOM });
    const row = { channel_id: id, user_info_list: null, lock_version: 0 };
    await scene().models.OnlineList.bulkCreate([row, row]);
    await scene().join(ann('a1'), 0);
    await scene().ledger.flush();
    const lists = await scene().models.OnlineList.findAll({ where: { channel_id: id } });
    expect(lists.map(({ user_info_list }) => user_info_list)).toEqual(['[1]', '[1]']);
  });

  it('can have everything made anew from the stays', async () => {
    await scene().join(ann('a1', { room: ROOM, activity: SECOND }), 0);
    await scene().join(carol('c1'), 2);
    await scene().leave(ann('a1'), 10);
    await scene().join(ann('a1', { room: '/classes/9', activity: FIRST }), 12);
    await scene().flushAt(15);
    await scene().models.OnlineList.update({ user_info_list: '[1,1001]' }, { where: {} });
    await scene().models.OnlineTime.update({ online_times: '{"trunca' }, { where: { user_id: '1' } });
    await scene().ledger.rebuildProjections();
    expect(await scene().rails.list(ROOM)).toEqual([3]);
    expect(await scene().rails.list('/classes/9')).toEqual([1]);
    expect(await scene().rails.times('1')).toEqual({
      [`${SECOND}_spended`]: 10,
      [`${FIRST}_started_at`]: '20261124100012',
    });
  });

  it('see ids of channels by first use, the room first', async () => {
    await scene().join(ann('a1'), 0);
    await scene().ledger.flush();
    const channels = await scene().models.Channel.findAll({ order: ['id'] });
    expect(channels.map(({ name }) => name)).toEqual([ROOM, FIRST]);
  });
}
