// WebSockets: bounded frames in, handled in order; one socket a client; pings, and the end of a connection.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { ClientId, Millis } from '../domain.js';
import { Cork } from './cork.js';
import type { Exchange, Listener, Passed } from './exchange.js';
import type { ProtocolServer, Reply } from './faye.js';
import { BadRequest, bayeuxError, broken, parseJson } from './guard.js';
import { Heartbeat } from './heartbeat.js';
import { Holds } from './holds.js';
import type { Limits } from './limits.js';
import { type Ending, IDLE, Link } from './link.js';
import { type Hearer, LinkedSocket } from './linked_socket.js';
import { refuseMalformed } from './malformed.js';
import type { Network } from './networks.js';
import type { Outlet } from './outlet.js';
import { farewell, type Limited, type RefusalKind, type Why } from './refusal.js';
import { forgetPeer, keepRequest } from './request.js';
import { Strangers } from './strangers.js';
import type { Turnstile } from './turnstile.js';

export interface SocketsOptions {
  readonly exchange: Exchange;
  readonly server: ProtocolServer;
  readonly outlet: Outlet;
  readonly listener: Listener;
  readonly limits: Pick<Limits, 'bytes' | 'waiting'>;
  readonly turnstile: Turnstile;
  readonly onRefusal: (kind: RefusalKind, request: IncomingMessage) => void;
  /** Seconds that a connect is held. */
  readonly timeout: number;
  /** Seconds between two pings of one socket. */
  readonly ping: number;
  /** The client comes by a WebSocket now. */
  readonly supersede: (id: ClientId) => void;
  readonly now: () => Millis;
  readonly onError: (error: unknown) => void;
}

/** When so many frames of one socket wait for the gate, no more are read from it. */
const BACKLOG = 100;
/** In so many frames may a message come, and a frame in so many reads: each costs two hundred bytes, however little it brings. */
const PIECES = 256;
const PACKETS = 1024;
const GOING_AWAY = 1001;
/** Who was told so often to send less, and does not, is closed: flooding is to cost the flooder too. */
const SCOLDED = 100;
const SCOLDING = `goes on after ${SCOLDED} refusals: heed what they say`;
const NOBODY: Ending = { kind: 'timeout', text: 'nobody came by it: send a handshake within 10 seconds' };
const FLOODING = new Set<RefusalKind | undefined>(['messagesPerSecond', 'handshakesPerSecond']);
/** So is who sends nothing but what cannot be let in. */
const USELESS = new Set<RefusalKind | undefined>(['identity', 'message', 'request']);

export class Sockets {
  readonly #options: SocketsOptions;
  readonly #server: WebSocketServer;
  readonly #cork = new Cork();
  readonly #heartbeat: Heartbeat;
  readonly #holds: Holds;
  readonly #links = new Map<ClientId, Link>();
  readonly #strangers: Strangers;
  readonly #hearer: Hearer = {
    received: (link, text) => this.#received(link, text),
    alive: (link) => link.hear(this.#options.now()),
    closed: (link) => this.#closed(link),
  };

