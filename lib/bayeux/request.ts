// What is kept of an upgrade request for as long as its WebSocket is open: what extensions and `authenticate` read of it.
import { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/**
 * An IncomingMessage with the headers, the URL, the socket and what the host added (a session, a user), but without its
 * stream, which is over and costs half a kilobyte for every socket.
 */
export function keepRequest(request: IncomingMessage, socket: Duplex): IncomingMessage {
  return Object.assign(new Kept(request, socket) as unknown as IncomingMessage, added(request));
}

class Kept {
  readonly headers: IncomingMessage['headers'];
  readonly rawHeaders = NONE;
  readonly rawTrailers = NONE;
  readonly httpVersion: string;
  readonly method: string | undefined;
  readonly url: string | undefined;

  constructor(
    { headers, httpVersion, method, url }: IncomingMessage,
    readonly socket: Duplex,
  ) {
    this.headers = headers;
    this.httpVersion = httpVersion;
    this.method = method;
    this.url = url;
  }
}
Object.setPrototypeOf(Kept.prototype, IncomingMessage.prototype);

/** Node keeps the address of every socket that was once asked for it, which costs a hundred bytes. It can be asked again. */
export function forgetPeer(socket: Duplex): void {
  Reflect.set(socket, '_peername', null);
}

/** Own properties that Node does not give a request: those of the host. */
function added(request: IncomingMessage): object {
  const mine: Record<string, unknown> = {};
  for (const name of Object.keys(request)) if (!NODES.has(name)) mine[name] = request[name as keyof IncomingMessage];
  return mine;
}

const NONE: string[] = [];
const NODES = new Set(Object.keys(new IncomingMessage(null as never)).concat('_consuming', '_dumped'));
