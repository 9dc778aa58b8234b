// The networks that clients come from, and how much of them is here: how many clients and sockets, how much of bodies, how many handshakes.
import type { IncomingMessage } from 'node:http';
import type { Millis } from '../domain.js';
import { networkOf } from '../network.js';
import { emptyLane, type Lane } from './lanes.js';
import type { Pace } from './pace.js';

export interface Network {
  clients: number;
  sockets: number;
  /** Bytes of bodies that wait for their end, or for their turn. */
  kept: number;
  /** Until when its handshakes are paid for. */
  paid: Millis;
  /** The same for its WebSockets. */
  opened: Millis;
  /** The same for its messages of which it was not known whose they are, and that were refused. */
  doubted: Millis;
  /** Its requests that wait for their turn. */
  readonly lane: Lane;
}

/** What nobody is here from any more is forgotten when there are more than this: with what is still owed, if it must be. */
const REMEMBERED = 10_000;

export class Networks {
  readonly #addressOf: (request: IncomingMessage) => string;
  readonly #pace: Pace;
  readonly #byName = new Map<string, Network>();

  /** @param addressOf where a request comes from, as far as that can be believed */
  constructor(addressOf: (request: IncomingMessage) => string, pace: Pace) {
    this.#addressOf = addressOf;
    this.#pace = pace;
  }

  get size(): number {
    return this.#byName.size;
  }

  of(request: IncomingMessage): Network {
    const name = networkOf(this.#addressOf(request));
    const known = this.#byName.get(name);
    if (known) return known;
    if (this.#byName.size >= REMEMBERED) this.#forgetOldest();
    const network: Network = { clients: 0, sockets: 0, kept: 0, paid: 0, opened: 0, doubted: 0, lane: emptyLane() };
    this.#byName.set(name, network);
    return network;
  }

  /** Forgets the networks that are not here and owe nothing. */
  sweep(now: Millis): void {
    for (const [name, network] of this.#byName) {
      const paid = Math.max(network.paid, network.opened, network.doubted);
      if (isGone(network) && paid + this.#pace.each <= now) this.#byName.delete(name);
    }
  }

  #forgetOldest(): void {
    for (const [name, network] of this.#byName) if (isGone(network)) return void this.#byName.delete(name);
  }
}

const isGone = ({ clients, sockets, kept, lane }: Network): boolean =>
  clients + sockets + kept + lane.waiting.length === 0;
