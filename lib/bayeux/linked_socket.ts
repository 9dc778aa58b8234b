// A WebSocket that knows its link, and tells what happens to it where all of them do.
import { type RawData, WebSocket } from 'ws';
import type { Ending, Link } from './link.js';

/** Told of all sockets. */
export interface Hearer {
  /** Null for what is not text. */
  received(link: Link, text: string | null): void;
  alive(link: Link): void;
  closed(link: Link): void;
}

const TOO_LONG: Ending = { kind: 'bytes', text: 'a frame is longer than limits.bytes: send less in one' };
const NO_FRAME: Ending = { kind: 'request', text: 'not a frame of RFC 6455' };

/** A broken connection is nobody's fault; a frame that must not be is its sender's, whom `ws` has told so by then. */
function endingOf(error: { readonly code?: unknown } | undefined): Ending | undefined {
  if (error?.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') return TOO_LONG;
  return String(error?.code).startsWith('WS_ERR_') ? NO_FRAME : undefined;
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
    else if (event === 'error') this.link.drop(endingOf(data as { code?: unknown } | undefined));
    return true;
  }
}
