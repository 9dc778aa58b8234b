// Opens Redis as the option `redis` names it: two connections, one for commands and one that listens.
import { setTimeout as pause } from 'node:timers/promises';
import { type RedisOptions as AnySettings, type Cluster, Redis } from 'ioredis';

type Settings = Omit<AnySettings, 'replyMapping'>;

/** What commands are given to: a Redis, or a Redis Cluster. */
export type RedisClient = Redis | Cluster;

/** Where Redis is: the options of faye-redis, or clients of ioredis that are there already. */
export interface RedisOptions {
  /** `redis://user:password@host:port/database`, or `rediss://…` with TLS. */
  readonly url?: string;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 6379. */
  readonly port?: number;
  /** The path of a Unix socket, instead of host and port. */
  readonly socket?: string;
  readonly username?: string;
  readonly password?: string;
  /** The number of the database. Default 0. */
  readonly database?: number;
  readonly tls?: Settings['tls'];
  /** Begins all keys, so that several sites can share one Redis. Default `faye-online`. */
  readonly namespace?: string;
  /** Over how many slots of a Redis Cluster presences are spread. The same in all processes. Default 1. */
  readonly partitions?: number;
  /** A ready client of ioredis, which stays open when we close. */
  readonly client?: RedisClient;
  /** With `client`: one more for listening. Default: a duplicate of it. */
  readonly subscriber?: RedisClient;
}

export interface RedisConnections {
  readonly commands: RedisClient;
  readonly subscriber: RedisClient;
  /** Settles when both are there, however late. */
  readonly connected: Promise<void>;
  /** The same, but rejects after ten seconds, naming the option; they go on trying. */
  readonly ready: Promise<void>;
  /** Ends the connections that were opened here. */
  close(): void;
}

export const NAMESPACE = 'faye-online';

/**
 * Commands fail at once while Redis is away, and after two seconds when it does not answer: who asked tries again later.
 * None is sent twice, for the first may have been executed.
 */
const SETTINGS: Settings = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  commandTimeout: 2_000,
  connectTimeout: 3_000,
  keepAlive: 10_000,
  retryStrategy: (times) => Math.min(50 * 2 ** Math.min(times, 6), 2_000) * (0.5 + Math.random() / 2),
  // A primary that became a replica: the next connection finds the new one.
  reconnectOnError: (error) => error.message.startsWith('READONLY'),
};

/** @param onError hears of every error of a connection; without a listener such an error would end the process */
export function openRedis(options: RedisOptions, onError: (error: unknown) => void): RedisConnections {
  const opened: RedisClient[] = [];
  const own = <T extends RedisClient>(client: T): T => {
    opened.push(client);
    return client;
  };
  const commands = options.client ?? own(connect(options));
  const subscriber = options.subscriber ?? own(listening(commands));
  for (const client of [commands, subscriber]) client.on('error', onError);
  const close = (): void => {
    for (const client of opened) client.disconnect();
    for (const client of [commands, subscriber]) if (!opened.includes(client)) client.off('error', onError);
  };
  const connected = Promise.all([commands, subscriber].map(isReady)).then(() => undefined);
  return { commands, subscriber, connected, ready: soon(connected, SILENT), close };
}

const SILENT = 'it does not answer. Check its address and password, and that it runs';
/** How long a start waits for Redis, in milliseconds. */
const START = 10_000;

/** Waits, but not for ever. @throws an Error that names the option, and says what is wrong */
export async function soon(what: Promise<void>, wrong: string): Promise<void> {
  const late = pause(START, 'late' as const, { ref: false });
  if ((await Promise.race([what, late])) === 'late') throw new Error(`faye-online: option "redis": ${wrong}`);
}

async function isReady(client: RedisClient): Promise<void> {
  if (client.status !== 'ready') await new Promise<void>((resolve) => client.once('ready', () => resolve()));
}

function connect({ url, host, port, socket, username, password, database, tls }: RedisOptions): Redis {
  const given = { host, port, path: socket, username, password, db: database, tls };
  const settings = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Settings;
  const all: Settings = { ...SETTINGS, ...settings };
  return url === undefined ? new Redis(all) : new Redis(url, all);
}

/** A connection that listens subscribes again by itself, and waits for Redis with that. */
function listening(commands: RedisClient): RedisClient {
  const settings = { enableOfflineQueue: true, maxRetriesPerRequest: null, commandTimeout: undefined };
  return commands instanceof Redis ? commands.duplicate(settings as Partial<Settings>) : commands.duplicate();
}
