// A queue: work done one piece after another, in the order in which it was asked for.

export class Queue {
  #last: Promise<unknown> = Promise.resolve();

  /** Settles as the work does; what fails is the asker's to know, and does not hold up the next. */
  take<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = Promise.allSettled([turn]);
    return turn;
  }
}
