// The host's listeners to Faye's events, of which none can end the process: Faye calls them where nobody catches.

type Listener<A extends unknown[]> = (...args: A) => void;

export class Listeners {
  readonly #onError: (error: unknown) => void;
  /** A listener has one guarded form, so that `unbind` finds it. */
  readonly #guarded = new WeakMap<object, unknown>();

  /** @param onError is told what they throw and reject with */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  guard<A extends unknown[]>(listener: Listener<A>): Listener<A> {
    const known = this.#guarded.get(listener) as Listener<A> | undefined;
    if (known) return known;
    const onError = this.#onError;
    // Faye calls it with the context that it was bound with.
    const guarded = function guarded(this: unknown, ...args: A): void {
      try {
        const result: unknown = listener.apply(this, args);
        if (isPromise(result)) result.then(undefined, onError);
      } catch (error) {
        onError(error);
      }
    };
    this.#guarded.set(listener, guarded);
    return guarded;
  }
}

const isPromise = (result: unknown): result is PromiseLike<unknown> =>
  typeof (result as PromiseLike<unknown> | null | undefined)?.then === 'function';
