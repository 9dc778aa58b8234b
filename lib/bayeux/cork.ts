// Gathers what one turn of the event loop writes to a socket into one system call.
import type { Duplex } from 'node:stream';

/** Writes to sockets that are corked from the first write of a turn to the end of that turn. */
export class Cork {
  #corked: Duplex[] = [];
  readonly #uncork = (): void => {
    const sockets = this.#corked;
    this.#corked = [];
    for (const socket of sockets) socket.uncork();
  };

  write(socket: Duplex, data: Buffer): void {
    if (socket.writableCorked === 0) {
      if (this.#corked.length === 0) setImmediate(this.#uncork);
      socket.cork();
      this.#corked.push(socket);
    }
    socket.write(data);
  }
}
