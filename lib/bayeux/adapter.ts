// The door: Faye's adapter with its HTTP and WebSocket front replaced by ours. Extensions, getClient() and bind() are Faye's.
import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Channel, ClientId, Millis } from '../domain.js';
import { Engine } from './engine.js';
import { Exchange, type Listener, type Welcome } from './exchange.js';
import { type EngineType, type FayeEngine, faye, type Message } from './faye.js';
import type { Gate } from './gate.js';
import { createGuard } from './guard.js';
import type { Limits } from './limits.js';
import { foreignOutlet, type Outlet } from './outlet.js';
import { Polls } from './polls.js';
import type { Sessions } from './sessions.js';
import { Sockets } from './sockets.js';

/** A host that mounts us below a parameter would make a new prefix with every value of it. */
const MAX_PREFIXES = 100;

export interface AdapterOptions {
  /** The path below the place where the host mounted us: `/faye`. */
  readonly mount: string;
  /** Seconds that a `/meta/connect` is held. */
  readonly timeout: number;
  /** Seconds between two pings of one WebSocket. */
  readonly ping: number;
  readonly limits: Limits;
  /** Another Faye engine instead of ours, with its options. */
  readonly engine?: { type: EngineType } & Record<string, unknown>;
  readonly gate: Gate;
  readonly sessions: Sessions;
  readonly listener: Listener;
  readonly welcome: Welcome;
  readonly now: () => Millis;
  readonly onError: (error: unknown) => void;
}

export class Adapter extends faye.NodeAdapter {
  readonly #mount: string;
  readonly #prefixes = new Set(['']);
  readonly #attached = new Map<HttpServer, (request: IncomingMessage, socket: Duplex, head: Buffer) => void>();
  readonly #outlet: Outlet;
  readonly #exchange: Exchange;
  readonly #polls: Polls;
  readonly #sockets: Sockets;

  constructor(options: AdapterOptions) {
    const { limits, now, onError, listener, sessions } = options;
    let own: Engine | null = null;
    // Faye makes its server, and that the engine, while the adapter is being made.
    const outgoing = (): boolean => this._server._extensions?.some((extension) => extension.outgoing) ?? false;
    const create = (...[proxy]: Parameters<EngineType['create']>): FayeEngine => {
      own = new Engine(proxy, { now, waiting: limits.waiting, outgoing });
      return own;
    };
    super({ mount: options.mount, timeout: options.timeout, engine: options.engine ?? { type: { create } } });
    const server = this._server;
    this.#mount = options.mount;
    this.#outlet = own ?? foreignOutlet(server._engine);
    const parts = { server, outlet: this.#outlet, listener, now, onError };
    const guard = createGuard(limits);
    const { gate, welcome } = options;
    const maxSubscriptions = limits.subscriptions;
    this.#exchange = new Exchange({ ...parts, guard, gate, sessions, welcome, maxSubscriptions });
    const front = { ...parts, exchange: this.#exchange };
    this.#polls = new Polls({ ...front, limit: limits.bytes });
    const supersede = (id: ClientId): void => this.#polls.supersede(id);
    const { ping, timeout } = options;
    this.#sockets = new Sockets({ ...front, limits, ping, timeout, supersede });
    this.bind('disconnect', (id) => {
      sessions.close(id);
      listener.lost(id);
    });
  }

  /** Open WebSockets. */
  get sockets(): number {
    return this.#sockets.size;
  }

  /** Whether a path of this server's is ours, for example `/faye` or `/rt/faye/connect`. */
  serves(url: string | undefined): boolean {
    const path = (url ?? '').split('?', 1)[0] ?? '';
    for (const prefix of this.#prefixes) {
      const mount = prefix + this.#mount;
      if (path === mount || path.startsWith(`${mount}/`)) return true;
    }
    return false;
  }

  /** Takes over the WebSocket upgrades of our paths; those of other paths are left to their listeners. */
  override attach(server: HttpServer, prefix = ''): void {
    if (this.#prefixes.size < MAX_PREFIXES) this.#prefixes.add(prefix);
    if (this.#attached.has(server)) return;
    const listener = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
      if (this.serves(request.url)) this.handleUpgrade(request, socket, head);
      else if (server.listenerCount('upgrade') === 1) refuseUpgrade(socket);
    };
    this.#attached.set(server, listener);
    server.on('upgrade', listener);
  }

  override handle(request: IncomingMessage, response: ServerResponse): void {
    void this.#polls.handle(request, response);
  }

  override handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#sockets.upgrade(request, socket, head);
  }

  /** Publishes for the server: to everyone, past the gate. */
  publish(channel: Channel, data: unknown): void {
    const message: Message = { channel, data };
    this._server._engine.publish(message);
  }

  /** Whether anybody subscribes to exactly this channel; true when that is not known. */
  listened(channel: Channel): boolean {
    return this.#outlet.listened(channel);
  }

  /** Whether a client has an open WebSocket or a held poll here. */
  hasConnection(id: ClientId): boolean {
    return this._server._engine.hasConnection(id);
  }

  /** Sends a client away for good. */
  kick(id: ClientId): void {
    // Faye closes a socket without a word.
    this.#sockets.kick(id);
    this.#exchange.kick(id);
  }

  /** Takes out the clients that Faye has not heard for two time-outs. */
  sweep(now: Millis): void {
    this.#outlet.sweep(now);
  }

  /** Answers what is held, closes the sockets, and lets go of the servers. */
  override close(): void {
    for (const [server, listener] of this.#attached) server.off('upgrade', listener);
    this.#attached.clear();
    this.#sockets.close();
    super.close();
  }
}

function refuseUpgrade(socket: Duplex): void {
  socket.on('error', () => socket.destroy());
  socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n', () => socket.destroy());
}
