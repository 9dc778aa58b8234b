// The Redis store: the contract, in one partition and in four.

import { RedisStore } from '../../lib/presence/redis.js';
import { presenceStoreContract } from '../contracts/presence_store.js';
import { connect, ownRedis } from './redis_site.js';

const server = ownRedis();
let stores = 0;

/** Each store has a namespace of its own, which is as good as a Redis of its own. */
const open = (partitions: number) => async () => {
  stores += 1;
  const { redis, close } = await connect(server());
  const store = new RedisStore({ redis, namespace: `contract-${stores}`, partitions });
  return { store, close: async () => close() };
};

presenceStoreContract('redis', open(1), { runs: 60 });
presenceStoreContract('redis in four partitions', open(4), { runs: 60, whole: false });
