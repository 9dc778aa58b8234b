// The keys of the Redis store: which partition has a channel, and what its keys are called.
import type { Channel } from '../domain.js';

/** In the order of KEYS in common.lua. */
const NAMES = [
  'clients',
  'leases',
  'seen',
  'owners',
  'nodes',
  'users',
  'channels',
  'vacant',
  'presences',
  'roster',
  'journal',
  'meta',
] as const;

export type KeyName = (typeof NAMES)[number];

export interface PartitionKeys {
  /** All of them, for scripts. */
  readonly all: readonly string[];
  of(name: KeyName): string;
}

/** The keys of a partition. They lie in one slot of a Redis Cluster, by what stands in braces. */
export function keysOf(namespace: string, partition: number, partitions: number): PartitionKeys {
  const tag = partitions === 1 ? `{${namespace}}` : `{${namespace}:${partition}}`;
  const of = (name: KeyName): string => `${tag}:${name}`;
  return { all: NAMES.map(of), of };
}

/** The partition that has a channel, rooms and activities alike: FNV-1a over its bytes. It must never change. */
export function partitionOf(channel: Channel, partitions: number): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(channel)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash % partitions;
}
