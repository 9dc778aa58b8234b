// Counts the failures of each address, so that a password cannot be guessed by trying.
import type { Millis } from '../domain.js';

interface Window {
  failures: number;
  readonly ends: Millis;
}

const FAILURES = 10;
const LENGTH: Millis = 60_000;
const ADDRESSES = 10_000;

export class Throttle {
  /** In the order in which the windows end, as all are of one length. */
  readonly #windows = new Map<string, Window>();

  /** How long an address has to wait before it may try again; 0 when it may try now. */
  wait(address: string, now: Millis): Millis {
    const window = this.#windows.get(network(address));
    if (!window || window.failures < FAILURES) return 0;
    return Math.max(0, window.ends - now);
  }

  fail(address: string, now: Millis): void {
    this.#forget(now);
    const key = network(address);
    const window = this.#windows.get(key) ?? { failures: 0, ends: now + LENGTH };
    window.failures += 1;
    this.#windows.set(key, window);
  }

  /** Drops the windows that are over, and the oldest when somebody comes from too many addresses. */
  #forget(now: Millis): void {
    for (const [key, window] of this.#windows) {
      if (window.ends > now && this.#windows.size < ADDRESSES) return;
      this.#windows.delete(key);
    }
  }
}

/** One household has 2^64 IPv6 addresses: they count as one, by their first four groups. */
function network(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  return plain.includes(':') ? plain.split(':').slice(0, 4).join(':') : plain;
}
