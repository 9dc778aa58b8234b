// The journal of the memory store: a bounded ring of entries whose positions grow, also when the clock goes back.
import { randomUUID } from 'node:crypto';
import {
  type Change,
  comparePositions,
  type Journal,
  type JournalEntry,
  type Millis,
  type Position,
} from '../domain.js';

/** Below this many forgotten entries the array is not worth copying. */
const COMPACT_FROM = 1024;

export class MemoryJournal implements Journal {
  /** Another with every process: what was written down of one journal says nothing about the next. */
  readonly name = `memory-${randomUUID()}`;
  readonly #limit: number;
  readonly #onOverflow: ((dropped: number) => void) | undefined;
  /** Entries from `#oldest` on are kept; those before it are forgotten, and cut off now and then. */
  #entries: (JournalEntry | undefined)[] = [];
  #oldest = 0;
  #dropped = 0;
  #ms: Millis = 0;
  #counter = 0;

  constructor(limit: number, onOverflow?: (dropped: number) => void) {
    this.#limit = limit;
    this.#onOverflow = onOverflow;
  }

  /** Writes a change down as of `now`. The secret client id is replaced by its key: a journal outlives its readers. */
  append(change: Change, now: Millis): void {
    this.#entries.push({ position: this.#next(now), change: { ...change, id: change.key } });
    if (this.#entries.length - this.#oldest <= this.#limit) return;
    this.#forget(this.#oldest + 1);
    this.#dropped += 1;
    this.#onOverflow?.(this.#dropped);
  }

  async read(after: Position | null, limit: number): Promise<JournalEntry[]> {
    const from = after === null ? this.#oldest : this.#firstAfter(after);
    return this.#entries.slice(from, from + limit).filter((entry) => entry !== undefined);
  }

  async trim(upTo: Position): Promise<void> {
    this.#forget(this.#firstAfter(upTo));
  }

  #next(now: Millis): Position {
    this.#counter = now > this.#ms ? 0 : this.#counter + 1;
    this.#ms = Math.max(this.#ms, now);
    return `${this.#ms}-${this.#counter}`;
  }

  /** The index of the first entry after a position, by halving: positions only grow. */
  #firstAfter(position: Position): number {
    let low = this.#oldest;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const entry = this.#entries[middle];
      if (entry && comparePositions(entry.position, position) > 0) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #forget(before: number): void {
    this.#entries.fill(undefined, this.#oldest, before);
    this.#oldest = before;
    // Copied only when at least half is forgotten, so that forgetting costs the same per entry however long the ring is.
    if (before < COMPACT_FROM || before * 2 < this.#entries.length) return;
    this.#entries = this.#entries.slice(before);
    this.#oldest = 0;
  }
}
