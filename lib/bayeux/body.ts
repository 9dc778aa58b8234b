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
  readonly turnstile: Pick<Turnstile, 'inTurn' | 'keep' | 'release'>;
}

const NOTHING = Buffer.alloc(0);

/**
 * What came is copied: a chunk keeps all bytes that were read with it, and costs two hundred more, while each of them may
 * bring a single one.
 */
export class Body {
  readonly #room: Room;
  #bytes = NOTHING;
  #size = 0;

  constructor(room: Room) {
    this.#room = room;
  }

  /** @returns why it may not go on; null when it may */
  add(chunk: Buffer): BadRequest | LimitReached | null {
    const { limit, network, turnstile } = this.#room;
    const size = this.#size + chunk.length;
    if (size > limit) return tooLarge(limit);
    const full = turnstile.keep(network, chunk.length);
    if (full) return new LimitReached(full);
    if (size > this.#bytes.length) this.#grow(Math.min(limit, 2 * size));
    chunk.copy(this.#bytes, this.#size);
    this.#size = size;
    return null;
  }

  get text(): string {
    return this.#bytes.toString('utf8', 0, this.#size);
  }

  /** Lets go of what came, and counts it no more. */
  drop(): void {
    this.#room.turnstile.release(this.#room.network, this.#size);
    this.#bytes = NOTHING;
    this.#size = 0;
  }

  #grow(length: number): void {
    // Not of Node's pool, of which a little would keep much.
    const bytes = Buffer.allocUnsafeSlow(length);
    this.#bytes.copy(bytes, 0, 0, this.#size);
    this.#bytes = bytes;
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
