// The whole way, on bare WebSockets: who is online in a room, and what others are told of it.
import { describe, expect, it, vi } from 'vitest';
import { type House, startHouse } from '../support/servers.js';
import { Tab } from '../support/tab.js';

const SECRET = 'a secret of at least thirty-two bytes';
const ROOM = '/classes/4';
const LESSON = '/courses/5/lessons/1';
const LIST = `${ROOM}/user_list`;
const PRESENCE = `${ROOM}/presence`;

const start = (options = {}): Promise<House> => startHouse({ secret: SECRET, grace: 0.3, gc: 0.1, ...options });

async function tabOf(house: House, uid: string | number, place: object = { room: ROOM, time: LESSON }): Promise<Tab> {
  return Tab.open(house.faye, { token: await house.online.token({ uid, uname: `user ${uid}`, ...place }) });
}

const listed = (tab: Tab, ...uids: (string | number)[]): Promise<unknown> =>
  tab.until(() => JSON.stringify(tab.on(LIST).at(-1)) === JSON.stringify({ count: uids.length, user_list: uids }));

const clientsOf = async (house: House, uid: string): Promise<number> =>
  (await house.online.room(ROOM)).users.find((user) => user.uid === uid)?.clients ?? 0;

describe('the list of a room', () => {
  it('has ann from her first tab in to her last tab out', async () => {
    const house = await start();
    const first = await (await tabOf(house, 470700)).come(LIST);
    await listed(first, 470700);

    const second = await (await tabOf(house, 470700)).come(LIST);
    await vi.waitFor(async () => expect(await clientsOf(house, '470700')).toBe(2));
    first.close();
    await vi.waitFor(async () => expect(await clientsOf(house, '470700')).toBe(1));
    expect(second.on(LIST)).toEqual([{ count: 1, user_list: [470700] }]);

    const bob = await (await tabOf(house, 'bob')).come(LIST);
    await listed(bob, 470700, 'bob');
    second.close();
    await listed(bob, 'bob');
  });

  it('is empty at once when she says goodbye, however long the grace time', async () => {
    const house = await start({ grace: 1000 });
    const bob = await (await tabOf(house, 'bob')).come(LIST);
    const ann = await (await tabOf(house, 'ann')).come();
    await listed(bob, 'bob', 'ann');
    expect(await ann.disconnect()).toMatchObject({ successful: true });
    await listed(bob, 'bob');
  });

  it('does not flap when she reloads: the new page comes within the grace time', async () => {
    const house = await start({ grace: 5 });
    const bob = await (await tabOf(house, 'bob')).come(LIST, PRESENCE);
    const before = await (await tabOf(house, 'ann')).come();
    await listed(bob, 'bob', 'ann');
    before.tell({ channel: '/faye_online/before_leave', data: {} });
    before.close();
    await (await tabOf(house, 'ann')).come();
    await vi.waitFor(async () => expect(await clientsOf(house, 'ann')).toBe(1), { timeout: 15_000, interval: 200 });
    expect(bob.on(LIST).at(-1)).toEqual({ count: 2, user_list: ['bob', 'ann'] });
    expect(bob.on(PRESENCE)).not.toContainEqual(expect.objectContaining({ leaves: [expect.anything()] }));
  });

  it('keeps her when she only thought of leaving', async () => {
    const house = await start();
    const ann = await (await tabOf(house, 'ann')).come(LIST);
    await listed(ann, 'ann');
    expect(await ann.ask({ channel: '/faye_online/before_leave', data: {} })).toMatchObject({ successful: true });
    const left = vi.fn();
    house.online.on('leave', left);
    const bob = await (await tabOf(house, 'bob')).come();
    await listed(ann, 'ann', 'bob');
    bob.close();
    // Bob's grace time began after hers: once he is out, hers is over.
    await listed(ann, 'ann');
    expect(left.mock.calls.map(([{ user }]) => user.uid)).not.toContain('ann');
  });

  it('follows her to another room, and leaves no ghost', async () => {
    const house = await startHouse({ trustClients: true, grace: 0.3, gc: 0.1 });
    const current_user = { uid: 'ann', uname: 'Ann' };
    const ann = await Tab.open(house.faye, { room_channel: ROOM, time_channel: LESSON, current_user });
    await ann.come(LIST);
    await listed(ann, 'ann');
    ann.auth = { room_channel: '/classes/5', time_channel: LESSON, current_user };
    ann.connect();
    // The list of the room that she left is hers no more.
    await vi.waitFor(async () => expect(await house.online.rooms()).toEqual([{ channel: '/classes/5', count: 1 }]));
    expect(ann.on(LIST).at(-1)).toMatchObject({ user_list: ['ann'] });
    expect((await house.online.user('ann'))?.presences.map(({ channel }) => channel).sort()).toEqual([
      '/classes/5',
      LESSON,
    ]);
  });
});

describe('deltas', () => {
  it('follow the snapshot of the subscribe reply, without a hole', async () => {
    const house = await start();
    const ann = await tabOf(house, 'ann');
    await ann.handshake();
    const reply = await ann.subscribe(PRESENCE);
    expect(reply.ext?.presence).toMatchObject({ count: 0, users: [] });
    ann.connect();
    await ann.until(() => ann.on(PRESENCE).length === 1);
    const bob = await tabOf(house, 'bob');
    await bob.handshake();
    expect((await bob.subscribe(PRESENCE)).ext?.presence).toMatchObject({
      count: 1,
      users: [{ uid: 'ann', uname: 'user ann' }],
    });
    bob.connect();
    await bob.until(() => bob.on(PRESENCE).length === 1);
    await bob.disconnect();
    await ann.until(() => ann.on(PRESENCE).length === 3);
    expect(ann.on(PRESENCE)).toMatchObject([
      { v: 1, count: 1, joins: [{ uid: 'ann', uname: 'user ann', v: 1 }], leaves: [] },
      { v: 2, count: 2, joins: [{ uid: 'bob', v: 2 }], leaves: [] },
      { v: 3, count: 1, joins: [], leaves: [{ uid: 'bob', v: 3 }] },
    ]);
  });

  it('are not sent for a connect that changes nothing', async () => {
    const house = await start({ timeout: 0.2 });
    const ann = await (await tabOf(house, 'ann')).come(LIST, PRESENCE);
    await listed(ann, 'ann');
    const before = [ann.on(LIST).length, ann.on(PRESENCE).length];
    for (let i = 0; i < 3; i++) {
      const asked = ann.connect();
      await ann.waitFor(({ id, successful }) => id === asked && successful === true);
    }
    expect([ann.on(LIST).length, ann.on(PRESENCE).length]).toEqual(before);
  });
});
