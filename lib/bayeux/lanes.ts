// Lanes: requests of different networks are served side by side, those of one network one after the other.
import type { Network } from './networks.js';

/**
 * Node takes one new connection in each turn of its loop, in the order they came. A network that asks for much at once is
 * served in every so many turns only, so that those who queue behind its connections are taken in between.
 */
const TURNS = 4;

export class Lanes {
  /** Those that were served lately, and what else they ask for. */
  readonly #lanes = new Map<Network, (() => void)[]>();
  readonly #limit: number;
  #turns = 0;

  /** @param limit how many requests of one network may wait */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Serves a request now, or in its network's turn. `serve` must not throw. @returns false when too many wait already */
  take(network: Network, serve: () => void): boolean {
    const lane = this.#lanes.get(network);
    if (lane && lane.length >= this.#limit) return false;
    if (lane) {
      lane.push(serve);
    } else {
      if (this.#lanes.size === 0) setImmediate(this.#turn);
      this.#lanes.set(network, []);
      serve();
    }
    return true;
  }

  readonly #turn = (): void => {
    this.#turns = (this.#turns + 1) % TURNS;
    if (this.#turns === 0) this.#serve();
    if (this.#lanes.size > 0) setImmediate(this.#turn);
  };

  #serve(): void {
    for (const [network, lane] of this.#lanes) {
      const serve = lane.shift();
      if (serve) serve();
      else this.#lanes.delete(network);
    }
  }
}
