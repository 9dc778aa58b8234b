// A promise that does not wait for ever.
import type { Millis } from '../domain.js';

/** Settles as `ask` does, or rejects after `patience`: a database that hangs must not make the page hang. */
export async function within<T>(patience: Millis, ask: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`the dashboard got no answer within ${patience} ms`)), patience);
  });
  try {
    return await Promise.race([ask(), late]);
  } finally {
    clearTimeout(timer);
  }
}
