// A WebSocket that knows its link, and the listeners that all of them share.
import { type RawData, WebSocket } from 'ws';
import type { Link } from './link.js';

/** A WebSocket that knows its link, so that all sockets can share their listeners. */
export class LinkedSocket extends WebSocket {
  declare link: Link;
}

/** One set of listeners for all sockets: four closures each would cost more than the rest of a link. */
export function listeners(
  received: (link: Link, text: string | null) => void,
  alive: (link: Link) => void,
  closed: (link: Link) => void,
) {
  // `ws` calls them with the socket as `this`.
  return {
    message(data: RawData, binary: boolean): void {
      received(linkOf(this), binary ? null : data.toString());
    },
    pong(): void {
      alive(linkOf(this));
    },
    close(): void {
      closed(linkOf(this));
    },
    /** Bad frames and broken pipes: `close` follows, and is all that matters here. */
    error(): void {
      linkOf(this).drop();
    },
  };
}

const linkOf = (socket: unknown): Link => (socket as LinkedSocket).link;
