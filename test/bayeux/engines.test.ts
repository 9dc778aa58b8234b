// The engine contract on every engine that one may choose: Faye's own, ours, ours on Redis, and faye-redis, to compare.
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe } from 'vitest';
import { Engine } from '../../lib/bayeux/engine.js';
import type { EngineType } from '../../lib/bayeux/faye.js';
import { redisEngine } from '../../lib/bayeux/redis_engine.js';
import { engineContract, sureContract } from '../contracts/engine.js';
import { clusterContract } from '../contracts/engine_cluster.js';
import type { EngineKind } from '../contracts/engine_scene.js';
import { type RedisServer, startRedis } from '../support/redis.js';

const require = createRequire(import.meta.url);
let redis: RedisServer;
let count = 0;

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.close());

const nothing = async (): Promise<object> => ({});

/** A namespace of its own for every test. */
const onRedis = async (): Promise<object> => ({
  port: redis.port,
  host: '127.0.0.1',
  namespace: `n${count++}`,
  gc: 0.1,
});

/** Alone it sweeps when the adapter tells it to. */
const engine: EngineType = {
  create: (proxy) => {
    const own = new Engine(proxy, { now: Date.now, waiting: 1e6, outgoing: () => true, onError: () => undefined });
    setInterval(() => own.sweep(Date.now()), 50).unref();
    return own;
  },
};

const kinds: EngineKind[] = [
  {
    name: 'Faye’s memory engine',
    type: require('faye/src/engines/memory') as EngineType,
    options: nothing,
    shared: false,
  },
  { name: 'our engine', type: engine, options: nothing, shared: false },
];

const shared: EngineKind[] = [
  { name: 'our engine on Redis', type: redisEngine, options: onRedis, shared: true },
  {
    name: 'faye-redis 0.2.0',
    type: require('faye-redis') as EngineType,
    options: onRedis,
    shared: true,
    wavers: [
      // It takes a client out step by step, and two that do so both come to the end.
      'is told once, though two ask for it',
      'tell of the end of a client once, though both are asked for it',
      // It takes messages out of Redis before it knows whether somebody is there to have them.
      'lose, double and mix up nothing of a client that goes to and fro',
    ],
  },
];

const sure = [...kinds, ...shared].filter(({ name }) => !name.startsWith('faye-redis'));
describe.each(sure)('$name', (kind) => sureContract(kind));
describe.each([...kinds, ...shared])('$name', (kind) => engineContract(kind));
describe.each(shared)('$name', (kind) => clusterContract(kind));
