// Which WebSocket upgrades of a server are ours, and what becomes of those that nobody takes.
import { type Server as HttpServer, type IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** Our listeners, of all instances, with what each of them takes. */
const ours = new WeakMap<object, (url: string | undefined) => boolean>();

/** How many places are remembered that were found: a host may mount us below a parameter. */
const MAX_FOUND = 100;

export class Upgrades {
  readonly #mount: string;
  readonly #take: UpgradeListener;
  /** Where we are mounted: as we were told, and as requests showed. Express compares mounts without case. */
  readonly #told = new Set<string>();
  readonly #found = new Set<string>();
  readonly #servers = new Map<HttpServer, UpgradeListener>();

  /** @param mount the path below the places where we are mounted */
  constructor(mount: string, take: UpgradeListener) {
    this.#mount = mount;
    this.#take = take;
  }

  /** Listens to a server's upgrades below a place that the host names. */
  attach(server: HttpServer, prefix: string): void {
    this.#told.add(prefix.toLowerCase());
    this.#listen(server);
  }

  /** The same, for a place that a request came through. */
  find(server: HttpServer, prefix: string): void {
    const place = prefix.toLowerCase();
    this.#found.delete(place);
    this.#found.add(place);
    const [oldest] = this.#found;
    if (this.#found.size > MAX_FOUND && oldest !== undefined) this.#found.delete(oldest);
    this.#listen(server);
  }

  serves(url: string | undefined): boolean {
    const path = (url ?? '').split('?', 1)[0] ?? '';
    const lower = path.toLowerCase();
    const at = lower.lastIndexOf(this.#mount.toLowerCase());
    if (at < 0) return false;
    const rest = lower.slice(at + this.#mount.length);
    const prefix = lower.slice(0, at);
    return (rest === '' || rest.startsWith('/')) && (this.#told.has(prefix) || this.#found.has(prefix));
  }

  close(): void {
    for (const [server, listener] of this.#servers) server.off('upgrade', listener);
    this.#servers.clear();
  }

  #listen(server: HttpServer): void {
    if (this.#servers.has(server)) return;
    const listener: UpgradeListener = (request, socket, head) => {
      if (this.serves(request.url)) this.#take(request, socket, head);
      else if (isForNobody(server, listener, request)) refuse(server, request, socket);
    };
    ours.set(listener, (url) => this.serves(url));
    this.#servers.set(server, listener);
    server.on('upgrade', listener);
  }
}

/** Whether all listeners are ours, none takes the upgrade, and this is the last that is asked. */
function isForNobody(server: HttpServer, last: UpgradeListener, { url }: IncomingMessage): boolean {
  const listeners = server.listeners('upgrade');
  return listeners.at(-1) === last && listeners.every((listener) => ours.get(listener)?.(url) === false);
}

/** A WebSocket is refused. Anything else only offers an upgrade (`h2c`), and is answered as the request that it is. */
function refuse(server: HttpServer, request: IncomingMessage, socket: Duplex): void {
  socket.on('error', () => socket.destroy());
  if (request.headers.upgrade?.toLowerCase() === 'websocket') {
    socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n', () => socket.destroy());
    return;
  }
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket as never);
  response.once('finish', () => socket.end());
  server.emit('request', request, response);
}
