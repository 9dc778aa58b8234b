// Our engine for Faye itself, in faye-redis's place and with its options:
// new faye.NodeAdapter({mount: '/faye', timeout: 25, engine: {type: redisEngine, host: '127.0.0.1'}})
import { NAMESPACE, openRedis, type RedisOptions } from '../redis.js';
import { ClusterEngine } from './cluster_engine.js';
import type { EngineProxy, EngineType, FayeEngine } from './faye.js';
import { LIMITS } from './limits.js';
import { RedisBus } from './redis_bus.js';

export interface RedisEngineOptions extends RedisOptions {
  /** How often clients are looked for that are not heard any more, in seconds. Default 1. */
  readonly gc?: number;
  /** Hears of what fails. Default: a line on stderr. */
  readonly onError?: (error: unknown) => void;
}

const now = (): number => performance.timeOrigin + performance.now();
const complain = (error: unknown): void =>
  console.error(`faye-online: ${error instanceof Error ? error.message : error}`);

export const redisEngine: EngineType = {
  create: (proxy: EngineProxy, options: RedisEngineOptions): FayeEngine => {
    const { gc = 1, namespace = NAMESPACE, onError = complain } = options;
    const { commands, subscriber, ready, close } = openRedis(options, onError);
    // Faye does not wait for it: it serves without, and tells.
    ready.catch(onError);
    const bus = new RedisBus({ commands, subscriber, namespace, onError });
    const moves = {
      taken: () => undefined,
      given: (id: string) => proxy.flushConnection(id),
      identified: () => undefined,
      sessionOf: () => undefined,
      said: () => undefined,
      catchUp: () => undefined,
    };
    // Faye's own front has no frames of ours to share, and may change what it sends.
    const own = { now, waiting: LIMITS.waiting, outgoing: () => true, onError };
    const onDisconnect = (): void => {
      clearInterval(timer);
      void bus.close().finally(close);
    };
    const engine = new ClusterEngine(proxy, { ...own, bus, moves, onDisconnect });
    const timer = setInterval(() => engine.sweep(now()), gc * 1000).unref();
    return engine;
  },
};
