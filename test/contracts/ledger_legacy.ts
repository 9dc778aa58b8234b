// The ledger's contract, part 3: what the gem or the host wrote is kept, and what is ours can be made anew.
import { expect, it } from 'vitest';
import { ann, carol } from '../support/people.js';
import { ledgerScene, type MakeDatabase } from './ledger_scene.js';

const ROOM = '/classes/4';
const FIRST = '/courses/5/lessons/1';
const SECOND = '/courses/5/lessons/2';

export function ledgerLegacyContract(make: MakeDatabase): void {
  const scene = ledgerScene(make);

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
}
