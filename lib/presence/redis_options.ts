// The options of the Redis store, their defaults, and what is refused.
import { randomBytes } from 'node:crypto';
import type { Millis } from '../domain.js';
import type { RedisClient } from '../redis.js';

export interface RedisStoreOptions {
  /** A ready client. It stays open. Redis 6.2 or newer, which must not evict keys. */
  readonly redis: RedisClient;
  /** Begins all keys, in braces: processes with the same namespace are one site. */
  readonly namespace: string;
  /** Over how many slots of a Redis Cluster the channels are spread. The same in all processes. Default 1. */
  readonly partitions?: number;
  /** A process that did not sweep for so long counts as dead. Default 15 s. */
  readonly nodeLease?: Millis;
  /** So long the clients of a dead process are waited for. Default 3 s. */
  readonly nodeGrace?: Millis;
  /** How many changes the journal of a partition keeps at most until they are trimmed. Default 1,000,000. */
  readonly journalLimit?: number;
  /** Told, when changes fell out of full journals, how many did so far. Must not throw. */
  readonly onOverflow?: (dropped: number) => void;
  /** This process, by a name that no other has. Default: a random one. */
  readonly node?: string;
  /** Where other processes hear of changes: a channel of pub/sub, and what goes before the change and `]]`. Default nowhere. */
  readonly tell?: { readonly channel: string; readonly prefix: string } | null;
  /** This process's own clock: milliseconds near the epoch's, which never jump. */
  readonly clock?: () => Millis;
}

/** @throws RangeError when an option cannot be. */
export function settingsOf(options: RedisStoreOptions): Required<RedisStoreOptions> {
  const settings = {
    partitions: 1,
    nodeLease: 15_000,
    nodeGrace: 3_000,
    journalLimit: 1_000_000,
    onOverflow: () => undefined,
    node: randomBytes(9).toString('base64url'),
    tell: null,
    clock: () => performance.timeOrigin + performance.now(),
    ...options,
  };
  const { namespace, partitions, nodeLease, nodeGrace, journalLimit } = settings;
  if (!/^[^{}]+$/.test(namespace)) throw new RangeError(`namespace is '${namespace}'; give a name without braces`);
  for (const [name, value] of Object.entries({ partitions, nodeLease, nodeGrace, journalLimit }))
    if (!Number.isSafeInteger(value) || value < 1)
      throw new RangeError(`${name} is ${value}; give a whole number, at least 1`);
  return settings;
}
