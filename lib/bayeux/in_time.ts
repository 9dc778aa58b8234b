// Waiting for the host's own code, but not for ever.
import type { Millis } from '../domain.js';

/** How long the host may take to say who somebody is, or whether they may do something. */
export const PATIENCE: Millis = 10_000;

export class TookTooLong extends Error {
  /** @param what the option whose function did not answer */
  constructor(readonly what: string) {
    super(`option "${what}": the function did not answer within ${PATIENCE / 1000} seconds`);
    this.name = 'TookTooLong';
  }
}

/** Settles as `work` does. @throws TookTooLong */
export function inTime<T>(work: PromiseLike<T>, what: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new TookTooLong(what)), PATIENCE);
    const done = (): void => clearTimeout(timer);
    work.then(resolve, reject).then(done, done);
  });
}
