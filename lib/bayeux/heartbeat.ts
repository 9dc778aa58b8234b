// Pings every WebSocket, a share of them each second, and drops peers that missed two.
import type { Link } from './link.js';

const MISSES = 2;

export class Heartbeat {
  readonly #slots: Set<Link>[];
  #slot = 0;
  #timer: NodeJS.Timeout | null = null;

  /** @param every seconds between two pings of one socket */
  constructor(every: number) {
    this.#slots = Array.from({ length: Math.max(1, Math.round(every)) }, () => new Set<Link>());
  }

  start(): void {
    this.#timer = setInterval(() => this.beat(), 1000).unref();
  }

  stop(): void {
    if (this.#timer) clearInterval(this.#timer);
  }

  /** All sockets that are pinged. */
  *links(): Iterable<Link> {
    for (const slot of this.#slots) yield* slot;
  }

  get size(): number {
    return this.#slots.reduce((sum, slot) => sum + slot.size, 0);
  }

  add(link: Link): void {
    this.#slots.reduce((least, slot) => (slot.size < least.size ? slot : least)).add(link);
  }

  remove(link: Link): void {
    for (const slot of this.#slots) if (slot.delete(link)) return;
  }

  /** One second's share of the pings. */
  beat(): void {
    for (const link of this.#slots[this.#slot] ?? []) {
      if (link.missed >= MISSES) link.drop();
      else {
        link.missed++;
        link.ws.ping();
      }
    }
    this.#slot = (this.#slot + 1) % this.#slots.length;
  }
}