  constructor(options: SocketsOptions) {
    this.#options = options;
    this.#heartbeat = new Heartbeat(options.ping);
    this.#heartbeat.start();
    // A client that shook hands lives so long without a word.
    this.#strangers = new Strangers(2 * options.timeout * 1000);
    this.#holds = new Holds({
      timeout: options.timeout * 1000,
      links: () => this.#heartbeat.links(),
      now: options.now,
    });
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: options.limits.bytes,
      maxFragments: PIECES,
      maxBufferedChunks: PACKETS,
      WebSocket: LinkedSocket,
    });
    this.#server.on('wsClientError', ({ message }, socket, request) => {
      options.onRefusal('request', request);
      refuseMalformed(socket, request.method, message);
    });
  }

  get size(): number {
    return this.#heartbeat.size;
  }

  /** @returns why there may not be one more; null when it was opened, or was none */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, network: Network): Limited | null {
    forgetPeer(socket);
    const full = this.#options.turnstile.full(network);
    if (full) return full;
    this.#server.handleUpgrade(request, socket, head, (ws) => {
      // The server was told to make these.
      this.#opened(ws as LinkedSocket, request, socket, network);
    });
    return null;
  }

  /** Tells a client that comes by a WebSocket why it is taken out, in answer to its connect. */
  dismiss(id: ClientId, why: Why): void {
    const link = this.#links.get(id);
    if (link) reply(link, [farewell({ channel: '/meta/connect', clientId: id, id: this.#holds.drop(link) }, why)]);
  }

  /** Closes the sockets that nobody has come in by. */
  sweep(now: Millis): void {
    for (const link of this.#strangers.overdue(now)) link.drop(NOBODY);
  }

  close(): void {
    this.#heartbeat.stop();
    this.#holds.stop();
    for (const link of this.#heartbeat.links()) link.ws.close(GOING_AWAY);
    this.#server.close();
  }

  #opened(ws: LinkedSocket, request: IncomingMessage, socket: Duplex, network: Network): void {
    const { limits, now, turnstile } = this.#options;
    ws.link = new Link(ws, keepRequest(request, socket), socket, network, this.#cork, limits.waiting, now());
    ws.hearer = this.#hearer;
    turnstile.open(network);
    this.#heartbeat.add(ws.link);
    this.#strangers.add(ws.link, now());
  }

  #received(link: Link, text: string | null): void {
    link.hear(this.#options.now());
    link.backlog++;
    if (link.backlog === BACKLOG) link.ws.pause();
    const work = (): Promise<void> => this.#exchange(link, text).finally(() => this.#done(link));
    link.busy = link.backlog === 1 ? work() : link.busy.then(work);
  }

  #done(link: Link): void {
    link.backlog--;
    if (link.backlog > 0) return;
    link.busy = IDLE;
    if (link.ws.isPaused) link.ws.resume();
  }

  /** Settles when the messages are on their way, not when they are answered: a connect waits for long. Never rejects. */
  async #exchange(link: Link, text: string | null): Promise<void> {
    const { exchange, onError } = this.#options;
    try {
      if (text === null) throw new BadRequest(400, 'send text frames, not binary ones');
      const each = (item: Passed | Reply, kind?: RefusalKind): void => {
        if ('message' in item) this.#process(link, item);
        else reply(link, [item]);
        this.#scold(link, kind);
      };
      await exchange.admit(parseJson(text), link.request, each, link);
    } catch (error) {
      if (error instanceof BadRequest) return this.#unusable(link, error);
      onError(error);
      reply(link, [{ successful: false, error: broken() } as Reply]);
    }
  }

  /** A frame that cannot be answered message by message. */
  #unusable(link: Link, { message, status }: BadRequest): void {
    const tooMuch = this.#options.turnstile.doubt(link.network);
    const kind = tooMuch?.kind ?? 'request';
    this.#options.onRefusal(kind, link.request);
    const error = tooMuch?.error ?? bayeuxError(status, 'message', message);
    reply(link, [{ successful: false, error } as Reply]);
    this.#scold(link, kind);
  }

  /** @param kind why a message was refused; undefined when it was not */
  #scold(link: Link, kind: RefusalKind | undefined): void {
    const counts = FLOODING.has(kind) || (link.clientId === null && USELESS.has(kind));
    if (counts && ++link.scolded >= SCOLDED) link.drop({ kind: kind ?? 'request', text: SCOLDING });
  }

  #process(link: Link, passed: Passed): void {
    const { channel, clientId } = passed.message;
    // What was said before the socket closed counts; only there is nobody any more to come in or to be told.
    if (!link.open && COMING_IN.has(channel)) {
      if (passed.visit) this.#options.turnstile.cancel(passed.visit);
      return;
    }
    if (link.open && clientId !== undefined && channel !== '/meta/disconnect') this.#attach(link, clientId);
    if (channel === '/meta/connect') this.#connect(link, passed);
    else this.#options.exchange.process(passed, link.request, (replies) => this.#answer(link, passed, replies));
  }

  #answer(link: Link, { visit }: Passed, replies: readonly Reply[]): void {
    if (visit && replies[0]?.successful) this.#strangers.greet(link, this.#options.now());
    reply(link, replies);
  }

  /** Messages do not wait for a connect here, so Faye answers it at once and the answer is what is held. */
  #connect(link: Link, { message, client, visit }: Passed): void {
    // Faye would forget the older of two that it has at once, and never answer it.
    if (link.asking) {
      link.asking.giveUp();
      reply(link, [{ ...link.asking.message, data: undefined, successful: true }]);
    }
    const { channel, clientId, id } = message;
    const wait = message.advice?.timeout;
    const asked: Passed = { message: { ...message, advice: { timeout: 0 } }, client, visit };
    let answered = false;
    const giveUp = this.#options.exchange.process(asked, link.request, (replies) => {
      answered = true;
      link.asking = null;
      this.#connected(link, asked, replies, wait);
    });
    if (!answered) link.asking = { message: { channel, clientId, id }, giveUp };
  }

  #connected(link: Link, { message, client }: Passed, replies: Reply[], wait: Millis | undefined): void {
    const { listener, now } = this.#options;
    const { clientId } = message;
    if (!link.open || clientId === undefined || link.clientId !== clientId) {
      reply(link, replies);
    } else if (!replies[0]?.successful) {
      // An extension of the host's may refuse it.
      listener.dropped(clientId, now());
      reply(link, replies);
    } else {
      if (client) listener.heard(client);
      listener.hold(clientId);
      this.#holds.hold(link, message.id, replies, wait);
    }
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
    this.#strangers.forget(link);
    link.clientId = id;
    this.#links.set(id, link);
    server.openSocket(id, link, link.request);
    outlet.attach(id, link);
  }

  /** Closes the socket of a client that comes by polling now. */
  supersede(id: ClientId): void {
    const link = this.#links.get(id);
    if (!link) return;
    this.#detach(link, id);
    link.clientId = null;
    link.close();
  }

  /** Closes the socket of a client that is another process's now: nobody is told that it went. */
  give(id: ClientId): void {
    const link = this.#links.get(id);
    this.#links.delete(id);
    if (!link) return;
    link.clientId = null;
    link.close();
  }

  /** The socket stays open for another client. */
  #detach(link: Link, id: ClientId): void {
    this.#links.delete(id);
    this.#options.outlet.attach(id, null);
    this.#options.server.closeSocket(id, false);
    this.#options.listener.dropped(id, link.heardAt);
  }

  #closed(link: Link): void {
    const { listener, now, onRefusal, outlet, server, turnstile } = this.#options;
    this.#heartbeat.remove(link);
    this.#holds.drop(link);
    this.#strangers.forget(link);
    turnstile.close(link.network);
    if (typeof link.dropped === 'object') onRefusal(link.dropped.kind, link.request);
    const id = link.clientId;
    if (id === null) return;
    this.#links.delete(id);
    outlet.attach(id, null);
    // A peer that closes is alive to do so; one that we gave up was heard when it was heard.
    listener.dropped(id, link.dropped ? link.heardAt : now());
    server.closeSocket(id);
  }
}

const COMING_IN = new Set(['/meta/handshake', '/meta/connect', '/meta/subscribe']);

function reply(link: Link, replies: readonly Reply[]): void {
  if (replies.length > 0) link.reply(replies);
}
