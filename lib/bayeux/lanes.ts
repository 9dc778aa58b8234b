// Lanes: requests of different networks are served side by side; those of one that asks for much at once, in turns.
import type { Millis } from '../domain.js';

/** What a network asked for lately. */
export interface Lane {
  /** Since when it is counted, and how many requests were served since then. */
  since: Millis;
  served: number;
  readonly waiting: { readonly serve: () => void; readonly at: Millis }[];
}

/** So many requests of a network in so long are served as soon as they can be, whatever others ask. */
const BURST = 50;
const WINDOW: Millis = 100;
/**
 * Node takes one new connection in each turn of its loop, in the order they came. What a network asks beyond that is served
 * one by one, in every so many turns, so that those who queue behind its connections are taken in between.
 */
const TURNS = 4;
/** When somebody has waited for so long, no more may: they would give up before they are served. */
const LONGEST: Millis = 2_000;

export const emptyLane = (): Lane => ({ since: 0, served: 0, waiting: [] });

export class Lanes {
  readonly #busy = new Set<Lane>();
  readonly #limit: number;
  readonly #now: () => Millis;
  #turns = 0;

  /** @param limit how many requests of one network may wait */
  constructor(limit: number, now: () => Millis) {
    this.#limit = limit;
    this.#now = now;
  }

  /** Serves a request now, or in its network's turn. @returns false when too many wait, or for too long */
  take(lane: Lane, serve: () => void): boolean {
    const [first] = lane.waiting;
    const now = this.#now();
    if (!first && mayBeServed(lane, now)) {
      serve();
      return true;
    }
    if (lane.waiting.length >= this.#limit || (first && now - first.at > LONGEST)) return false;
    if (this.#busy.size === 0) setImmediate(this.#turn);
    this.#busy.add(lane);
    lane.waiting.push({ serve, at: now });
    return true;
  }

  readonly #turn = (): void => {
    this.#turns = (this.#turns + 1) % TURNS;
    try {
      for (const lane of this.#busy) this.#serve(lane);
    } finally {
      if (this.#busy.size > 0) setImmediate(this.#turn);
    }
  };

  #serve(lane: Lane): void {
    const now = this.#now();
    while (lane.waiting.length > 0 && mayBeServed(lane, now)) lane.waiting.shift()?.serve();
    if (this.#turns === 0) lane.waiting.shift()?.serve();
    if (lane.waiting.length === 0) this.#busy.delete(lane);
  }
}

/** Whether one more may be served at once; then it is counted. */
function mayBeServed(lane: Lane, now: Millis): boolean {
  if (now - lane.since >= WINDOW) Object.assign(lane, { since: now, served: 0 });
  if (lane.served >= BURST) return false;
  lane.served++;
  return true;
}
