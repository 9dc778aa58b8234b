// WebSockets that no client has come in by yet: who only holds one open is closed.
import type { Millis } from '../domain.js';
import type { Link } from './link.js';

/** How long a handshake, or a message of a client that is known, is waited for. */
const PATIENCE: Millis = 10_000;

export class Strangers {
  readonly #until = new Map<Link, Millis>();
  readonly #life: Millis;

  /** @param life how long a client lives that shook hands and says nothing more */
  constructor(life: Millis) {
    this.#life = life;
  }

  add(link: Link, now: Millis): void {
    this.#until.set(link, now + PATIENCE);
  }

  /** It shook hands, and has not come with its client yet. */
  greet(link: Link, now: Millis): void {
    if (this.#until.has(link)) this.#until.set(link, now + this.#life);
  }

  forget(link: Link): void {
    this.#until.delete(link);
  }

  /** Those whose time is over, and of whom nothing waits to be judged. */
  *overdue(now: Millis): Iterable<Link> {
    for (const [link, until] of this.#until) if (until <= now && link.backlog === 0) yield link;
  }
}
