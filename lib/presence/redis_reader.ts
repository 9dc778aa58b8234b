// One partition of the Redis store: what is read of it, each in one step, so that it is of one moment.
import type { Channel, ClientId, Kind, Millis, Place, Presence, Roster, Uid, User } from '../domain.js';
import type { RedisClient } from '../redis.js';
import type { PartitionKeys } from './redis_keys.js';
import type { RedisPulse } from './redis_pulse.js';
import type { Answer, RunScript } from './redis_scripts.js';

export interface RedisReaderOptions {
  readonly redis: RedisClient;
  readonly pulse: RedisPulse;
  readonly run: RunScript;
  readonly keys: PartitionKeys;
}

interface ChannelRecord {
  readonly epoch: string;
  readonly v: number;
  readonly count: number;
}

interface PresenceRecord {
  readonly since: Millis;
  readonly left: Millis;
  readonly uname: string;
  readonly clients: number;
}

type ClientRecord = User & Place;

export class RedisReader {
  readonly #options: RedisReaderOptions;

  constructor(options: RedisReaderOptions) {
    this.#options = options;
  }

  async roster(kind: Kind, channel: Channel, limit: number): Promise<Roster> {
    const most = Number.isFinite(limit) ? Math.max(0, Math.floor(limit)) : -1;
    const [state, ...rows] = await this.#run('roster', [`${kind} ${channel}`, most]);
    if (!state) return { kind, channel, epoch: '', v: 0, count: 0, users: [] };
    const { epoch, v, count } = parse<ChannelRecord>(state);
    const users = inGroups(rows, 2).map(([uid, there]) => {
      const { uname, since, clients } = parse<PresenceRecord>(there);
      return { uid: String(uid), uname, since, clients };
    });
    return { kind, channel, epoch, v, count, users };
  }

  /** The channels of a kind that have users, with how many. */
  async census(kind: Kind): Promise<[Channel, number][]> {
    const { redis, pulse, keys } = this.#options;
    const channels = await pulse.feel(redis.hgetall(keys.of('channels')));
    return Object.entries(channels)
      .filter(([spot]) => spot.startsWith(`${kind} `))
      .map(([spot, state]): [Channel, number] => [spot.slice(kind.length + 1), parse<ChannelRecord>(state).count])
      .filter(([, count]) => count > 0);
  }

  async whereabouts(uid: Uid): Promise<Presence[]> {
    const rows = await this.#run('whereabouts', [uid]);
    return inGroups(rows, 4).map(([kind, channel, there, seen]) =>
      presenceOf(`${kind} ${channel}\n${uid}`, parse<PresenceRecord>(there), Number(seen)),
    );
  }

  async clientsOf(uid: Uid): Promise<ClientId[]> {
    const { redis, pulse, keys } = this.#options;
    const ids = await pulse.feel(redis.hget(keys.of('users'), uid));
    return ids ? parse<ClientId[]>(ids) : [];
  }

  /** Read as it is and put together here: Redis does nothing else while it counts, and this process can wait. */
  async present(): Promise<Presence[]> {
    const { redis, pulse, keys } = this.#options;
    const reads = redis
      .multi()
      .hgetall(keys.of('presences'))
      .hgetall(keys.of('clients'))
      .zrange(keys.of('seen'), '0', '-1', 'WITHSCORES');
    const [presences, clients, seen] = answersOf(await pulse.feel(reads.exec()));
    const latest = latestOf(clients as Record<string, string>, seen as readonly (string | number)[]);
    const records = presences as Record<string, string>;
    const fields = Object.keys(records);
    return parseAll<PresenceRecord>(Object.values(records)).map((there, n) => {
      const field = fields[n] ?? '';
      return presenceOf(field, there, latest.get(field) ?? 0);
    });
  }

  async backlog(): Promise<{ waiting: number; dropped: number }> {
    const { redis, pulse, keys } = this.#options;
    const reads = redis.multi().xlen(keys.of('journal')).hget(keys.of('meta'), 'dropped');
    const [waiting, dropped] = answersOf(await pulse.feel(reads.exec()));
    return { waiting: Number(waiting), dropped: Number(dropped ?? 0) };
  }

  #run(name: 'roster' | 'whereabouts', args: readonly (string | number)[]): Promise<readonly Answer[]> {
    return this.#options.run(name, this.#options.keys.all, args);
  }
}

/** The last proof of life of any client in each presence, by the presence's field. @param seen id, time, id, time, … */
function latestOf(
  clients: Readonly<Record<ClientId, string>>,
  seen: readonly (string | number)[],
): Map<string, Millis> {
  const times = new Map<ClientId, Millis>();
  const pairs = seen.flat();
  for (let n = 0; n + 1 < pairs.length; n += 2) times.set(String(pairs[n]), Number(pairs[n + 1]));
  const ids = Object.keys(clients);
  const latest = new Map<string, Millis>();
  for (const [n, client] of parseAll<ClientRecord>(Object.values(clients)).entries()) {
    const time = times.get(ids[n] ?? '') ?? 0;
    for (const kind of ['room', 'activity'] as const) {
      if (client[kind] === undefined) continue;
      const field = `${kind} ${client[kind]}\n${client.uid}`;
      latest.set(field, Math.max(latest.get(field) ?? 0, time));
    }
  }
  return latest;
}

/** @param field `<kind> <channel>\n<uid>` @param seen the last proof of life of a client that is there */
function presenceOf(field: string, { since, left, uname, clients }: PresenceRecord, seen: Millis): Presence {
  const line = field.indexOf('\n');
  const blank = field.indexOf(' ');
  const user = { uid: field.slice(line + 1), uname };
  const kind = field.slice(0, blank) as Kind;
  return { kind, channel: field.slice(blank + 1, line), user, since, seen: Math.max(left, seen), clients };
}

const parse = <T>(json: unknown): T => JSON.parse(String(json)) as T;

/** Thousands of records are parsed several times as fast as one text. */
const parseAll = <T>(records: readonly string[]): T[] => JSON.parse(`[${records.join(',')}]`) as T[];

function inGroups<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.floor(list.length / size) }, (_, n) => list.slice(n * size, (n + 1) * size));
}

/** The answers of a transaction. @throws the first error among them. */
function answersOf(replies: [error: Error | null, answer: unknown][] | null): unknown[] {
  return (replies ?? []).map(([error, answer]) => {
    if (error) throw error;
    return answer;
  });
}
