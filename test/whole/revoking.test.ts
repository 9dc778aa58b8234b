// Calling ann's tokens back: she is sent away, an old token does not let her in again, a new one does.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { scratch } from '../support/process.js';
import { type RedisServer, startRedis } from '../support/redis.js';
import { type House, startHouse } from '../support/servers.js';
import { Tab } from '../support/tab.js';

const SECRET = 'an-hour-is-an-hour-is-an-hour-42';
const PLACE = { room: '/classes/4', time: '/courses/5/lessons/1' };

const tokenFor = (house: House, uid: string): Promise<string> => house.online.token({ uid, uname: uid, ...PLACE });

/** Ann's page, once she is there. */
async function annIn(house: House, token: string): Promise<Tab> {
  const tab = await (await Tab.open(house.faye, { token })).come(`${PLACE.room}/presence`);
  await vi.waitFor(async () => expect(await house.online.room(PLACE.room)).toMatchObject({ count: 1 }));
  return tab;
}

async function knock(house: House, token: string): Promise<string | undefined> {
  const tab = await Tab.open(house.faye, { token });
  return (await tab.handshake()).error;
}

describe('one server', () => {
  it('sends ann away, refuses what she has, and takes a new token', async () => {
    const house = await startHouse({ secret: SECRET });
    const token = await tokenFor(house, 'ann');
    const tab = await annIn(house, token);
    await house.online.revoke('ann');
    await tab.waitFor(({ channel, advice }) => channel === '/meta/connect' && advice?.reconnect === 'none');
    expect(await knock(house, token)).toMatch(/^401:token:was revoked/);
    await vi.waitFor(async () => expect(await knock(house, await tokenFor(house, 'ann'))).toBeUndefined());
    expect(await knock(house, await tokenFor(house, 'bob'))).toBeUndefined();
  });

  it('remembers it over a restart', async () => {
    const database = `sqlite:${await scratch()}/online.sqlite`;
    const first = await startHouse({ secret: SECRET, database, migrate: true });
    const token = await tokenFor(first, 'ann');
    await first.online.revoke('ann');
    await first.close();
    const second = await startHouse({ secret: SECRET, database, migrate: true });
    expect(await knock(second, token)).toMatch(/^401:token:was revoked/);
  });
});

describe('two servers', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.close());

  it('both refuse what one was told to revoke', async () => {
    const database = `sqlite:${await scratch()}/online.sqlite`;
    const house = (): Promise<House> => startHouse({ secret: SECRET, database, migrate: true, redis: redis.url });
    const [one, other] = [await house(), await house()];
    const token = await tokenFor(one, 'ann');
    const tab = await annIn(other, token);
    await one.online.revoke('ann');
    await tab.waitFor(({ channel, advice }) => channel === '/meta/connect' && advice?.reconnect === 'none');
    await vi.waitFor(async () => expect(await knock(other, token)).toMatch(/^401:token:was revoked/), 6_000);
  });
});
