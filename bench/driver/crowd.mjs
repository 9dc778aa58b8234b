// The clients of one server: lets them in a few at a time, waits with a reason, and fails when any of them fails.
import { setTimeout as pause } from 'node:timers/promises';
import { BenchServer } from './server.mjs';

const IN_FLIGHT = 10;
/** A process that dies closes its sockets a little before its end is known. */
const EXIT_NOTICED_MS = 200;

export class Crowd {
  #failure;
  clients = [];

  constructor() {
    this.#failure = new Promise((_, reject) => {
      this.fail = reject;
    });
    // Reported by whoever waits; without this, a failure between two waits would end the process without its message.
    this.#failure.catch(() => undefined);
  }

  get bytesRead() {
    return this.clients.reduce((sum, client) => sum + client.bytesRead, 0);
  }

  /**
   * Lets `count` clients in, ten at a time.
   * @param {(index: number) => Promise<object>} enter
   */
  async admit(count, seconds, enter) {
    let next = 0;
    const worker = async () => {
      while (next < count) this.clients.push(await enter(next++));
    };
    const all = Promise.all(Array.from({ length: IN_FLIGHT }, worker));
    await this.within(seconds, all, () => `${this.clients.length} of ${count} clients came in`);
  }

  /** Waits for `promise`; after `seconds`, or when a client fails, throws and says what `lacking` says. */
  async within(seconds, promise, lacking) {
    const stop = new AbortController();
    const late = pause(seconds * 1000, null, { signal: stop.signal }).then(
      () => {
        throw new Error(`not done after ${seconds} s: ${lacking()}`);
      },
      () => undefined,
    );
    try {
      return await Promise.race([promise, this.#failure, late]);
    } finally {
      stop.abort();
    }
  }

  close() {
    for (const client of this.clients) client.close();
  }
}

/** Runs `measure(server, crowd)` on a fresh server with a crowd of its own, and ends both whatever happens. */
export async function onFreshServer(name, measure) {
  const server = await BenchServer.start(name);
  const crowd = new Crowd();
  try {
    return await measure(server, crowd);
  } catch (error) {
    await pause(EXIT_NOTICED_MS);
    const ended = server.ended === null ? '' : ` (the server process ended: ${server.ended})`;
    throw new Error(`${name}: ${error.message}${ended}`, { cause: error });
  } finally {
    await server.close();
    crowd.close();
  }
}
