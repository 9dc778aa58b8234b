// The patrol: looks now and then for clients that may not stay, so that those who are silent go too.
import type { ClientId, Millis } from '../domain.js';
import type { Identity } from '../identity/identity.js';
import type { Why } from './refusal.js';
import type { Sessions } from './sessions.js';
import type { Validity } from './validity.js';

export interface PatrolOptions {
  readonly sessions: Sessions;
  readonly validity: Validity;
  /** Whether clients may go without identity. */
  readonly anonymous: boolean;
  readonly takeOut: (id: ClientId, why: Why) => void;
}

/** How often all clients are looked through. */
const EVERY: Millis = 3_000;
/** How long a client may take to say who it is. */
const NAMELESS: Millis = 10_000;

export class Patrol {
  readonly #options: PatrolOptions;
  #looked: Millis = 0;

  constructor(options: PatrolOptions) {
    this.#options = options;
  }

  sweep(now: Millis): void {
    const { anonymous, sessions, takeOut } = this.#options;
    if (!anonymous) for (const id of sessions.namelessSince(now - NAMELESS)) takeOut(id, 'nameless');
    // Whichever way: a clock that was set back must not end it.
    if (Math.abs(now - this.#looked) < EVERY) return;
    this.#looked = now;
    this.look(() => true);
  }

  /** Takes out those of the concerned whose identity holds no more. */
  look(concerns: (identity: Identity) => boolean): void {
    const { sessions, takeOut, validity } = this.#options;
    for (const { id, identity } of sessions.all()) {
      const why = identity && concerns(identity) ? validity.over(identity) : null;
      if (why) takeOut(id, why);
    }
  }
}
