// A site of several processes on one Redis: each has a store with a connection of its own.
import { once } from 'node:events';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import type { Change } from '../../lib/domain.js';
import { RedisStore, type RedisStoreOptions } from '../../lib/presence/redis.js';
import type { PresenceStore, Standing } from '../../lib/presence/store.js';
import { openRedis, type RedisClient } from '../../lib/redis.js';
import { type RedisServer, startRedis } from '../support/redis.js';

let sites = 0;

/** Connects as the middleware does. What fails is told by what is asked, so errors of the connection are not looked at. */
export async function connect(server: RedisServer): Promise<{ redis: RedisClient; close(): void }> {
  const { commands, close } = openRedis({ url: server.url }, () => undefined);
  if (commands.status !== 'ready') await once(commands, 'ready');
  return { redis: commands, close };
}

/** The Redis of a test file. @returns a function that gives it to the running test. */
export function ownRedis(args?: readonly string[]): () => RedisServer {
  let server: RedisServer | undefined;
  beforeAll(async () => {
    server = await startRedis(args);
  });
  afterAll(() => server?.close());
  return () => {
    if (!server) throw new Error('Redis is there only while a test runs');
    return server;
  };
}

export class Site {
  readonly server: RedisServer;
  readonly namespace: string;
  readonly #partitions: number;

  constructor(server: RedisServer, partitions = 1) {
    sites += 1;
    this.server = server;
    this.namespace = `site-${process.pid}-${sites}`;
    this.#partitions = partitions;
  }

  /** Starts another process of the site. It ends with the test. */
  async store(options: Partial<RedisStoreOptions> = {}): Promise<RedisStore> {
    const { redis, close } = await connect(this.server);
    const store = new RedisStore({ redis, namespace: this.namespace, partitions: this.#partitions, ...options });
    onTestFinished(async () => {
      await store.close();
      close();
    });
    return store;
  }
}

/** All changes that were written down, journal by journal. */
export async function writtenDown(store: PresenceStore): Promise<Change[]> {
  const journals = await Promise.all(store.journals.map((journal) => journal.read(null, 100_000)));
  return journals.flat().map(({ change }) => change);
}

/** What a process was told of a client's presences. */
export const standingsOf = (change: Change | null): Standing[] =>
  (change?.steps ?? [])
    .filter(({ type }) => type === 'join')
    .map(({ kind, channel, since, epoch }) => ({ kind, channel, since, epoch }));

/** A change as it is written down: without the secret. */
export const written = (change: Change | null): Change | null => change && { ...change, id: change.key };
