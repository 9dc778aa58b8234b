// Which WebSocket upgrades of a server are ours, and what becomes of those that nobody takes.
import type { Server as HttpServer, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Server as TlsServer } from 'node:tls';
import type { Millis } from '../domain.js';

type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** Our listeners, of all instances, with what each of them takes. */
const ours = new WeakMap<object, (url: string | undefined) => boolean>();

/** How many places are remembered that were found: a host may mount us below a parameter. */
const MAX_FOUND = 100;
/** How long a listener of the host's may take to do something with an upgrade. */
const PATIENCE: Millis = 10_000;
const NOBODY = 'Nobody takes WebSockets here: open it at the path where Faye is mounted, such as /faye';

export class Upgrades {
  readonly #mount: string;
  readonly #take: UpgradeListener;
  readonly #onRefusal: (request: IncomingMessage) => void;
  /** Where we are mounted: as we were told, and as requests showed. Express compares mounts without case. */
  readonly #told = new Set<string>();
  readonly #found = new Set<string>();
  readonly #servers = new Map<HttpServer, UpgradeListener>();

  /**
   * @param mount the path below the places where we are mounted
   * @param onRefusal is told of what nobody takes
   */
  constructor(mount: string, take: UpgradeListener, onRefusal: (request: IncomingMessage) => void) {
    this.#mount = mount;
    this.#take = take;
    this.#onRefusal = onRefusal;
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
      if (this.serves(request.url)) {
        if (isWebSocket(request)) this.#take(request, socket, head);
        else decline(server, request, socket, head);
      } else if (isLastOfOurs(server, listener, request)) {
        if (hasOthers(server)) this.#watch(request, socket);
        else if (isWebSocket(request)) this.#refuse(request, socket);
        else decline(server, request, socket, head);
      }
    };
    ours.set(listener, (url) => this.serves(url));
    this.#servers.set(server, listener);
    server.on('upgrade', listener);
  }

  /** It is the host's perhaps. Node has no time-out for it any more: what nobody touches would stay open for ever. */
  #watch(request: IncomingMessage, socket: Duplex): void {
    const written = writtenTo(socket);
    const end = (): void => void socket.destroy();
    socket.on('error', end);
    setTimeout(() => {
      socket.off('error', end);
      if (!socket.destroyed && writtenTo(socket) === written && !isHeard(socket)) this.#refuse(request, socket);
    }, PATIENCE).unref();
  }

  #refuse(request: IncomingMessage, socket: Duplex): void {
    this.#onRefusal(request);
    refuseUpgrade(socket, 404, NOBODY);
  }
}

/** Whether none of ours takes the upgrade, and this is the last of them that is asked. */
function isLastOfOurs(server: HttpServer, last: UpgradeListener, { url }: IncomingMessage): boolean {
  const mine = server.listeners('upgrade').filter((listener) => ours.has(listener));
  return mine.at(-1) === last && mine.every((listener) => ours.get(listener)?.(url) === false);
}

const hasOthers = (server: HttpServer): boolean => server.listeners('upgrade').some((listener) => !ours.has(listener));

const writtenTo = (socket: Duplex): number => (socket as Socket).bytesWritten;
const isHeard = (socket: Duplex): boolean => socket.listenerCount('data') > 0 || socket.listenerCount('readable') > 0;

const isWebSocket = ({ headers }: IncomingMessage): boolean => headers.upgrade?.toLowerCase() === 'websocket';

const REASONS = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  429: 'Too Many Requests',
  503: 'Service Unavailable',
} as const;

/** Answers an upgrade with a refusal, and closes. */
export function refuseUpgrade(
  socket: Duplex,
  status: keyof typeof REASONS,
  text = '',
  headers: Readonly<Record<string, string>> = {},
): void {
  socket.on('error', () => socket.destroy());
  const body = text && `${text}\n`;
  const head = [
    `HTTP/1.1 ${status} ${REASONS[status]}`,
    'Connection: close',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}

/**
 * Anything but a WebSocket (`h2c`, which Java's clients send) is only an offer, and its request is to be answered as if there
 * was none. Node has let go of the connection by now: it gets it back, with the request but without the offer.
 */
function decline(server: HttpServer, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const { rawHeaders, method, url, httpVersion } = request;
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const [name = '', value = ''] = rawHeaders.slice(i, i + 2);
    if (!/^(connection|upgrade|http2-settings)$/i.test(name)) lines.push(`${name}: ${value}`);
    else if (/\bclose\b/i.test(value)) lines.push('Connection: close');
  }
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]));
  server.emit(server instanceof TlsServer ? 'secureConnection' : 'connection', socket);
}
