// A token that runs out: the page's own function is asked for another when the server says so.
import type { Message } from './faye.js';

/** Gives a fresh token for the same user and place, from the page's own server. */
export type RefreshToken = () => string | Promise<string>;

/** Milliseconds before a function that failed is asked again. */
const AGAIN = 5000;

export class Renewal {
  readonly #refresh: RefreshToken | undefined;
  readonly #take: (token: string) => void;
  #asking = false;
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor(refresh: RefreshToken | undefined, take: (token: string) => void) {
    this.#refresh = refresh;
    this.#take = take;
  }

  /** A message from the server: it may say that the token runs out, or that it has. */
  heard({ ext, error }: Message): void {
    const { refresh } = (ext?.faye_online ?? {}) as { refresh?: boolean };
    if (refresh || error?.startsWith('401:token:')) void this.#ask();
  }

  /** One question at a time, and none soon after one that failed. */
  async #ask(): Promise<void> {
    if (!this.#refresh || this.#asking || Date.now() < this.#askedAt + AGAIN) return;
    this.#asking = true;
    this.#askedAt = Date.now();
    try {
      this.#take(await this.#refresh());
    } catch (error) {
      // The server says again what it said, so this is tried again.
      console.error('faye-online: no fresh token:', error);
    }
    this.#asking = false;
  }
}
