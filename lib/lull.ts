// A lull: while something that processes share is away, and for a while after, nothing is announced, since it may be half
// the truth.
import type { Millis } from './domain.js';

export interface LullOptions {
  readonly hold: () => void;
  readonly resume: () => void;
  /** How long after everything is back. Processes are saying again who is here. */
  readonly settle: Millis;
}

export class Lull {
  readonly #options: LullOptions;
  readonly #away = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: LullOptions) {
    this.#options = options;
  }

  /** What is away now. */
  get away(): readonly string[] {
    return [...this.#away];
  }

  begin(what: string): void {
    clearTimeout(this.#timer);
    this.#away.add(what);
    this.#options.hold();
  }

  end(what: string): void {
    if (!this.#away.delete(what) || this.#away.size > 0) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#options.resume, this.#options.settle).unref();
  }

  close(): void {
    clearTimeout(this.#timer);
  }
}
