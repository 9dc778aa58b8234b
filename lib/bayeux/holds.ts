// Answers that are held: what Faye said to a WebSocket's connect, kept as text on its link until the time-out. A connect
// that is held inside Faye costs two kilobytes and a timer.
import type { Millis } from '../domain.js';
import type { Reply } from './faye.js';
import type { Link } from './link.js';

export interface HoldsOptions {
  /** How long an answer is held, unless the client wants it sooner. */
  readonly timeout: Millis;
  readonly links: () => Iterable<Link>;
  readonly now: () => Millis;
}

/** How often, in a time-out, all links are looked through; at least once a second. */
const LOOKS = 8;

export class Holds {
  readonly #options: HoldsOptions;
  readonly #timer: NodeJS.Timeout;

  constructor(options: HoldsOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#look(), Math.min(1000, options.timeout / LOOKS)).unref();
  }

  /** Holds an answer for a link. One that is held for it already is sent. @param wait as the client asked for */
  hold(link: Link, id: Reply['id'], replies: readonly Reply[], wait: Millis = Number.POSITIVE_INFINITY): void {
    this.#release(link);
    const time = Math.min(wait, this.#options.timeout);
    link.held = { id, text: whole(JSON.stringify(replies)), due: this.#options.now() + time };
    if (time === 0) this.#release(link);
  }

  /** Forgets the answer. @returns the id of the message that it answered */
  drop(link: Link): Reply['id'] {
    const id = link.held?.id;
    link.held = null;
    return id;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const now = this.#options.now();
    for (const link of this.#options.links()) if (link.held && link.held.due <= now) this.#release(link);
  }

  #release(link: Link): void {
    const { held } = link;
    link.held = null;
    if (held) link.send(held.text);
  }
}

/** In one place in memory: a text as it was put together costs as much again for its parts. */
const whole = (text: string): string => Buffer.from(text).toString();
