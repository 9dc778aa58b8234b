// Complaints: what goes wrong again and again is told now and then, with how much waits because of it.
import type { Millis } from '../domain.js';
import { kindOf } from './patience.js';

const AGAIN: Millis = 10_000;

export interface ComplaintsOptions {
  readonly onError: (error: unknown) => void;
  readonly now: () => Millis;
  /** How many changes wait to be written. */
  readonly backlog?: (() => Promise<{ readonly waiting: number }>) | undefined;
}

export class Complaints {
  readonly #options: ComplaintsOptions;
  /** When each kind of failure was last told, while that is not long ago: some kinds are messages, and never come twice. */
  readonly #told = new Map<string, Millis>();

  constructor(options: ComplaintsOptions) {
    this.#options = options;
  }

  /** Tells of a failure unless one of its kind was told of in the last 10 s. Never rejects. */
  async tell(error: unknown): Promise<void> {
    const { onError, now } = this.#options;
    const at = now();
    for (const [kind, told] of this.#told) if (at - told >= AGAIN) this.#told.delete(kind);
    const kind = kindOf(error);
    if (this.#told.has(kind)) return;
    this.#told.set(kind, at);
    const waiting = await this.#waiting();
    if (waiting === null) return onError(error);
    const why = error instanceof Error ? error.message : String(error);
    onError(new Error(`history: ${waiting} changes wait until they can be written. ${why}`, { cause: error }));
  }

  /** Null when nobody knows. That the store cannot say is told by who keeps the store. */
  async #waiting(): Promise<number | null> {
    try {
      return (await this.#options.backlog?.())?.waiting ?? null;
    } catch {
      return null;
    }
  }
}
