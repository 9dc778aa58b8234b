// Subscriptions on their way to the directory: the reply to the client waits for them.
import type { ClientId } from '../domain.js';

export class Writes {
  readonly #running = new Map<ClientId, Promise<void>>();

  /** Settles when all that is being written of a client is; undefined when nothing is. Rejects if any failed. */
  of(id: ClientId): Promise<void> | undefined {
    return this.#running.get(id);
  }

  add(id: ClientId, write: Promise<void>): void {
    const before = this.#running.get(id);
    const all = before ? Promise.all([before, write]).then(() => undefined) : write;
    const done = (): void => {
      if (this.#running.get(id) === all) this.#running.delete(id);
    };
    this.#running.set(id, all);
    // A failure is the matter of who waits.
    all.then(done, done);
  }
}
