// Who is online, in Redis: shared by all processes of a site. Every change is one script, so that one process gets it.
import type {
  Cause,
  Change,
  Channel,
  Client,
  ClientId,
  Journal,
  Kind,
  Millis,
  Presence,
  Roster,
  Uid,
} from '../domain.js';
import { RedisClock } from './redis_clock.js';
import { keysOf, partitionOf } from './redis_keys.js';
import { type RedisStoreOptions, settingsOf } from './redis_options.js';
import { partitionsOf } from './redis_partitions.js';
import { RedisPulse } from './redis_pulse.js';
import type { RedisReader } from './redis_reader.js';
import { type RunScript, scriptsOn } from './redis_scripts.js';
import { RedisSpread } from './redis_spread.js';
import { Turns } from './redis_turns.js';
import type { Lease, PresenceStore, Standing } from './store.js';

export type { RedisStoreOptions } from './redis_options.js';

/** A clock that is wrong by no more than this spoils neither a lease nor a stay. */
const TOLERANCE: Millis = 1_000;

export class RedisStore implements PresenceStore {
  readonly journals: readonly Journal[];
  readonly now: () => Millis;
  readonly #pulse: RedisPulse;
  readonly #clock: RedisClock;
  readonly #readers: readonly RedisReader[];
  readonly #spread: RedisSpread;
  readonly #turns = new Turns();

  /** @throws RangeError when an option cannot be. */
  constructor(options: RedisStoreOptions) {
    const settings = settingsOf(options);
    const { redis, clock, node } = settings;
    const pulse = new RedisPulse(redis);
    const scripts = scriptsOn(redis);
    const run: RunScript = (...script) => pulse.feel(scripts(...script));
    const parts = partitionsOf(settings, node, pulse, run);
    this.journals = parts.map(({ journal }) => journal);
    this.#readers = parts.map(({ reader }) => reader);
    this.#spread = new RedisSpread(
      node,
      parts.map(({ partition }) => partition),
    );
    this.#pulse = pulse;
    const { all } = keysOf(settings.namespace, 0, settings.partitions);
    this.#clock = new RedisClock({ redis, own: clock, ask: async () => millisOf(await run('time', all, [])) });
    this.now = this.#clock.now;
  }

  async join(
    client: Client,
    now: Millis,
    ends: Millis,
    before: readonly Standing[] = [],
    stands?: (standings: readonly Standing[]) => void,
  ): Promise<Change | null> {
    if (!this.#clock.isSet) await this.#setClock();
    const arrives = { now, ends, before, recall: false, asks: stands !== undefined };
    return this.#turns.take(client.id, () => this.#spread.join(client, arrives, stands));
  }

  async recall(client: Client, seen: Millis, ends: Millis, before: readonly Standing[]): Promise<Change | null> {
    if (!this.#clock.isSet) await this.#setClock();
    const arrives = { now: seen, ends, before, recall: true, asks: false };
    return this.#turns.take(client.id, () => this.#spread.join(client, arrives));
  }

  async renew(leases: readonly Lease[]): Promise<ClientId[]> {
    if (leases.length === 0) return [];
    if (!this.#clock.isSet) await this.#setClock();
    return this.#spread.renew(leases);
  }

  async leave(id: ClientId, now: Millis, cause: Cause): Promise<Change | null> {
    if (!this.#clock.isSet) await this.#setClock();
    return this.#turns.take(id, () => this.#spread.leave(id, now, cause));
  }

  async expire(now: Millis, due: Millis = now): Promise<Change[]> {
    if (!this.#clock.isSet) await this.#setClock();
    return this.#spread.expire(now, due);
  }

  async handOver(now: Millis, ends: Millis): Promise<boolean> {
    if (!this.#clock.isSet) await this.#setClock();
    return this.#spread.handOver(now, ends);
  }

  async roster(kind: Kind, channel: Channel, limit = Number.POSITIVE_INFINITY): Promise<Roster> {
    const reader = this.#readers[partitionOf(channel, this.#readers.length)];
    if (!reader) throw new Error(`no partition has ${kind} ${channel}`);
    return reader.roster(kind, channel, limit);
  }

  async census(kind: Kind): Promise<Map<Channel, number>> {
    return new Map(await this.#gather((reader) => reader.census(kind)));
  }

  whereabouts(uid: Uid): Promise<Presence[]> {
    return this.#gather((reader) => reader.whereabouts(uid));
  }

  async clientsOf(uid: Uid): Promise<ClientId[]> {
    return [...new Set(await this.#gather((reader) => reader.clientsOf(uid)))];
  }

  present(): Promise<Presence[]> {
    return this.#gather((reader) => reader.present());
  }

  async backlog(): Promise<{ waiting: number; dropped: number }> {
    const backlogs = await Promise.all(this.#readers.map((reader) => reader.backlog()));
    const total = (of: (backlog: { waiting: number; dropped: number }) => number) =>
      backlogs.reduce((sum, backlog) => sum + of(backlog), 0);
    return { waiting: total(({ waiting }) => waiting), dropped: total(({ dropped }) => dropped) };
  }

  watch(listener: (answers: boolean) => void): void {
    this.#pulse.watch(listener);
  }

  async close(): Promise<void> {
    this.#clock.close();
    this.#pulse.close();
  }

  /** Nothing is written by a clock that may be hours off: it would take everybody out. Who asked asks again. */
  async #setClock(): Promise<void> {
    const error = await this.#clock.set();
    if (Math.abs(error) > TOLERANCE)
      throw new Error(
        `the clock was wrong by ${Math.round(error / 1000)} s until Redis told the time; it is right now`,
      );
  }

  async #gather<T>(read: (reader: RedisReader) => Promise<T[]>): Promise<T[]> {
    return (await Promise.all(this.#readers.map(read))).flat();
  }
}

const millisOf = ([seconds, micros]: readonly unknown[]): Millis => Number(seconds) * 1000 + Number(micros) / 1000;
