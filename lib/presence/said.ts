// How far this process has told a channel's subscribers lately.
// Processes tell theirs in their own time, so a client that goes from one to another may miss what one had not said yet and
// the other had: by this the two find out.
import type { Channel, Millis, Version } from '../domain.js';

interface Word extends Version {
  readonly count: number;
  readonly at: Millis;
}

/** Changes reach all processes, and clients their new one, in much less. */
const KEPT: Millis = 10_000;

export class Said {
  /** The oldest first. */
  readonly #words = new Map<Channel, Word>();

  note(channel: Channel, { epoch, v, count }: Version & { readonly count: number }): void {
    const now = performance.now();
    const known = this.#words.get(channel);
    this.#words.delete(channel);
    const newest = known?.epoch === epoch && known.v > v ? known : { epoch, v, count };
    this.#words.set(channel, { ...newest, at: now });
    for (const [old, { at }] of this.#words) {
      if (at > now - KEPT) break;
      this.#words.delete(old);
    }
  }

  /** @returns undefined when nothing was said lately */
  of(channel: Channel): Omit<Word, 'at'> | undefined {
    const word = this.#words.get(channel);
    if (!word || word.at <= performance.now() - KEPT) return undefined;
    const { epoch, v, count } = word;
    return { epoch, v, count };
  }

  clear(): void {
    this.#words.clear();
  }
}
