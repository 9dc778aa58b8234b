// Lanes: requests of different networks are served side by side; those of one that asks for much at once, in turns.
import type { Millis } from '../domain.js';

/** What a network asked for lately. */
export interface Lane {
  /** Since when it is counted, and how many requests were served since then. */
  since: Millis;
  served: number;
  readonly waiting: { readonly serve: () => void; readonly at: Millis }[];
}

/** So many requests of a network in so long are served as they come. */
const BURST = 50;
const WINDOW: Millis = 100;
/**
 * Node takes one new connection in each turn of its loop, in the order they came. Who asks for more is served in every so
 * many turns only, so that those who queue behind its connections are taken in between.
 */
const TURNS = 4;
/** When somebody has waited for so long, no more may: they would give up before they are served. */
const LONGEST: Millis = 2_000;

export const emptyLane = (): Lane => ({ since: 0, served: 0, waiting: [] });

export class Lanes {
  readonly #busy = new Set<Lane>();
  readonly #limit: number;
  #turns = 0;

  /** @param limit how many requests of one network may wait */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Serves a request now, or in its network's turn. `serve` must not throw. @returns false when too many wait, or for too long */
  take(lane: Lane, serve: () => void, now: Millis): boolean {
    const [first] = lane.waiting;
    if (lane.waiting.length >= this.#limit || (first && now - first.at > LONGEST)) return false;
    if (!this.#isBusy(lane, now)) {
      serve();
      return true;
    }
    if (this.#busy.size === 0) setImmediate(this.#turn);
    this.#busy.add(lane);
    lane.waiting.push({ serve, at: now });
    return true;
  }

  #isBusy(lane: Lane, now: Millis): boolean {
    if (lane.waiting.length > 0) return true;
    if (now - lane.since >= WINDOW) Object.assign(lane, { since: now, served: 0 });
    return ++lane.served > BURST;
  }

  readonly #turn = (): void => {
    this.#turns = (this.#turns + 1) % TURNS;
    if (this.#turns === 0) for (const lane of this.#busy) this.#serve(lane);
    if (this.#busy.size > 0) setImmediate(this.#turn);
  };

  #serve(lane: Lane): void {
    lane.waiting.shift()?.serve();
    if (lane.waiting.length === 0) this.#busy.delete(lane);
  }
}
