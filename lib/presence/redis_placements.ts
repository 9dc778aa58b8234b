// Where this process placed its clients in a partitioned store, and as whom. Forgetting costs no more than asking everywhere.
import type { Client, ClientId, Millis } from '../domain.js';

/** A client that is here is renewed far more often; one that is not has gone to another process. */
const KEPT_FOR: Millis = 10 * 60_000;

export interface Placed {
  readonly client: Client;
  readonly partitions: readonly number[];
}

export class Placements {
  /** In the order in which they were last heard of. */
  readonly #placed = new Map<ClientId, { readonly placed: Placed; readonly at: Millis }>();

  get(id: ClientId): Placed | undefined {
    return this.#placed.get(id)?.placed;
  }

  put(id: ClientId, placed: Placed, at: Millis): void {
    this.#placed.delete(id);
    this.#placed.set(id, { placed, at });
  }

  /** The client was heard of again. */
  touch(id: ClientId, at: Millis): void {
    const placed = this.get(id);
    if (placed) this.put(id, placed, at);
  }

  delete(id: ClientId): void {
    this.#placed.delete(id);
  }

  forgetOld(now: Millis): void {
    for (const [id, { at }] of this.#placed) {
      if (at + KEPT_FOR > now) return;
      this.#placed.delete(id);
    }
  }

  clear(): void {
    this.#placed.clear();
  }
}
