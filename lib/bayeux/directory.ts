// Which process has which client, with its subscriptions and who it is: kept in Redis, so that a client may change process
// between any two messages. One slot of a Redis Cluster holds it, and the clock of that Redis is the only one.
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

/** `unknown`: nobody knows the client. `away`: the directory forgot lately, and the processes are saying who lives. */
export type Found = Entry | 'unknown' | 'away';

/** A client as its process says it: all that it knows of it, and what of that the directory may not know. */
export interface Said extends Entry {
  readonly id: ClientId;
  /** It is made, though the directory forgot nothing. */
  readonly isNew: boolean;
  /** Subscriptions that were not written: begun (true) or ended. */
  readonly subs?: ReadonlyMap<Channel, boolean> | undefined;
  /** Whether the session was not written. */
  readonly identified: boolean;
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
  /** Whether Redis did not know this process: it began, was silent for long, or Redis forgot everything. */
  readonly fresh: boolean;
  /** Since when Redis knows clients. Another one than before: what was said before may be forgotten. */
  readonly era: string;
  /** Clients of this process that it did not renew in time. */
  readonly late: readonly ClientId[];
  /** Clients whose process is gone, told to this process only. */
  readonly over: readonly (readonly [ClientId, Entry])[];
}

const LEASE: Millis = 15_000;
/** The same of a process that ends. */
const LAST_LEASE: Millis = 5_000;
/** A process that was silent for longer may be dead, and so may one that ends. */
const LATELY: Millis = 3_000;
/** Keys that no process renews for so long are forgotten. */
const KEPT: Millis = 3_600_000;
const LOOKED_AT_ONCE = 100;
/** A directory that began so lately is not complete. */
const COMPLETE: Millis = 5_000;

const SCRIPTS = {
  open: new Script('bus_open'),
  find: new Script('bus_find'),
  claim: new Script('bus_claim'),
  subscribe: new Script('bus_subscribe'),
  save: new Script('bus_save'),
  drop: new Script('bus_drop'),
  send: new Script('bus_send'),
  renew: new Script('bus_renew'),
  beat: new Script('bus_beat'),
};

/** All methods reject when Redis does not answer. */
export class Directory {
  readonly #options: DirectoryOptions;
  readonly #records: string;
  readonly #due: string;
  readonly #nodes: string;
  readonly #born: string;
  #lease = LEASE;

  constructor(options: DirectoryOptions) {
    this.#options = options;
    const tag = `{${options.namespace}:clients}`;
    this.#records = `${tag}records`;
    this.#due = `${tag}due`;
    this.#nodes = `${tag}nodes`;
    this.#born = `${tag}born`;
  }

