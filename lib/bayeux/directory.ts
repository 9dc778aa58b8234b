// Which process has which client, with its subscriptions and who it is: kept in Redis, so that a client may change process
// between any two messages. One slot of a Redis Cluster holds it.
import type { Channel, ClientId, Millis } from '../domain.js';
import type { RedisClient } from '../redis.js';
import { plainError } from './plain_error.js';
import { Script } from './script.js';

/** What the directory knows of a client. */
export interface Entry {
  readonly channels: readonly Channel[];
  /** Who it is, as the process that knows wrote it; absent while nobody knows. */
  readonly session?: string | undefined;
}

export interface DirectoryOptions {
  readonly commands: RedisClient;
  readonly namespace: string;
  /** This process. */
  readonly node: string;
  /** What begins the names of the Redis channels on which processes listen for what is theirs. */
  readonly prefix: string;
}

/** What one heartbeat brought. */
export interface Beat {
  /** Redis's time. */
  readonly time: Millis;
  /** Whether Redis did not know this process: it began, was silent for long, or Redis forgot everything. */
  readonly fresh: boolean;
  /** Clients that nobody renewed in time, told to this process only. */
  readonly over: readonly (readonly [ClientId, Entry])[];
}

export type Claimed = { readonly known: true; readonly entry: Entry } | { readonly known: false; readonly age: Millis };

const LEASE: Millis = 15_000;
/** Keys that no process renews for so long are forgotten. */
const KEPT: Millis = 3_600_000;
const SWEPT_AT_ONCE = 100;

const SCRIPTS = {
  open: new Script('bus_open'),
  claim: new Script('bus_claim'),
  subscribe: new Script('bus_subscribe'),
  save: new Script('bus_save'),
  drop: new Script('bus_drop'),
  send: new Script('bus_send'),
  beat: new Script('bus_beat'),
};

/** All methods reject when Redis does not answer. */
export class Directory {
  readonly #options: DirectoryOptions;
  readonly #records: string;
  readonly #due: string;
  readonly #nodes: string;
  readonly #born: string;

  constructor(options: DirectoryOptions) {
    this.#options = options;
    const tag = `{${options.namespace}:clients}`;
    this.#records = `${tag}records`;
    this.#due = `${tag}due`;
    this.#nodes = `${tag}nodes`;
    this.#born = `${tag}born`;
  }

  /** Says that these clients are this process's. @returns those that are another's by now */
  async open(clients: Iterable<readonly [ClientId, Entry]>, until: Millis): Promise<ClientId[]> {
    const said = Array.from(clients).flatMap(([id, entry]) => [id, this.#record(entry)]);
    return this.#run('open', [this.#records, this.#due], [this.#options.node, until, KEPT, ...said]);
  }

  async find(id: ClientId): Promise<Entry | undefined> {
    const record = await asked(this.#options.commands.hget(this.#records, id));
    return record === null ? undefined : entryOf(record);
  }

  /** Makes the client this process's. The marker on the bus says from when on; `age`: since when the directory knows anybody. */
  async claim(id: ClientId, now: Millis, until: Millis): Promise<Claimed> {
    const keys = [this.#records, this.#due, this.#nodes, this.#born];
    const { node, prefix } = this.#options;
    const [known, told] = await this.#run<[number, string | number]>('claim', keys, [id, node, now, until, prefix]);
    return known === 1 ? { known: true, entry: entryOf(String(told)) } : { known: false, age: Number(told) };
  }

  /** @returns whether it changed anything */
  async subscribe(id: ClientId, channel: Channel, on: boolean): Promise<boolean> {
    const { node, prefix } = this.#options;
    return (await this.#run('subscribe', [this.#records], [id, channel, on ? 1 : 0, node, prefix])) === 1;
  }

  /** Writes down who a client is. */
  async save(id: ClientId, session: string): Promise<void> {
    const { node, prefix } = this.#options;
    await this.#run('save', [this.#records], [id, session, node, prefix]);
  }

  /** Takes a client out; with `mine` only if it is this process's. @returns what was known of it, to one who asks only */
  async drop(id: ClientId, mine: boolean): Promise<Entry | undefined> {
    const { node, prefix } = this.#options;
    const args = [id, node, mine ? 1 : 0, prefix];
    const record = await this.#run<string | null>('drop', [this.#records, this.#due], args);
    return record === null ? undefined : entryOf(record);
  }

  /** A message for one client, to the process that has it. */
  async send(id: ClientId, message: string): Promise<void> {
    await this.#run('send', [this.#records], [id, message, this.#options.prefix]);
  }

  /** Renews this process and looks for clients whose process is gone. */
  async beat(now: Millis): Promise<Beat> {
    const keys = [this.#records, this.#due, this.#nodes, this.#born];
    const { node, prefix } = this.#options;
    const args = [node, now, now + LEASE, SWEPT_AT_ONCE, KEPT, prefix];
    const [time, fresh, ...rest] = await this.#run<[number, number, ...string[]]>('beat', keys, args);
    return { time, fresh: fresh === 1, over: [...pairs(rest)] };
  }

  /** The clients live on. @returns whether all of them are known */
  async renew(ids: readonly ClientId[], until: Millis): Promise<boolean> {
    const scores = ids.flatMap((id) => [until, id]);
    return (await asked(this.#options.commands.call('ZADD', this.#due, 'XX', 'CH', ...scores))) === ids.length;
  }

  /** This process ends: who takes its clients need not wait for it. */
  async leave(): Promise<void> {
    await asked(this.#options.commands.zrem(this.#nodes, this.#options.node));
  }

  #record({ channels, session }: Entry): string {
    // An object, as Lua cannot tell an empty array from an empty object.
    const subs = Object.fromEntries(channels.map((channel) => [channel, 1]));
    return JSON.stringify({ node: this.#options.node, moves: 0, subs, session });
  }

  async #run<T>(script: keyof typeof SCRIPTS, keys: readonly string[], args: readonly (string | number)[]): Promise<T> {
    return (await asked(SCRIPTS[script].run(this.#options.commands, keys, args))) as T;
  }
}

async function asked<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw plainError(error);
  }
}

/** Reads a record of the directory. */
export function entryOf(record: string): Entry {
  const { subs, session } = JSON.parse(record) as { subs: Record<Channel, number>; session?: string };
  return { channels: Object.keys(subs), session };
}

function* pairs(list: readonly string[]): Iterable<readonly [ClientId, Entry]> {
  for (let i = 0; i + 1 < list.length; i += 2) yield [list[i] ?? '', entryOf(list[i + 1] ?? '')];
}
