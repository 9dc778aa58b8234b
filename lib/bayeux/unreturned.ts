// What this process published and has not heard back: it is delivered here in any case, once.
import type { Channel, Millis } from '../domain.js';

/** A message on its way: the channel, and its JSON without a clientId. */
export interface Letter {
  readonly channel: Channel;
  readonly json: string;
}

export class Unreturned {
  readonly #letters = new Map<number, Letter & { readonly sent: Millis }>();
  readonly #limit: number;
  #last = 0;
  #size = 0;

  /** @param limit how much text may wait */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get full(): boolean {
    return this.#size > this.#limit;
  }

  /** @returns the number under which it is known */
  add(letter: Letter, sent: Millis): number {
    this.#size += letter.json.length;
    this.#letters.set(++this.#last, { ...letter, sent });
    return this.#last;
  }

  /** @returns undefined when it was taken before */
  take(number: number): Letter | undefined {
    const letter = this.#letters.get(number);
    if (!letter) return undefined;
    this.#letters.delete(number);
    this.#size -= letter.json.length;
    return letter;
  }

  /** Takes what was sent before, the oldest first. */
  *takeBefore(instant: Millis): Iterable<Letter> {
    for (const [number, letter] of this.#letters) {
      if (letter.sent >= instant) return;
      this.take(number);
      yield letter;
    }
  }
}
