// The partitions of a Redis store, made from its options: of each what changes it, what reads it, and its journal.
import { RedisJournal } from './redis_journal.js';
import { keysOf } from './redis_keys.js';
import type { RedisStoreOptions } from './redis_options.js';
import { RedisPartition } from './redis_partition.js';
import type { RedisPulse } from './redis_pulse.js';
import { RedisReader } from './redis_reader.js';
import type { RunScript } from './redis_scripts.js';

export interface PartitionParts {
  readonly journal: RedisJournal;
  readonly reader: RedisReader;
  readonly partition: RedisPartition;
}

/** @param node this process, by a name that no other has. */
export function partitionsOf(
  settings: Required<RedisStoreOptions>,
  node: string,
  pulse: RedisPulse,
  run: RunScript,
): PartitionParts[] {
  const { redis, namespace, partitions, onOverflow } = settings;
  const dropped = new Map<number, number>();
  return Array.from({ length: partitions }, (_, n) => {
    const keys = keysOf(namespace, n, partitions);
    const journal = new RedisJournal({ redis, pulse, name: `redis-${namespace}-${n}`, key: keys.of('journal') });
    const onDropped = (count: number): void => {
      dropped.set(n, count);
      onOverflow([...dropped.values()].reduce((sum, one) => sum + one, 0));
    };
    const partition = new RedisPartition({ ...settings, run, keys, journal, node, onDropped });
    return { journal, reader: new RedisReader({ redis, pulse, run, keys }), partition };
  });
}
