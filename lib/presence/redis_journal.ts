// The journal of one partition: a stream in Redis, to which the scripts append.
import type { Change, Journal, JournalEntry, Position } from '../domain.js';
import type { RedisClient } from '../redis.js';
import type { RedisPulse } from './redis_pulse.js';

export interface RedisJournalOptions {
  readonly redis: RedisClient;
  readonly pulse: RedisPulse;
  readonly name: string;
  readonly key: string;
}

export class RedisJournal implements Journal {
  readonly name: string;
  readonly #options: RedisJournalOptions;
  #latest = 0;

  constructor(options: RedisJournalOptions) {
    this.name = options.name;
    this.#options = options;
  }

  /**
   * The latest milliseconds of a position that this process knows of, as the ledger's database does. Told to the scripts, so
   * that positions grow also when Redis was emptied and the clock is behind.
   */
  get latest(): number {
    return this.#latest;
  }

  /** A position was written, read, or asked for. */
  saw(position: Position): void {
    this.#latest = Math.max(this.#latest, Number.parseInt(position, 10) || 0);
  }

  async read(after: Position | null, limit: number): Promise<JournalEntry[]> {
    const { redis, pulse, key } = this.#options;
    if (after !== null) this.saw(after);
    const start = after === null ? '-' : `(${after}`;
    const rows = await pulse.feel(redis.xrange(key, start, '+', 'COUNT', limit));
    const entries = rows.map(([position, [, change = '']]) => ({ position, change: JSON.parse(change) as Change }));
    const last = entries.at(-1);
    if (last) this.saw(last.position);
    return entries;
  }

  async trim(upTo: Position): Promise<void> {
    const { redis, pulse, key } = this.#options;
    this.saw(upTo);
    await pulse.feel(redis.xtrim(key, 'MINID', after(upTo)));
  }
}

/** The least position after another. */
function after(position: Position): Position {
  const [ms = '0', count = '0'] = position.split('-');
  return `${ms}-${BigInt(count) + 1n}`;
}
