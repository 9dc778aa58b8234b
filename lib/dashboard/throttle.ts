// Counts failures, of each network and of all together, so that a password cannot be guessed by trying.
import type { Millis } from '../domain.js';
import { networkOf } from '../network.js';

interface Window {
  failures: number;
  readonly ends: Millis;
}

const LENGTH: Millis = 60_000;
/** Of one network within a minute. */
const FAILURES = 10;
/** Of all together. From then on each may fail once, as many addresses are to be had cheaply. */
const MANY = 100;
/** From then on nobody comes in who is not known: so many are guessed in a minute at most. */
const TOO_MANY = 10_000;
const NETWORKS = 2 * TOO_MANY;
/** How long, and of how many networks, it is remembered that somebody signed in from there. */
const KNOWN_FOR: Millis = 24 * 60 * 60 * 1000;
const KNOWN = 1_000;

export class Throttle {
  /** In the order in which the windows end, as all are of one length. */
  readonly #windows = new Map<string, Window>();
  /** When somebody last signed in, the longest ago first. */
  readonly #known = new Map<string, Millis>();
  #all: Window = { failures: 0, ends: Number.NEGATIVE_INFINITY };

  /**
   * How long an address has to wait before it may try again; 0 when it may try now. What others do holds up nobody who
   * signed in from their network within a day or who made no mistake, or anybody could lock out who runs the site.
   */
  wait(address: string, now: Millis): Millis {
    const network = networkOf(address);
    const own = left(this.#windows.get(network), FAILURES, now);
    if (own > 0 || this.#isKnown(network, now)) return own;
    const once = left(this.#windows.get(neighbourhoodOf(network)), 1, now);
    return Math.max(left(this.#all, TOO_MANY, now), Math.min(left(this.#all, MANY, now), once));
  }

  fail(address: string, now: Millis): void {
    this.#forget(now);
    const network = networkOf(address);
    for (const name of new Set([network, neighbourhoodOf(network)])) {
      const window = this.#windows.get(name) ?? { failures: 0, ends: now + LENGTH };
      window.failures += 1;
      this.#windows.set(name, window);
    }
    if (this.#all.ends <= now) this.#all = { failures: 0, ends: now + LENGTH };
    this.#all.failures += 1;
  }

  /** Somebody signed in. The failures of this network still count: who knows a password may be guessing another. */
  pass(address: string, now: Millis): void {
    const network = networkOf(address);
    this.#known.delete(network);
    this.#known.set(network, now);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= KNOWN) return;
      this.#known.delete(oldest);
    }
  }

  #isKnown(network: string, now: Millis): boolean {
    const last = this.#known.get(network);
    return last !== undefined && now - last < KNOWN_FOR;
  }

  /** Drops the windows that are over, and the oldest when somebody comes from too many networks. */
  #forget(now: Millis): void {
    for (const [network, window] of this.#windows) {
      if (window.ends > now && this.#windows.size < NETWORKS) return;
      this.#windows.delete(network);
    }
  }
}

/** Whoever has many networks of IPv6 has them in one /48. */
const neighbourhoodOf = (network: string): string => network.split(':', 3).join(':');

const left = (window: Window | undefined, most: number, now: Millis): Millis =>
  window && window.failures >= most ? Math.max(0, window.ends - now) : 0;
