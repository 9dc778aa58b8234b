// A WebSocket that knows its link, and tells what happens to it where all of them do.
import { type RawData, WebSocket } from 'ws';
import type { Link } from './link.js';

/** Told of all sockets. */
export interface Hearer {
  /** Null for what is not text. */
  received(link: Link, text: string | null): void;
  alive(link: Link): void;
  closed(link: Link): void;
}

export class LinkedSocket extends WebSocket {
  declare link: Link;
  declare hearer: Hearer;

  /** What `ws` says of a socket. Listeners on each of them would cost it a third of a kilobyte. */
  override emit(event: string | symbol, data?: RawData, binary?: boolean): boolean {
    if (event === 'message') this.hearer.received(this.link, binary || !data ? null : data.toString());
    else if (event === 'pong') this.hearer.alive(this.link);
    else if (event === 'close') this.hearer.closed(this.link);
    // Bad frames and broken pipes: `close` follows, and is all that matters here.
    else if (event === 'error') this.link.drop();
    return true;
  }
}
