// The clients of this process live on: that is written down once in a time-out, and when the directory asks.
import type { ClientId, Millis } from '../domain.js';
import type { Audience } from './audience.js';
import type { RedisBus } from './redis_bus.js';

export interface RenewalsOptions {
  readonly bus: RedisBus;
  readonly audience: Audience;
  readonly timeout: Millis;
  /** The directory does not know the client. */
  readonly unknown: (id: ClientId) => void;
  readonly onError: (error: unknown) => void;
}

const AT_ONCE = 500;

export class Renewals {
  readonly #options: RenewalsOptions;
  readonly #timer: NodeJS.Timeout;
  #running = false;

  constructor(options: RenewalsOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.#renewAll(), options.timeout).unref();
  }

  /** How long clients live that are said or renewed now. */
  get lease(): Millis {
    return Math.round(3 * this.#options.timeout);
  }

  /** Those of them that are here live on. Never rejects. */
  async renew(ids: readonly ClientId[]): Promise<void> {
    const { audience, bus, onError, unknown } = this.#options;
    const here = ids.filter((id) => audience.get(id) !== undefined);
    if (here.length === 0) return;
    try {
      for (const id of await bus.directory.renew(here, this.lease)) unknown(id);
    } catch (error) {
      onError(error);
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #renewAll(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    const { audience, bus } = this.#options;
    const ids = [...audience.ids()];
    for (let i = 0; i < ids.length && bus.answers; i += AT_ONCE) await this.renew(ids.slice(i, i + AT_ONCE));
    this.#running = false;
  }
}
