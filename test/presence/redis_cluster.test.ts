// The Redis store on a Redis Cluster: the contract, and that each partition keeps to one slot.
import { once } from 'node:events';
import { Cluster } from 'ioredis';
import { expect, it, vi } from 'vitest';
import { RedisStore } from '../../lib/presence/redis.js';
import { keysOf } from '../../lib/presence/redis_keys.js';
import { presenceStoreContract } from '../contracts/presence_store.js';
import { freePort } from '../support/ports.js';
import { ownRedis } from './redis_site.js';

const bus = ['--cluster-port', `${await freePort()}`, '--cluster-announce-ip', '127.0.0.1'];
const server = ownRedis(['--cluster-enabled', 'yes', ...bus]);
let stores = 0;

/** One server that has all slots: it refuses a call whose keys lie in several. */
async function connect(): Promise<Cluster> {
  const { client, port } = server();
  if ((await client.cluster('INFO')).includes('cluster_slots_assigned:0')) {
    await client.cluster('ADDSLOTSRANGE', 0, 16_383);
    await vi.waitFor(async () => expect(await client.cluster('INFO')).toContain('cluster_state:ok'), 10_000);
  }
  const cluster = new Cluster([{ host: '127.0.0.1', port }]);
  if (cluster.status !== 'ready') await once(cluster, 'ready');
  return cluster;
}

const open = async () => {
  stores += 1;
  const redis = await connect();
  const store = new RedisStore({ redis, namespace: `cluster-${stores}`, partitions: 4 });
  return { store, close: async () => redis.disconnect() };
};

presenceStoreContract('redis cluster', open, { runs: 10, whole: false });

it('a partition lies in one slot, and others in others', async () => {
  const redis = await connect();
  const slots = [0, 1, 2, 3].map(async (partition) => {
    const { all } = keysOf('site', partition, 4);
    expect(all.length).toBeGreaterThan(1);
    return new Set(await Promise.all(all.map((key) => redis.cluster('KEYSLOT', key))));
  });
  const each = await Promise.all(slots);
  expect(each.map(({ size }) => size)).toEqual([1, 1, 1, 1]);
  expect(new Set(each.flatMap((some) => [...some])).size).toBe(4);
  redis.disconnect();
});
