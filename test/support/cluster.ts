// Several whole servers that share one Redis, and what they tell.
import { expect, onTestFinished, vi } from 'vitest';
import type { Options } from '../../lib/index.js';
import { type RedisServer, startRedis } from './redis.js';
import { type House, startHouse } from './servers.js';
import { Tab } from './tab.js';

export const ROOM = '/classes/4';
export const CHAT = `${ROOM}/chat`;

export const authOf = (uid: string): object => ({ room_channel: ROOM, current_user: { uid, uname: uid } });

export interface Cluster {
  readonly redis: RedisServer;
  readonly houses: readonly House[];
  /** The server with this number, from 0. */
  house(number: number): House;
  /** A tab of a user on one of the servers: handshake, subscription to the chat, connect. */
  tab(number: number, uid: string): Promise<Tab>;
  /** How often an event was told, by all servers together. */
  told(event: 'handshake' | 'disconnect' | 'publish'): number;
}

/** Servers and a Redis that end with the test, once all of them hear one another. */
export async function startCluster(count: number, options: Partial<Options> = {}): Promise<Cluster> {
  const redis = await startRedis();
  onTestFinished(() => redis.close());
  // Some say more in these tests than one client may.
  const limits = { messageBurst: 2000 };
  const settings = { trustClients: true, redis: redis.url, gc: 0.1, limits, ...options };
  const houses = await Promise.all(Array.from({ length: count }, () => startHouse(settings)));
  const events: string[] = [];
  for (const { online } of houses) {
    for (const event of ['handshake', 'disconnect', 'publish'] as const) online.on(event, () => events.push(event));
    online.on('error', () => undefined);
  }
  const house = (number: number): House => {
    const found = houses[number];
    if (!found) throw new Error(`no server ${number}`);
    return found;
  };
  const tab = async (number: number, uid: string): Promise<Tab> =>
    (await Tab.open(house(number).faye, authOf(uid))).come(CHAT);
  const cluster = { redis, houses, house, tab, told: (event: string) => events.filter((one) => one === event).length };
  await heardByAll(cluster);
  await vi.waitFor(() => expect(cluster.told('disconnect')).toBe(count));
  events.length = 0;
  return cluster;
}

/** What each server says is heard by a tab of each other. */
export async function heardByAll({ houses }: Pick<Cluster, 'houses'>): Promise<void> {
  const witnesses = await Promise.all(
    houses.map(async ({ faye }) => (await Tab.open(faye, authOf('carol'))).come(`${ROOM}/ready`)),
  );
  await vi.waitFor(
    () => {
      for (const [i, { online }] of houses.entries()) online.publish(`${ROOM}/ready`, `${i}`);
      const all = houses.map((_, i) => `${i}`);
      for (const witness of witnesses) {
        const heard = new Set(witness.on(`${ROOM}/ready`));
        if (!all.every((one) => heard.has(one))) throw new Error('not yet');
      }
    },
    { timeout: 15_000, interval: 50 },
  );
  await Promise.all(witnesses.map((witness) => witness.disconnect()));
  for (const witness of witnesses) witness.close();
}
