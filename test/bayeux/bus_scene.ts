// The scene of the bus: processes with an engine each, whose way to Redis can be broken, and what they told.

import type { Redis } from 'ioredis';
import { onTestFinished, vi } from 'vitest';
import { ClusterEngine } from '../../lib/bayeux/cluster_engine.js';
import type { EngineType } from '../../lib/bayeux/faye.js';
import { RedisBus } from '../../lib/bayeux/redis_bus.js';
import type { ClientId, Millis } from '../../lib/domain.js';
import { openRedis, type RedisClient } from '../../lib/redis.js';
import { Process } from '../contracts/engine_scene.js';

export const CHAT = '/classes/4/chat';

/** Faults take up to ten seconds to be noticed, and leases fifteen to end. */
export const soon = <T>(check: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(check, { timeout: 25_000, interval: 20 });

export interface NodeOptions {
  readonly port: number;
  readonly timeout?: number;
  readonly now?: () => Millis;
  readonly limit?: number;
}

export interface Node {
  readonly bus: RedisBus;
  readonly engine: ClusterEngine;
  readonly process: Process;
  readonly commands: RedisClient;
  readonly subscriber: RedisClient;
  /** Clients that went to other processes. */
  readonly given: ClientId[];
  readonly sessions: Map<ClientId, string | undefined>;
  readonly errors: string[];
  /** Ends in good order. */
  close(): Promise<void>;
}

/** One process, which ends with the test, once Redis answers. */
export async function startNode({ port, timeout = 30, now = Date.now, limit }: NodeOptions): Promise<Node> {
  const [given, errors, sessions] = [[] as ClientId[], [] as string[], new Map<ClientId, string | undefined>()];
  const onError = (error: unknown): void => void errors.push(error instanceof Error ? error.message : String(error));
  const { commands, subscriber, ready, close: disconnect } = openRedis({ port, host: '127.0.0.1' }, onError);
  const bus = new RedisBus({ commands, subscriber, namespace: 'x', onError, ...(limit ? { limit } : {}) });
  const engines: ClusterEngine[] = [];
  const create: EngineType['create'] = (proxy) => {
    const moves = {
      taken: (id: ClientId, session: string | undefined) => void sessions.set(id, session),
      given: (id: ClientId) => {
        given.push(id);
        proxy.flushConnection(id);
      },
      identified: (id: ClientId, session: string) => void sessions.set(id, session),
      sessionOf: (id: ClientId) => sessions.get(id),
      said: () => undefined,
      catchUp: () => undefined,
    };
    const engine = new ClusterEngine(proxy, { now, waiting: 1e6, outgoing: () => true, onError, bus, moves });
    engines.push(engine);
    return engine;
  };
  const process = new Process({ create }, {}, timeout);
  const [engine] = engines;
  if (!engine) throw new Error('no engine');
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    process.end();
    closing ??= bus.close().finally(disconnect);
    return closing;
  };
  onTestFinished(close);
  await ready;
  await answering(bus);
  return { bus, engine, process, commands, subscriber, given, sessions, errors, close };
}

export const answering = (bus: RedisBus, answers = true): Promise<void> =>
  soon(() => {
    if (bus.answers !== answers) throw new Error(answers ? 'Redis does not answer yet' : 'Redis still answers');
  });

/** What is said to a process does not come, though its questions are answered. @returns lets it come */
export function deafen({ subscriber }: Pick<Node, 'subscriber'>): () => void {
  const { stream } = subscriber as Redis;
  stream.pause();
  return () => void stream.resume();
}
