// The body of a request until it is its turn: bounded by itself, and together with all others of its network that wait.
import { BadRequest } from './guard.js';
import type { Network } from './networks.js';
import { type Limited, LimitReached } from './refusal.js';
import type { Turnstile } from './turnstile.js';

/** How much of bodies may be here. */
export interface Room {
  /** Bytes of one body. */
  readonly limit: number;
  readonly network: Network;
  readonly turnstile: Pick<Turnstile, 'inTurn' | 'keep' | 'release' | 'overfull'>;
}

const NOTHING = Buffer.alloc(0);
/** A body of which nothing came yet: so that its network is not forgotten. */
const OPEN = 1;
/** Of the most bytes that a body may have, so much is taken always: who sends slowly must not keep its neighbours out. */
const SMALL = 1 / 16;

/**
 * What came is copied: a chunk keeps all bytes that were read with it, and costs two hundred more, while each of them may
 * bring a single one.
 */
export class Body {
  readonly #room: Room;
  #bytes = NOTHING;
  #size = 0;
  #kept = 0;

  constructor(room: Room) {
    this.#room = room;
    this.#keep(OPEN);
  }

  /** @returns why it may not go on; null when it may */
  add(chunk: Buffer): BadRequest | LimitReached | null {
    const { limit, network, turnstile } = this.#room;
    const size = this.#size + chunk.length;
    if (size > limit) return tooLarge(limit);
    if (size > this.#bytes.length) this.#grow(this.#size === 0 ? size : Math.min(limit, 2 * size));
    const full = size > SMALL * limit ? turnstile.overfull(network) : null;
    if (full) return new LimitReached(full);
    chunk.copy(this.#bytes, this.#size);
    this.#size = size;
    return null;
  }

  get text(): string {
    return this.#bytes.toString('utf8', 0, this.#size);
  }

  /** Lets go of what came, and counts it no more. */
  drop(): void {
    this.#room.turnstile.release(this.#room.network, this.#kept);
    this.#kept = 0;
    this.#bytes = NOTHING;
    this.#size = 0;
  }

  #grow(length: number): void {
    this.#keep(length - this.#bytes.length);
    // Not of Node's pool, of which a little would keep much.
    const bytes = Buffer.allocUnsafeSlow(length);
    this.#bytes.copy(bytes, 0, 0, this.#size);
    this.#bytes = bytes;
  }

  #keep(bytes: number): void {
    this.#kept += bytes;
    this.#room.turnstile.keep(this.#room.network, bytes);
  }
}

/** Waits for a network's turn. @throws LimitReached when too much of it waits already */
export async function takeTurn({ network, turnstile }: Room): Promise<void> {
  let full: Limited | null = null;
  await new Promise<void>((serve) => {
    full = turnstile.inTurn(network, serve);
    if (full) serve();
  });
  if (full) throw new LimitReached(full);
}

export const tooLarge = (limit: number): BadRequest =>
  new BadRequest(413, `at most ${limit} bytes in one request: send less, or raise limits.bytes`);
