// WebSockets: bounded frames in, handled in order; one socket a client; pings, and the end of a connection.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { ClientId, Millis } from '../domain.js';
import { Cork } from './cork.js';
import type { Exchange, Listener, Passed } from './exchange.js';
import type { ProtocolServer, Reply } from './faye.js';
import { BadRequest, bayeuxError, parseJson } from './guard.js';
import { Heartbeat } from './heartbeat.js';
import type { Limits } from './limits.js';
import { Link } from './link.js';
import type { Outlet } from './outlet.js';

export interface SocketsOptions {
  readonly exchange: Exchange;
  readonly server: ProtocolServer;
  readonly outlet: Outlet;
  readonly listener: Listener;
  readonly limits: Pick<Limits, 'bytes' | 'waiting'>;
  /** Seconds between two pings of one socket. */
  readonly ping: number;
  /** The client comes by a WebSocket now. */
  readonly supersede: (id: ClientId) => void;
  readonly now: () => Millis;
  readonly onError: (error: unknown) => void;
}

/** Frames of one socket that may wait for the gate. */
const BACKLOG = 100;
const GOING_AWAY = 1001;

export class Sockets {
  readonly #options: SocketsOptions;
  readonly #server: WebSocketServer;
  readonly #cork = new Cork();
  readonly #heartbeat: Heartbeat;
  readonly #links = new Map<ClientId, Link>();

  constructor(options: SocketsOptions) {
    this.#options = options;
    this.#heartbeat = new Heartbeat(options.ping);
    this.#heartbeat.start();
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: options.limits.bytes,
    });
  }

  get size(): number {
    return this.#heartbeat.size;
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#server.handleUpgrade(request, socket, head, (ws) => this.#opened(ws, request, socket));
  }

  /** Says something to a client that comes by a WebSocket. */
  tell(id: ClientId, message: Reply): void {
    const link = this.#links.get(id);
    if (link) reply(link, [message]);
  }

  close(): void {
    this.#heartbeat.stop();
    for (const link of this.#heartbeat.links()) link.ws.close(GOING_AWAY);
    this.#server.close();
  }

  #opened(ws: WebSocket, request: IncomingMessage, socket: Duplex): void {
    const { limits, now } = this.#options;
    const link = new Link(ws, request, socket, this.#cork, limits.waiting, now());
    this.#heartbeat.add(link);
    ws.on('message', (data, binary) => this.#received(link, binary ? null : data.toString()));
    ws.on('pong', () => link.hear(now()));
    ws.on('close', () => this.#closed(link));
    // Bad frames and broken pipes: `close` follows, and is all that matters here.
    ws.on('error', () => link.drop());
  }

  #received(link: Link, text: string | null): void {
    link.hear(this.#options.now());
    if (link.backlog >= BACKLOG) link.drop();
    if (link.dropped) return;
    link.backlog++;
    const work = (): Promise<void> => this.#exchange(link, text).finally(() => link.backlog--);
    link.busy = link.backlog === 1 ? work() : link.busy.then(work);
  }

  /** Settles when the messages are on their way, not when they are answered: a connect waits for long. Never rejects. */
  async #exchange(link: Link, text: string | null): Promise<void> {
    const { exchange, onError } = this.#options;
    try {
      if (text === null) throw new BadRequest(400, 'send text frames, not binary ones');
      for await (const item of exchange.admit(parseJson(text), link.request)) {
        if (!link.open) return;
        if (!('message' in item)) reply(link, [item]);
        else this.#process(link, item);
      }
    } catch (error) {
      if (!(error instanceof BadRequest)) onError(error);
      const [code, text] = error instanceof BadRequest ? [error.status, error.message] : [500, 'Internal server error'];
      reply(link, [{ successful: false, error: bayeuxError(code, 'message', text) } as Reply]);
    }
  }

  #process(link: Link, passed: Passed): void {
    const { exchange, listener } = this.#options;
    const { channel, clientId } = passed.message;
    if (clientId !== undefined && channel !== '/meta/disconnect') this.#attach(link, clientId);
    if (channel === '/meta/connect' && clientId !== undefined) listener.hold(clientId);
    exchange.process(passed, link.request, (replies) => reply(link, replies));
  }

  #attach(link: Link, id: ClientId): void {
    const { server, outlet, supersede } = this.#options;
    if (link.clientId === id && server._engine.hasConnection(id)) return;
    if (link.clientId !== null && link.clientId !== id) this.#detach(link, link.clientId);
    const older = this.#links.get(id);
    if (older && older !== link) {
      older.clientId = null;
      older.close();
    }
    supersede(id);
    link.clientId = id;
    this.#links.set(id, link);
    server.openSocket(id, link, link.request);
    outlet.attach(id, link);
  }

  /** The socket stays open for another client. */
  #detach(link: Link, id: ClientId): void {
    this.#links.delete(id);
    this.#options.outlet.attach(id, null);
    this.#options.server.closeSocket(id, false);
    this.#options.listener.dropped(id, link.heardAt);
  }

  #closed(link: Link): void {
    const { listener, now, outlet, server } = this.#options;
    this.#heartbeat.remove(link);
    const id = link.clientId;
    if (id === null) return;
    this.#links.delete(id);
    outlet.attach(id, null);
    // A peer that closes is alive to do so; one that we gave up was heard when it was heard.
    listener.dropped(id, link.dropped ? link.heardAt : now());
    server.closeSocket(id);
  }
}

function reply(link: Link, replies: readonly Reply[]): void {
  if (replies.length > 0) link.send(JSON.stringify(replies));
}
