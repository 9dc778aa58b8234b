// Two servers on one Redis are one: who is online, what is told of it, and who is sent away.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { RedisServer } from '../support/redis.js';
import { startRedis } from '../support/redis.js';
import { type House, startHouse } from '../support/servers.js';
import { Tab } from '../support/tab.js';

const ROOM = '/classes/4';
const LESSON = '/courses/5/lessons/1';
const auth = (uid: string) => ({ room_channel: ROOM, time_channel: LESSON, current_user: { uid, uname: uid } });

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.close());

let sites = 0;

/** Two servers of one site, with a Redis namespace of their own. */
async function twoHouses(): Promise<[House, House]> {
  const namespace = `site${sites++}`;
  const house = (): Promise<House> => startHouse({ trustClients: true, redis: { url: redis.url, namespace } });
  return [await house(), await house()];
}

const come = async (house: House, uid: string): Promise<Tab> =>
  (await Tab.open(house.faye, auth(uid))).come(`${ROOM}/presence`, `${ROOM}/user_list`);

const listsOf = (tab: Tab): unknown[] =>
  tab.on(`${ROOM}/user_list`).map((data) => (data as { user_list: unknown }).user_list);

describe('two servers on one Redis', () => {
  it('show ann and bob to one another, whichever they came by', async () => {
    const [one, other] = await twoHouses();
    const ann = await come(one, 'ann');
    const bob = await come(other, 'bob');
    for (const tab of [ann, bob]) await tab.until(() => listsOf(tab).at(-1)?.toString() === 'ann,bob');
    await bob.disconnect();
    await ann.until(() => listsOf(ann).at(-1)?.toString() === 'ann');
    expect(await one.online.room(ROOM)).toMatchObject({ count: 1 });
    expect(await other.online.room(ROOM)).toMatchObject({ count: 1 });
  });

  it('tell each page of a change once', async () => {
    const [one, other] = await twoHouses();
    const ann = await come(one, 'ann');
    const bob = await come(other, 'bob');
    await ann.until(() => listsOf(ann).at(-1)?.toString() === 'ann,bob');
    await bob.until(() => listsOf(bob).at(-1)?.toString() === 'ann,bob');
    const joins = (tab: Tab) =>
      tab.on(`${ROOM}/presence`).flatMap((data) => (data as { joins: { uid: string }[] }).joins.map(({ uid }) => uid));
    expect(joins(ann).filter((uid) => uid === 'bob')).toEqual(['bob']);
  });

  it('tell a page that goes from one to the other what the one was still to say, and the other had said', async () => {
    const [one, other] = await twoHouses();
    const carol = await come(one, 'carol');
    await come(one, 'ann');
    // Ann's coming was said at once: bob's waits for the end of the window, on this server only.
    await carol.until(() => listsOf(carol).at(-1)?.toString() === 'carol,ann');
    const bobIsHere = new Promise((resolve) => one.online.once('join', resolve));
    const [moved, bob] = [await Tab.open(other.faye, auth('carol')), await Tab.open(one.faye, auth('bob'))];
    moved.clientId = carol.clientId;
    void bob.come(`${ROOM}/chat`);
    await bobIsHere;
    moved.connect();
    const pages = [carol, moved];
    const versions = () => pages.flatMap((tab) => tab.on(`${ROOM}/presence`)).map((data) => (data as { v: number }).v);
    await moved.until(() => versions().includes(3) && pages.flatMap(listsOf).at(-1)?.toString() === 'carol,ann,bob');
  });

  it('carry what ann says to bob', async () => {
    const [one, other] = await twoHouses();
    const ann = await come(one, 'ann');
    const bob = await come(other, 'bob');
    await bob.subscribe(`${ROOM}/talk`);
    await ann.ask({ channel: `${ROOM}/talk`, data: 'hello' });
    await bob.until(() => bob.on(`${ROOM}/talk`).length > 0);
    expect(bob.on(`${ROOM}/talk`)).toEqual(['hello']);
  });

  it('send carol away from either, and tell her not to come back', async () => {
    const [one, other] = await twoHouses();
    const ann = await come(one, 'ann');
    const carol = await come(other, 'carol');
    await ann.until(() => listsOf(ann).at(-1)?.toString() === 'ann,carol');
    expect(await one.online.kick('carol')).toBe(1);
    await carol.waitFor(({ channel, advice }) => channel === '/meta/connect' && advice?.reconnect === 'none');
    await ann.until(() => listsOf(ann).at(-1)?.toString() === 'ann');
  });

  it('send everyone in a room away', async () => {
    const [one, other] = await twoHouses();
    await come(one, 'ann');
    const bob = await come(other, 'bob');
    await bob.until(() => listsOf(bob).at(-1)?.toString() === 'ann,bob');
    expect(await one.online.kick({ room: ROOM })).toBe(2);
    await vi.waitFor(async () => expect(await other.online.room(ROOM)).toMatchObject({ count: 0 }), 5_000);
  });

  it('let ann go on at the other when one closes: nobody sees her leave', async () => {
    const [one, other] = await twoHouses();
    const ann = await come(one, 'ann');
    const bob = await come(other, 'bob');
    await bob.until(() => listsOf(bob).at(-1)?.toString() === 'ann,bob');
    await one.close();
    await ann.until(() => ann.closed || undefined);
    const back = await Tab.open(other.faye, auth('ann'));
    back.clientId = ann.clientId;
    expect(await back.subscribe(`${ROOM}/presence`)).toMatchObject({ successful: true });
    back.connect();
    await vi.waitFor(async () => expect(await other.online.user('ann')).toMatchObject({ presences: [{}, {}] }));
    const leaves = bob.on(`${ROOM}/presence`).flatMap((data) => (data as { leaves: unknown[] }).leaves);
    expect(leaves).toEqual([]);
    expect(listsOf(bob).at(-1)).toEqual(['ann', 'bob']);
  });

  it('tell the host of a join and a leave once, where it happened', async () => {
    const [one, other] = await twoHouses();
    const heard: string[] = [];
    for (const { online } of [one, other]) {
      for (const event of ['join', 'leave'] as const) {
        online.on(event, ({ user, kind }) => heard.push(`${event} ${kind} ${user.uid}`));
      }
    }
    const ann = await come(one, 'ann');
    await ann.until(() => listsOf(ann).at(-1)?.toString() === 'ann');
    await ann.disconnect();
    await vi.waitFor(() => expect(heard).toHaveLength(4));
    expect(heard.sort()).toEqual(['join activity ann', 'join room ann', 'leave activity ann', 'leave room ann']);
  });
});
