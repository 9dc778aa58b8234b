// One thing at a time for each client, in the order in which it was asked for.
import type { ClientId } from '../domain.js';

export class Turns {
  readonly #last = new Map<ClientId, Promise<unknown>>();

  /** Does the work at once, or when what was to be done for the same client before is done, however it ended. */
  take<T>(id: ClientId, work: () => Promise<T>): Promise<T> {
    const turn = this.#last.get(id)?.then(work, work) ?? work();
    const done = (): void => {
      if (this.#last.get(id) === turn) this.#last.delete(id);
    };
    this.#last.set(id, turn);
    turn.then(done, done);
    return turn;
  }
}
