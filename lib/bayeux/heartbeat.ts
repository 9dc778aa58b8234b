// Pings every WebSocket, a share of them each second, and drops peers that missed two.
import type { Link } from './link.js';

const MISSES = 2;

export class Heartbeat {
  readonly #slots: Set<Link>[];
  readonly #of = new WeakMap<Link, Set<Link>>();
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

  add(link: Link): void {
    const smallest = this.#slots.reduce((least, slot) => (slot.size < least.size ? slot : least));
    smallest.add(link);
    this.#of.set(link, smallest);
  }

  remove(link: Link): void {
    this.#of.get(link)?.delete(link);
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
