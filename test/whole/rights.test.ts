// What ann may hear is what she may hear now: subscriptions end with the right to them.
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { CONNECT, comeIn, post } from '../support/post.js';
import { startRedis } from '../support/redis.js';
import { type House, startHouse } from '../support/servers.js';
import { Tab } from '../support/tab.js';

const [HERE, THERE] = ['/classes/4', '/classes/7'];
const STAFF = '/staff/1';
const SECRET = { secret: 's'.repeat(32), grace: 0.3, gc: 0.1 };
/** A connect that is answered at once. */
const NOW = { channel: '/meta/connect', connectionType: 'websocket', advice: { timeout: 0 } };

const tokenOf = async ({ online }: House, room: string, subscribe?: string[]): Promise<object> => ({
  token: await online.token({ uid: 'ann', uname: 'Ann', room, ...(subscribe ? { subscribe } : {}) }),
});

/** Ann in a room, with a grant, subscribed to all that she may hear. */
async function annIn(house: House): Promise<Tab> {
  const ann = await Tab.open(house.faye, await tokenOf(house, HERE, [STAFF]));
  return ann.come(STAFF, `${HERE}/chat`);
}

/** Says something on each of these, and then on the last one, which is waited for. */
async function publish({ online }: House, tab: Tab, ...channels: string[]): Promise<void> {
  const last = channels.at(-1) ?? '';
  for (const channel of channels) online.publish(channel, 'heard');
  await tab.until(() => tab.on(last).length > 0);
}

const refusalOf = (tab: Tab, subscription: string) =>
  tab.received.find((wire) => wire.channel === '/meta/subscribe' && wire.subscription === subscription && wire.error);

describe('a token for another room, without the grant', () => {
  it('ends the subscriptions that go with neither, and says so; the others stay', async () => {
    const house = await startHouse(SECRET);
    const ended: unknown[] = [];
    house.online.on('unsubscribe', ({ channel }) => ended.push(channel));
    const ann = await Tab.open(house.faye, await tokenOf(house, HERE, [STAFF, '/news']));
    await ann.come(STAFF, '/news', `${HERE}/chat`);
    ann.auth = await tokenOf(house, THERE, ['/news']);
    expect(await ann.ask(NOW)).toMatchObject({ successful: true });
    await ann.subscribe(`${THERE}/chat`);
    await publish(house, ann, STAFF, `${HERE}/chat`, `${THERE}/chat`, '/news');
    expect([ann.on(STAFF), ann.on(`${HERE}/chat`), ann.on(`${THERE}/chat`)]).toEqual([[], [], ['heard']]);
    expect(refusalOf(ann, STAFF)).toMatchObject({
      successful: false,
      error: expect.stringMatching(/^403:\/staff\/1:/),
    });
    expect(refusalOf(ann, '/news')).toBeUndefined();
    expect(ended.sort()).toEqual([`${HERE}/chat`, STAFF]);
    expect(await ann.subscribe(STAFF)).toMatchObject({ successful: false });
  });

  it('does so with whatever message, also with one that is refused', async () => {
    const house = await startHouse(SECRET);
    const ann = await annIn(house);
    ann.auth = await tokenOf(house, THERE);
    expect(await ann.subscribe(`${HERE}/other`)).toMatchObject({ successful: false });
    await ann.subscribe(`${THERE}/chat`);
    await publish(house, ann, STAFF, `${HERE}/chat`, `${THERE}/chat`);
    expect([ann.on(STAFF), ann.on(`${HERE}/chat`)]).toEqual([[], []]);
  });

  it('does so for the polls of a page too', async () => {
    const house = await startHouse(SECRET);
    const clientId = await comeIn(house.faye, await tokenOf(house, HERE, [STAFF]));
    await post(house.faye, [{ channel: '/meta/subscribe', subscription: STAFF, clientId }]);
    const poll = { ...CONNECT, clientId };
    const auth = await tokenOf(house, THERE);
    const [connected, told] = await post(house.faye, [{ ...poll, auth }]);
    expect(connected).toMatchObject({ successful: true });
    expect(told).toMatchObject({ channel: '/meta/subscribe', subscription: STAFF, successful: false });
    house.online.publish(STAFF, 'unheard');
    expect(await post(house.faye, [{ ...poll, advice: { timeout: 0 } }])).toHaveLength(1);
  });

  it('in another process does so where the client is', async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.close());
    const houses = [
      await startHouse({ ...SECRET, redis: redis.url }),
      await startHouse({ ...SECRET, redis: redis.url }),
    ] as const;
    const [one, other] = houses;
    const ann = await annIn(one);
    const auth = await tokenOf(other, THERE);
    const said = { channel: `${THERE}/chat`, data: 1, clientId: ann.clientId, auth };
    expect(await post(other.faye, [said])).toMatchObject([{ successful: true }]);
    await ann.until(() => refusalOf(ann, STAFF) && refusalOf(ann, `${HERE}/chat`));
    ann.auth = auth;
    await ann.subscribe(`${THERE}/chat`);
    await publish(one, ann, STAFF, `${HERE}/chat`, `${THERE}/chat`);
    expect([ann.on(STAFF), ann.on(`${HERE}/chat`)]).toEqual([[], []]);
  });
});

it('a fresh token for the same place asks nobody again', async () => {
  const authorize = vi.fn(() => true);
  const house = await startHouse({ ...SECRET, authorize });
  const ann = await annIn(house);
  authorize.mockClear();
  ann.auth = { ...(await tokenOf(house, HERE, [STAFF])), room_channel: HERE };
  expect(await ann.ask(NOW)).toMatchObject({ successful: true });
  expect(authorize).not.toHaveBeenCalled();
});

describe('authorize', () => {
  it.each<[string, () => Promise<boolean>]>([
    ['rejects', () => Promise.reject(new Error('database away'))],
    ['says no later', async () => false],
  ])('that %s when it is asked again ends the subscription', async (_what, answer) => {
    const authorize = vi.fn(async () => true);
    const house = await startHouse({ ...SECRET, authorize });
    house.online.on('error', () => undefined);
    const ann = await annIn(house);
    authorize.mockImplementation(answer);
    ann.auth = await tokenOf(house, THERE);
    await ann.ask(NOW);
    expect(refusalOf(ann, `${HERE}/chat`)).toBeTruthy();
    authorize.mockImplementation(async () => true);
    await ann.subscribe(`${THERE}/chat`);
    await publish(house, ann, `${HERE}/chat`, `${THERE}/chat`);
    expect(ann.on(`${HERE}/chat`)).toEqual([]);
  });
});

it('a listener of the host’s that throws keeps no subscription alive', async () => {
  const house = await startHouse(SECRET);
  house.online.on('error', () => undefined);
  house.online.bayeux.bind('unsubscribe', () => {
    throw new Error('a mistake of the host’s');
  });
  const ann = await annIn(house);
  ann.auth = await tokenOf(house, THERE);
  await ann.ask(NOW);
  await ann.subscribe(`${THERE}/chat`);
  await publish(house, ann, STAFF, `${HERE}/chat`, `${THERE}/chat`);
  expect([ann.on(STAFF), ann.on(`${HERE}/chat`)]).toEqual([[], []]);
});
