// The one clock of all processes: this process's own steady clock, set by the time of Redis.
import type { Millis } from '../domain.js';
import type { RedisClient } from '../redis.js';

const MEASURE_EVERY: Millis = 30_000;
/** Of several round trips the shortest says the most. */
const ROUND_TRIPS = 3;
/** After a longer round trip the middle of it says too little. */
const LONGEST_TRIP: Millis = 1_000;
/**
 * Later measurements move the clock by so much at most: a host whose clock jumps (or a replica with another one that takes
 * over) must not make everybody's lease end at once.
 */
const LARGEST_STEP: Millis = 500;

export interface RedisClockOptions {
  readonly redis: RedisClient;
  /** Asks Redis for its time. */
  readonly ask: () => Promise<Millis>;
  /** This process's own clock, near the epoch's milliseconds, which never jumps. */
  readonly own: () => Millis;
}

export class RedisClock {
  readonly #options: RedisClockOptions;
  readonly #timer: NodeJS.Timeout;
  #offset: Millis | undefined;
  #measuring: Promise<void> | undefined;

  constructor(options: RedisClockOptions) {
    this.#options = options;
    this.#timer = setInterval(this.#try, MEASURE_EVERY).unref();
    options.redis.on('ready', this.#try);
    if (options.redis.status === 'ready') this.#try();
  }

  /** The same instant in all processes. Until it was set by Redis it is this process's own. */
  readonly now = (): Millis => Math.round(this.#options.own() + (this.#offset ?? 0));

  get isSet(): boolean {
    return this.#offset !== undefined;
  }

  /**
   * Sets the clock when it was not set yet.
   * @returns by how much it was wrong until then.
   * @throws the error of Redis when it cannot be asked.
   */
  async set(): Promise<Millis> {
    if (this.#offset === undefined) await this.#measure();
    return this.#offset ?? 0;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#options.redis.off('ready', this.#try);
  }

  /** Whether Redis could be asked is known to the pulse, which felt it; there is always a next time. */
  readonly #try = (): void => {
    void this.#measure().then(
      () => true,
      () => false,
    );
  };

  #measure(): Promise<void> {
    this.#measuring ??= this.#ask().finally(() => {
      this.#measuring = undefined;
    });
    return this.#measuring;
  }

  async #ask(): Promise<void> {
    const { ask, own } = this.#options;
    let best = { trip: Number.POSITIVE_INFINITY, offset: 0 };
    for (let n = 0; n < ROUND_TRIPS; n += 1) {
      const sent = own();
      const time = await ask();
      const trip = own() - sent;
      if (trip < best.trip) best = { trip, offset: time - (sent + trip / 2) };
    }
    if (this.#offset === undefined) this.#offset = best.offset;
    else if (best.trip <= LONGEST_TRIP) this.#offset += clamp(best.offset - this.#offset, LARGEST_STEP);
  }
}

const clamp = (value: number, limit: number): number => Math.max(-limit, Math.min(limit, value));
