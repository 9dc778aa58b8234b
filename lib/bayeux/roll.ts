// What the directory is told of the clients of this process: that they are here, live on, and go. What could not be said
// while Redis was away is said again when it is back, in batches.
import type { Channel, ClientId, Millis } from '../domain.js';
import type { Audience } from './audience.js';
import type { Entry } from './directory.js';
import type { RedisBus } from './redis_bus.js';

export interface RollOptions {
  readonly bus: RedisBus;
  readonly audience: Audience;
  /** Faye's time-out: clients live for three of them without being renewed. */
  readonly timeout: Millis;
  readonly sessionOf: (id: ClientId) => string | undefined;
  /** The client is another process's by now. */
  readonly lost: (id: ClientId) => void;
  readonly onError: (error: unknown) => void;
}

const RENEWED_AT_ONCE = 500;
const SAID_AT_ONCE = 100;
/** Clients that went while Redis was away and are remembered to be taken out. The rest is over by itself. */
const GONE_LIMIT = 10_000;

export class Roll {
  readonly #options: RollOptions;
  readonly #timer: NodeJS.Timeout;
  readonly #unsaid = new Set<ClientId>();
  readonly #gone = new Set<ClientId>();
  #saying = false;
  #renewing = false;

  constructor(options: RollOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.#renew(), options.timeout).unref();
    options.bus.watch((answers) => {
      if (answers) this.#sayAll();
    });
  }

  /** Until when clients live that are said now. */
  get until(): Millis {
    return Math.round(this.#options.bus.now() + 3 * this.#options.timeout);
  }

  /** A client is new. @returns undefined when that is said later; never rejects */
  enter(id: ClientId): Promise<unknown> | undefined {
    const { directory } = this.#options.bus;
    return this.say(id, () => directory.open([[id, { channels: [] }]], this.until));
  }

  /**
   * Says something of a client; all of it again later when that fails.
   * @returns what the directory answered, undefined when it did not; never rejects. Undefined at once when it is away
   */
  say<T>(id: ClientId, write: () => Promise<T>): Promise<T | undefined> | undefined {
    const later = (): undefined => {
      this.#unsaid.add(id);
    };
    return this.#options.bus.answers ? write().catch(later) : later();
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
      const entry = await bus.directory.drop(id, mine);
      return entry?.channels ?? (unsaid && channels ? channels : null);
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
  beaten(fresh: boolean): void {
    if (fresh) this.#sayAll();
    else void this.#sayUnsaid();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#unsaid.clear();
    this.#gone.clear();
  }

  #sayAll(): void {
    for (const id of this.#options.audience.ids()) this.#unsaid.add(id);
    void this.#sayUnsaid();
  }

  async #sayUnsaid(): Promise<void> {
    if (this.#saying) return;
    this.#saying = true;
    try {
      for (const id of this.#gone) {
        await this.#options.bus.directory.drop(id, true);
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
    const { audience, bus, lost, sessionOf } = this.#options;
    const ids: ClientId[] = [];
    const known: [ClientId, Entry][] = [];
    for (const id of this.#unsaid) {
      if (ids.push(id) > SAID_AT_ONCE) break;
      // What changes while it is being said is said again.
      this.#unsaid.delete(id);
      const client = audience.get(id);
      if (client) known.push([id, { channels: [...client.channels], session: sessionOf(id) }]);
    }
    if (known.length === 0) return;
    try {
      for (const id of await bus.directory.open(known, this.until)) lost(id);
    } catch (error) {
      for (const id of ids) this.#unsaid.add(id);
      throw error;
    }
  }

  async #renew(): Promise<void> {
    if (this.#renewing) return;
    this.#renewing = true;
    const ids = [...this.#options.audience.ids()];
    try {
      for (let i = 0; i < ids.length && this.#options.bus.answers; i += RENEWED_AT_ONCE) {
        const some = ids.slice(i, i + RENEWED_AT_ONCE);
        if (await this.#options.bus.directory.renew(some, this.until)) continue;
        // Redis has forgotten some of them.
        for (const id of some) this.#unsaid.add(id);
      }
    } catch (error) {
      this.#options.onError(error);
    }
    this.#renewing = false;
  }
}
