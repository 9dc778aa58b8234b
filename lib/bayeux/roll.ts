// What the directory is told of the clients of this process: that they are here, live on, and go. What could not be said
// while Redis was away is said again when it is back, in batches; and what others changed meanwhile is taken in.
import type { Channel, ClientId, Millis } from '../domain.js';
import type { Audience } from './audience.js';
import type { Beat, Entry, Said } from './directory.js';
import type { RedisBus } from './redis_bus.js';
import { Renewals } from './renewals.js';
import { type News, Unsaid } from './unsaid.js';
import { Writes } from './writes.js';

export interface RollOptions {
  readonly bus: RedisBus;
  readonly audience: Audience;
  /** Faye's time-out: clients live for three of them without being renewed. */
  readonly timeout: Millis;
  readonly sessionOf: (id: ClientId) => string | undefined;
  /** The client is another process's by now, or was taken out by one. */
  readonly lost: (id: ClientId) => void;
  /** A client of ours is so in the directory: others may have changed it while we were away. */
  readonly known: (id: ClientId, entry: Entry) => void;
  readonly onError: (error: unknown) => void;
}

const SAID_AT_ONCE = 100;
/** Clients that went while Redis was away and are remembered to be taken out. The rest is over by itself. */
const GONE_LIMIT = 10_000;

export class Roll {
  readonly #options: RollOptions;
  readonly #renewals: Renewals;
  readonly #unsaid = new Unsaid();
  readonly #writing = new Writes();
  readonly #gone = new Set<ClientId>();
  /** The directory's, when this process last said its clients. */
  #era = '';
  #saying = false;

  constructor(options: RollOptions) {
    this.#options = options;
    const unknown = (id: ClientId): void => void this.#unsaid.add(id);
    this.#renewals = new Renewals({ ...options, unknown });
    options.bus.watch((answers) => {
      if (answers) this.#sayAll(false);
    });
  }

  /** How long clients live that are said now. */
  get lease(): Millis {
    return this.#renewals.lease;
  }

  /** A client is new. @returns undefined when that is said later; never rejects */
  enter(id: ClientId): Promise<unknown> | undefined {
    const said: Said = { id, channels: [], isNew: true, identified: false };
    const write = (): Promise<unknown> => this.#options.bus.directory.open([said], this.#era, this.lease);
    return this.#say(id, write, (news) => {
      news.isNew = true;
    });
  }

  /** A client begins or ends a subscription. The same as `enter`; @returns whether that was news to the directory */
  subscribe(id: ClientId, channel: Channel, on: boolean): Promise<boolean | undefined> | undefined {
    const write = (): Promise<boolean> => this.#options.bus.directory.subscribe(id, channel, on, true);
    return this.#say(id, write, (news) => {
      news.subs ??= new Map();
      news.subs.set(channel, on);
    });
  }

  /** It is known who a client is. The same as `enter`. */
  save(id: ClientId, session: string): Promise<unknown> | undefined {
    const write = (): Promise<void> => this.#options.bus.directory.save(id, session, true);
    return this.#say(id, write, (news) => {
      news.identified = true;
    });
  }

  /**
   * A client goes. Never rejects.
   * @param mine only if it is still this process's
   * @param channels its own, when it was here
   * @returns the channels that it had; null when it is not for this process to tell of its end
   */
  async exit(id: ClientId, mine: boolean, channels?: readonly Channel[]): Promise<readonly Channel[] | null> {
    const { bus } = this.#options;
    const unsaid = this.#unsaid.delete(id);
    try {
      if (!bus.answers) throw new Error('Redis is away');
      const entry = await bus.directory.drop(id, mine, channels !== undefined);
      return entry?.channels ?? (unsaid?.isNew && channels ? channels : null);
    } catch {
      if (!channels) return null;
      if (this.#gone.size < GONE_LIMIT) this.#gone.add(id);
      return channels;
    }
  }

  /** Another process wrote of a client of ours: what we are saying may have crossed that, and is said again. */
  crossed(id: ClientId): void {
    if (this.#saying) this.#unsaid.add(id);
  }

  /** A heartbeat was answered. */
  beaten({ fresh, era, late }: Beat): void {
    // In one turn with what follows: nothing is said of a new era as of the old one.
    const forgot = era !== this.#era;
    this.#era = era;
    if (fresh || forgot) this.#sayAll(forgot);
    else void this.#sayUnsaid();
    void this.#renewals.renew(late);
  }

  close(): void {
    this.#renewals.close();
    this.#unsaid.clear();
    this.#gone.clear();
  }

  /**
   * Says something of a client; later, when that fails.
   * @returns what the directory answered, undefined when it did not; never rejects. Undefined at once when it is away
   */
  #say<T>(id: ClientId, write: () => Promise<T>, note: (news: News) => void): Promise<T | undefined> | undefined {
    const later = (): undefined => note(this.#unsaid.add(id)) as undefined;
    if (!this.#options.bus.answers) return later();
    const written = write().catch(later);
    this.#writing.add(
      id,
      written.then(() => undefined),
    );
    return written;
  }

  #sayAll(forgot: boolean): void {
    for (const id of this.#options.audience.ids()) {
      const news = this.#unsaid.add(id);
      news.isNew ||= forgot;
    }
    void this.#sayUnsaid();
  }

  async #sayUnsaid(): Promise<void> {
    if (this.#saying) return;
    this.#saying = true;
    try {
      for (const id of this.#gone) {
        await this.#options.bus.directory.drop(id, true, true);
        this.#gone.delete(id);
      }
      while (this.#unsaid.size > 0 && this.#options.bus.answers) await this.#sayBatch();
    } catch (error) {
      // The next heartbeat tries again.
      this.#options.onError(error);
    }
    this.#saying = false;
  }

  async #sayBatch(): Promise<void> {
    const { audience, bus, sessionOf } = this.#options;
    // What changes while it is being said is said again.
    const taken = this.#unsaid.take(SAID_AT_ONCE);
    const said = taken.flatMap(([id, news]): Said[] => {
      const client = audience.get(id);
      return client ? [{ ...news, id, channels: [...client.channels], session: sessionOf(id) }] : [];
    });
    if (said.length === 0) return;
    const known = await bus.directory.open(said, this.#era, this.lease).catch((error) => {
      for (const [id, news] of taken) if (audience.get(id)) this.#unsaid.putBack(id, news);
      throw error;
    });
    for (const [id, entry] of known) this.#learn(id, entry);
  }

  /** What the directory said may be older than what we know. Then it is asked again, behind what is being written. */
  #learn(id: ClientId, entry: Entry | null): void {
    const { audience, known, lost } = this.#options;
    if (audience.get(id) === undefined) return;
    if (this.#unsaid.has(id) || this.#writing.of(id)) this.#unsaid.add(id);
    else if (entry) known(id, entry);
    else lost(id);
  }
}
