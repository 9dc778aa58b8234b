// A WebSocket that knows its link, and tells what happens to it where all of them do.
import type { Duplex } from 'node:stream';
import { type RawData, WebSocket } from 'ws';
import type { Millis } from '../domain.js';
import type { Ending, Link } from './link.js';

/** Told of all sockets. */
export interface Hearer {
  /** Null for what is not text. */
  received(link: Link, text: string | null): void;
  alive(link: Link): void;
  closed(link: Link): void;
}

const TOO_LONG: Ending = { kind: 'bytes', text: 'a message is longer than limits.bytes: send less in one' };
const NO_FRAME: Ending = { kind: 'request', text: 'not a frame of RFC 6455: let a WebSocket library make it' };

/** What `ws` closes with a code only, it closes for these reasons (at most 123 bytes). */
const REASONS: Readonly<Record<number, string>> = {
  1002: NO_FRAME.text,
  1007: 'text must be UTF-8',
  1008: 'a message has too many pieces: send it in fewer',
  1009: TOO_LONG.text,
};

/** How much more is read of who sent what must not be, and for how long, so that they can read why. */
const DRAINED = 1024 * 1024;
const DRAIN_TIME: Millis = 2_000;

/** A broken connection is nobody's fault; a frame that must not be is its sender's, whom `ws` has told so by then. */
function endingOf(error: { readonly code?: unknown } | undefined): Ending | undefined {
  const code = String(error?.code);
  if (code.startsWith('WS_ERR_UNSUPPORTED_')) return TOO_LONG;
  return code.startsWith('WS_ERR_') ? NO_FRAME : undefined;
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
    else if (event === 'error') this.#failed(endingOf(data as { code?: unknown } | undefined));
    return true;
  }

  override close(code?: number, reason?: string | Buffer): void {
    super.close(code, reason ?? REASONS[code ?? 0]);
  }

  #failed(why: Ending | undefined): void {
    const { link } = this;
    link.dropped ||= why ?? false;
    if (why) this.#seeOff(link.socket);
    else link.drop();
  }

  /** Nothing of what still comes is heard. Were it not read, the connection would be reset, and what we said be lost. */
  #seeOff(socket: Duplex): void {
    const end = (): void => this.terminate();
    const timer = setTimeout(end, DRAIN_TIME);
    let left = DRAINED;
    socket.on('data', (chunk: Buffer) => {
      left -= chunk.length;
      if (left < 0) end();
    });
    socket.once('close', () => clearTimeout(timer));
  }
}
