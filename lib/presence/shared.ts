// What many ask for between two announcements, made once. Good until the next announcement: what happened after it was
// made is in that, and those who got it hear that too.
import type { Channel } from '../domain.js';

export class Shared<T> {
  readonly #made = new Map<Channel, Promise<T>>();

  /** @param keep whether an announcement is to come, with which it will be dropped */
  get(room: Channel, keep: boolean, make: () => Promise<T>): Promise<T> {
    const ready = this.#made.get(room);
    if (ready) return ready;
    const made = make();
    if (!keep) return made;
    this.#made.set(room, made);
    // What could not be read is asked for again.
    made.catch(() => this.#made.get(room) === made && this.#made.delete(room));
    return made;
  }

  clear(): void {
    this.#made.clear();
  }

  /** To be called with every announcement, and with every change that is not announced. */
  drop(room: Channel): void {
    this.#made.delete(room);
  }
}
