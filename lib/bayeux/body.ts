// The body of a request while it comes: bounded by itself, and together with all others that its network lets wait.
import { BadRequest } from './guard.js';
import type { Network } from './networks.js';
import { LimitReached } from './refusal.js';
import type { Turnstile } from './turnstile.js';

/** How much of bodies may be here. */
export interface Room {
  /** Bytes of one body. */
  readonly limit: number;
  readonly network: Network;
  readonly turnstile: Pick<Turnstile, 'keep' | 'release'>;
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

  /** Lets go of what came, and counts it no more. @returns what it was */
  take(): string {
    const text = this.#bytes.toString('utf8', 0, this.#size);
    this.drop();
    return text;
  }

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

export const tooLarge = (limit: number): BadRequest =>
  new BadRequest(413, `at most ${limit} bytes in one request: send less, or raise limits.bytes`);