  /**
   * Says that these clients are this process's.
   * @param era the one in which this process said its clients before
   * @param lease how long they live without being renewed
   * @returns those that the directory knew, as it knows them now; null for what is not this process's any more
   */
  async open(clients: readonly Said[], era: string, lease: Millis): Promise<(readonly [ClientId, Entry | null])[]> {
    const said = clients.flatMap((client) => [client.id, textOf(client)]);
    const keys = [this.#records, this.#due, this.#born];
    const known = await this.#run<[ClientId, string | null][]>('open', keys, [this.#node, lease, KEPT, era, ...said]);
    return known.map(([id, record]) => [id, record === null ? null : entryOf(record)] as const);
  }

  async find(id: ClientId): Promise<Found> {
    return foundIn(await this.#run('find', [this.#records, this.#born], [id]));
  }

  /** Makes the client this process's. The marker on the bus says from when on. */
  async claim(id: ClientId, lease: Millis): Promise<Found> {
    const keys = [this.#records, this.#due, this.#nodes, this.#born];
    return foundIn(await this.#run('claim', keys, [id, this.#node, lease, this.#options.prefix, '', 0]));
  }

  /**
   * Makes a client of this process another's, as if that one had claimed it. Nothing when it is not this process's, or when
   * the other one was silent lately, or ends: since it was asked for, or while many are given.
   */
  async give(id: ClientId, node: string, lease: Millis): Promise<void> {
    const keys = [this.#records, this.#due, this.#nodes, this.#born];
    await this.#run('claim', keys, [id, node, lease, this.#options.prefix, this.#node, LEASE - LATELY]);
  }

  /** @param here whether this process has the client, and so knows. @returns whether it changed anything */
  async subscribe(id: ClientId, channel: Channel, on: boolean, here: boolean): Promise<boolean> {
    const args = [id, channel, on ? 1 : 0, here ? this.#node : '', this.#options.prefix];
    return (await this.#run('subscribe', [this.#records], args)) === 1;
  }

  /** Writes down who a client is. @param here as above */
  async save(id: ClientId, session: string, here: boolean): Promise<void> {
    await this.#run('save', [this.#records], [id, session, here ? this.#node : '', this.#options.prefix]);
  }

  /**
   * Takes a client out.
   * @param mine only if it is this process's
   * @param here whether this process had it
   * @returns what was known of it, to one who asks only
   */
  async drop(id: ClientId, mine: boolean, here: boolean): Promise<Entry | undefined> {
    const args = [id, this.#node, mine ? 1 : 0, this.#options.prefix, here ? 1 : 0];
    const record = await this.#run<string | null>('drop', [this.#records, this.#due], args);
    return record === null ? undefined : entryOf(record);
  }

  /** A message for one client, to the process that has it. @param again whether it was passed on to here */
  async send(id: ClientId, message: string, again: boolean): Promise<void> {
    await this.#run('send', [this.#records], [id, message, this.#options.prefix, again ? 1 : 0]);
  }

  /** Renews this process and looks for clients whose process is gone. */
  async beat(): Promise<Beat> {
    const keys = [this.#records, this.#due, this.#nodes, this.#born];
    const args = [this.#node, this.#lease, LOOKED_AT_ONCE, KEPT, this.#options.prefix, LEASE];
    const [fresh, era, late, over] = await this.#run<[number, string, ClientId[], string[]]>('beat', keys, args);
    return { fresh: fresh === 1, era, late, over: [...pairs(over)] };
  }

  /** The clients live on. @returns those that are not known */
  renew(ids: readonly ClientId[], lease: Millis): Promise<ClientId[]> {
    return this.#run('renew', [this.#due], [lease, ...ids]);
  }

  /** From its next heartbeat on this process is given no clients any more. */
  retire(): void {
    this.#lease = LAST_LEASE;
  }

  /** The other processes that said lately that they live, and do not end. */
  async others(): Promise<string[]> {
    const all = await asked(this.#options.commands.zrange(this.#nodes, 0, '-1', 'WITHSCORES'));
    const until = new Map<string, Millis>();
    for (let i = 0; i + 1 < all.length; i += 2) until.set(all[i] ?? '', Number(all[i + 1]));
    // All live equally long after a heartbeat, and they beat once a second.
    const latest = (until.get(this.#node) ?? 0) - this.#lease + LEASE;
    return [...until.keys()].filter((node) => node !== this.#node && (until.get(node) ?? 0) > latest - LATELY);
  }

  /** This process ends: who takes its clients need not wait for it. */
  async leave(): Promise<void> {
    await asked(this.#options.commands.zrem(this.#nodes, this.#node));
  }

  get #node(): string {
    return this.#options.node;
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

function textOf({ channels, session, isNew, subs = new Map(), identified }: Said): string {
  const changed = (wanted: boolean): Channel[] => [...subs].flatMap(([channel, on]) => (on === wanted ? channel : []));
  // An object, as Lua cannot tell an empty array from an empty object.
  const all = Object.fromEntries(channels.map((channel) => [channel, 1]));
  return JSON.stringify({ subs: all, session, new: isNew, on: changed(true), off: changed(false), who: identified });
}

const foundIn = ([known, told]: readonly [number, string | number]): Found => {
  if (known === 1) return entryOf(String(told));
  return Number(told) < COMPLETE ? 'away' : 'unknown';
};

function* pairs(list: readonly string[]): Iterable<readonly [ClientId, Entry]> {
  for (let i = 0; i + 1 < list.length; i += 2) yield [list[i] ?? '', entryOf(list[i + 1] ?? '')];
}
