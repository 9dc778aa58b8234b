// Those who want to be told of something.

export class Listeners<Args extends unknown[]> {
  readonly #listeners = new Set<{ readonly listener: (...args: Args) => void }>();

  /** @returns the function that takes the listener off again. */
  add(listener: (...args: Args) => void): () => void {
    if (typeof listener !== 'function') throw new TypeError(`a listener must be a function, not ${typeof listener}`);
    const entry = { listener };
    this.#listeners.add(entry);
    return () => {
      this.#listeners.delete(entry);
    };
  }

  tell(...args: Args): void {
    for (const { listener } of [...this.#listeners]) {
      try {
        listener(...args);
      } catch (error) {
        // The page's own mistake: it shows in the console, and neither Faye nor the other listeners stumble over it.
        setTimeout(() => {
          throw error;
        });
      }
    }
  }
}
