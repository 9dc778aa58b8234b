// What processes share, or one process has for itself: who is online, and the bus between the processes.
import { RedisBus } from './bayeux/redis_bus.js';
import { steadyNow } from './clock.js';
import type { Millis } from './domain.js';
import type { Config } from './options.js';
import { MemoryStore } from './presence/memory.js';
import { RedisStore } from './presence/redis.js';
import type { PresenceStore } from './presence/store.js';
import { NAMESPACE, openRedis, type RedisOptions, soon } from './redis.js';

export interface Shared {
  readonly store: PresenceStore;
  /** Between the processes, when there may be several and the engine is ours. */
  readonly bus: RedisBus | undefined;
  /** Whether the store itself tells the other processes of its changes. */
  readonly tells: boolean;
  /** Whether other processes have the same store. */
  readonly among: boolean;
  /** The clock of all of them. */
  readonly now: () => Millis;
  /** Settles when the store can be asked, however late. */
  readonly begun: Promise<void>;
  /** Settles when everything can be used; rejects after a while, naming the option. */
  readonly ready: Promise<void>;
  /** Ends what was opened here. */
  close(): Promise<void>;
}

export function openShared({ redis, store, engine }: Config, onError: (error: unknown) => void): Shared {
  if (redis) return inRedis(redis, { store, foreign: engine !== undefined }, onError);
  const own = store ?? new MemoryStore({ onOverflow: (dropped) => onError(overflow(dropped)) });
  const close = async (): Promise<void> => {
    if (!store) await own.close();
  };
  return {
    store: own,
    bus: undefined,
    tells: false,
    among: store !== undefined,
    now: store?.now ?? steadyNow,
    begun: Promise.resolve(),
    ready: Promise.resolve(),
    close,
  };
}

interface Given {
  readonly store: PresenceStore | undefined;
  /** The messages go by another engine than ours. */
  readonly foreign: boolean;
}

function inRedis(options: RedisOptions, { store, foreign }: Given, onError: (error: unknown) => void): Shared {
  const { namespace = NAMESPACE, partitions = 1 } = options;
  const { commands, subscriber, connected: begun, ready: answers, close: disconnect } = openRedis(options, onError);
  const onOverflow = (dropped: number): void => onError(overflow(dropped));
  const bus = foreign ? undefined : new RedisBus({ commands, subscriber, namespace, onError });
  const own = store ?? new RedisStore({ redis: commands, namespace, partitions, onOverflow, ...telling(bus) });
  const close = async (): Promise<void> => {
    await bus?.close();
    if (!store) await own.close();
    disconnect();
  };
  const ready = answers.then(() => bus && soon(heard(bus), DEAF));
  return { store: own, bus, tells: store === undefined, among: true, now: own.now ?? steadyNow, begun, ready, close };
}

/** The store tells the other processes of a change by the step that makes it: a process may die before it could. */
const telling = (bus: RedisBus | undefined) => (bus ? { node: bus.node, tell: bus.changes } : {});

/** Until then a client would be known to this process only. */
async function heard(bus: RedisBus): Promise<void> {
  if (!bus.answers) await new Promise<void>((resolve) => bus.watch((answers) => answers && resolve()));
}

const DEAF = 'it cannot be listened to. Give its user the right to pub/sub channels (in an ACL: `&*`)';

const overflow = (dropped: number): Error =>
  new Error(`the database is away and the journal is full: ${dropped} changes will be missing in the history`);
