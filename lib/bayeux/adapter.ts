// The door: Faye's adapter with its HTTP and WebSocket front replaced by ours. Extensions, getClient() and bind() are Faye's.
import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Channel, ClientId, Millis, Uid } from '../domain.js';
import { isLiteral } from './channels.js';
import { ClusterEngine } from './cluster_engine.js';
import { Engine } from './engine.js';
import { Exchange, type Listener } from './exchange.js';
import { type BoundEvents, type EngineType, type FayeEngine, faye, type Message } from './faye.js';
import type { Gate } from './gate.js';
import { createGuard, refuse } from './guard.js';
import { CLOSING, sendError } from './http.js';
import type { Limits } from './limits.js';
import { Listeners } from './listeners.js';
import type { Network } from './networks.js';
import { FOREIGN, type Origins } from './origins.js';
import { foreignOutlet, type Outlet } from './outlet.js';
import { Patrol } from './patrol.js';
import { Polls } from './polls.js';
import type { RedisBus } from './redis_bus.js';
import { type Limited, type OnRefusal, type RefusalKind, retryAfter, type Why } from './refusal.js';
import type { Moves } from './removals.js';
import type { Sessions } from './sessions.js';
import { Sockets } from './sockets.js';
import type { Turnstile } from './turnstile.js';
import { refuseUpgrade, Upgrades } from './upgrades.js';
import type { Validity } from './validity.js';
import { catchUp, type Welcome } from './welcome.js';

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
  /** To the other processes of a cluster. It stays open when the adapter closes. Not with another engine. */
  readonly bus?: RedisBus;
  readonly gate: Gate;
  readonly sessions: Sessions;
  readonly listener: Listener;
  readonly welcome: Welcome;
  readonly turnstile: Turnstile;
  readonly validity: Validity;
  /** Whether clients may go without identity. */
  readonly anonymous: boolean;
  readonly origins: Origins;
  /** Where a request comes from, as far as that can be believed. */
  readonly addressOf: (request: IncomingMessage) => string;
  readonly onRefusal: OnRefusal;
  readonly now: () => Millis;
  readonly onError: (error: unknown) => void;
}

export class Adapter extends faye.NodeAdapter {
  readonly #upgrades: Upgrades;
  readonly #options: AdapterOptions;
  readonly #listeners: Listeners;
  readonly #onError: (error: unknown) => void;
  readonly #outlet: Outlet;
  readonly #own: Engine | ClusterEngine | null;
  readonly #bus: RedisBus | undefined;
  readonly #exchange: Exchange;
  readonly #polls: Polls;
  readonly #sockets: Sockets;
  readonly #sessions: Sessions;
  readonly #patrol: Patrol;
  readonly #listener: Listener;
  #closed = false;

  constructor(options: AdapterOptions) {
    const { limits, now, onError, listener, sessions } = options;
    let own: Engine | ClusterEngine | null = null;
    // Faye makes its server, and the server its engine, while the adapter is being made.
    const outgoing = (): boolean => this._server._extensions?.some((extension) => extension.outgoing) ?? false;
    const { bus } = options;
    const moves: Moves = {
      taken: (id, session) => sessions.restore(id, session),
      given: (...client) => this.#given(...client),
      identified: (id, session) => sessions.get(id) && sessions.restore(id, session),
      sessionOf: (id) => sessions.text(id),
      said: (channel) => options.welcome.said(channel),
      catchUp: (...told) => void catchUp({ welcome: options.welcome, outlet: this.#outlet, onError }, ...told),
    };
    const create = (...[proxy]: Parameters<EngineType['create']>): FayeEngine => {
      const settings = { now, waiting: limits.waiting, outgoing, onError };
      own = bus ? new ClusterEngine(proxy, { ...settings, bus, moves }) : new Engine(proxy, settings);
      return own;
    };
    super({ mount: options.mount, timeout: options.timeout, engine: options.engine ?? { type: { create } } });
    const server = this._server;
    this.#options = options;
    this.#onError = onError;
    this.#listeners = new Listeners(onError);
    this.#sessions = sessions;
    this.#upgrades = new Upgrades(
      options.mount,
      (request, socket, head) => this.handleUpgrade(request, socket, head),
      (request) => this.#refused('request', request),
    );
    this.#own = own;
    this.#bus = bus;
    this.#outlet = own ?? foreignOutlet(server._engine);
    const onRefusal = (kind: RefusalKind, request: IncomingMessage): void => this.#refused(kind, request);
    const parts = { server, outlet: this.#outlet, listener, now, onError, onRefusal };
    const guard = createGuard(limits);
    const { gate, origins, ping, timeout, turnstile, validity, welcome } = options;
    const maxSubscriptions = limits.subscriptions;
    const takeOut = (id: ClientId, why: Why): void => this.#takeOut(id, why);
    this.#patrol = new Patrol({ sessions, validity, anonymous: options.anonymous, takeOut });
    const rules = { guard, gate, sessions, turnstile, validity, takeOut, welcome, maxSubscriptions };
    this.#exchange = new Exchange({ ...parts, ...rules, timeout: timeout * 1000 });
    const front = { ...parts, exchange: this.#exchange };
    const supersedeLink = (id: ClientId): void => this.#sockets.supersede(id);
    this.#polls = new Polls({ ...front, turnstile, origins, limit: limits.bytes, supersede: supersedeLink });
    const supersede = (id: ClientId): void => this.#polls.supersede(id);
    this.#sockets = new Sockets({ ...front, turnstile, limits, ping, timeout, supersede });
    super.bind('disconnect', (id) => {
      sessions.close(id);
      listener.lost(id);
    });
    this.#listener = listener;
    if (this.#cluster) sessions.share(this.#cluster);
    gate.oversee({
      of: (id) => this.#outlet.subscriptions(id),
      end: (id, channel, error) => this.#unsubscribe(id, channel, error),
    });
    bus?.on('kick', ({ id, until }) => {
      sessions.ban(id, until, 'kicked');
      this.#sockets.dismiss(id, 'kicked');
    });
  }

  /** Open WebSockets. */
  get sockets(): number {
    return this.#sockets.size;
  }

  /** Takes over the WebSocket upgrades of our paths; those of other paths are left to their listeners. */
  override attach(server: HttpServer, prefix = ''): void {
    if (!this.#closed) this.#upgrades.attach(server, prefix);
  }

  /** The same, for a server and a place that a request came through. */
  find(server: HttpServer, prefix: string): void {
    if (!this.#closed) this.#upgrades.find(server, prefix);
  }

  override handle(request: IncomingMessage, response: ServerResponse): void {
    if (this.#closed) sendError(response, 503, CLOSING);
    else this.#polls.handle(request, response);
  }

  override handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (this.#closed) {
      refuseUpgrade(socket, 503, CLOSING);
      return;
    }
    if (this.#options.origins(request) === 'foreign') {
      this.#refused('origins', request);
      refuseUpgrade(socket, 403, FOREIGN);
      return;
    }
    const { turnstile } = this.#options;
    const network = turnstile.networkOf(request);
    // Nobody else listens while it waits.
    const gone = (): void => void socket.destroy();
    socket.on('error', gone);
    const open = (): void => {
      socket.off('error', gone);
      if (this.#closed) refuseUpgrade(socket, 503, CLOSING);
      else if (!socket.destroyed) this.#open(request, socket, head, network);
    };
    const full = turnstile.full(network) ?? turnstile.inTurn(network, open);
    if (full) this.#turnAway(request, socket, full);
  }

  #open(request: IncomingMessage, socket: Duplex, head: Buffer, network: Network): void {
    try {
      const full = this.#sockets.upgrade(request, socket, head, network);
      if (full) this.#turnAway(request, socket, full);
    } catch (error) {
      this.#onError(error);
      socket.destroy();
    }
  }

  #turnAway(request: IncomingMessage, socket: Duplex, full: Limited): void {
    this.#refused(full.kind, request);
    refuseUpgrade(socket, full.error.startsWith('503') ? 503 : 429, full.error, retryAfter(full));
  }

  /**
   * Publishes for the server: to everyone, past the gate.
   * @throws TypeError when the channel is none, or the data is no JSON
   */
  publish(channel: Channel, data: unknown): void {
    if (!isLiteral(channel)) throw new TypeError(`channel "${channel}" must be a name such as /classes/4/chat`);
    // What subscribers get is what it is now, whatever becomes of the object.
    this._server._engine.publish({ channel, data: JSON.parse(jsonOf(data)) });
  }

  /**
   * The same for what is known to be right and is not touched afterwards; and only to the subscribers of this process:
   * every process of a cluster tells its own.
   */
  announce(channel: Channel, data: unknown): void {
    const message: Message = { channel, data };
    if (this.#cluster) this.#cluster.announce(message);
    else this._server._engine.publish(message);
  }

  /** Whether anybody here subscribes to exactly this channel; true when that is not known. */
  listened(channel: Channel): boolean {
    return this.#outlet.listened(channel);
  }

  /** The channels that somebody here subscribes to; none when that is not known. */
  subscribed(): Iterable<Channel> {
    return this.#own?.subscribed() ?? [];
  }

  /** Whether a client has an open WebSocket or a held poll here. */
  hasConnection(id: ClientId): boolean {
    return this._server._engine.hasConnection(id);
  }

  /** Sends a client away for good. */
  kick(id: ClientId): void {
    // First, so that the process that has it knows why it goes.
    this.#bus?.tell('kick', { id, until: this.#exchange.banned });
    this.#bus?.flush();
    this.#takeOut(id, 'kicked');
  }

  /** Takes out the clients of users here whose identity holds no more, as their tokens were called back. */
  dismiss(uids: ReadonlySet<Uid>): void {
    this.#patrol.look(({ user }) => uids.has(user.uid));
  }

  /** As Faye documents it, but a listener that throws or rejects stops nobody. */
  override bind<E extends keyof BoundEvents>(
    event: E,
    listener: (...args: BoundEvents[E]) => void,
    context?: unknown,
  ): void {
    super.bind(event, this.#listeners.guard(listener), context);
  }

  override unbind<E extends keyof BoundEvents>(
    event: E,
    listener?: (...args: BoundEvents[E]) => void,
    context?: unknown,
  ): void {
    super.unbind(event, listener && this.#listeners.guard(listener), context);
  }

  get #cluster(): ClusterEngine | null {
    return this.#own instanceof ClusterEngine ? this.#own : null;
  }

  /** Another process has the client now, or took it out. */
  #given(id: ClientId, over: boolean): void {
    this.#polls.supersede(id);
    this.#sockets.give(id);
    this._server.closeSocket(id);
    this.#sessions.close(id);
    this.#listener.moved?.(id, over);
  }

  /** Takes out the clients that Faye has not heard for two time-outs, and forgets old bans. */
  sweep(now: Millis): void {
    this.#outlet.sweep(now);
    this.#sessions.sweep(now);
    this.#sockets.sweep(now);
    this.#options.turnstile.sweep();
    this.#patrol.sweep(now);
  }

  /** Faye would close a socket without a word. */
  #takeOut(id: ClientId, why: Why): void {
    try {
      this.#sockets.dismiss(id, why);
      this.#exchange.takeOut(id, why);
    } catch (error) {
      // The host may have put its own in Faye's way.
      this.#onError(error);
    }
  }

  /**
   * Tells the client as if it had asked to subscribe now: a refusal without an id. Faye's client passes over it, others
   * report it; and a page that subscribes again is refused in the same words.
   */
  #unsubscribe(id: ClientId, channel: Channel, error: string): void {
    this._server._engine.unsubscribe(id, channel);
    this.#outlet.send(id, refuse({ channel: '/meta/subscribe', subscription: channel }, error));
  }

  #refused(kind: RefusalKind, request: IncomingMessage): void {
    this.#options.onRefusal(kind, { address: this.#options.addressOf(request) });
  }

  /** Answers what is held, closes the sockets, and lets go of the servers. */
  override close(): void {
    this.#closed = true;
    this.#upgrades.close();
    // Faye's own client would come back for ever.
    void this._client?.disconnect();
    this.#polls.close();
    this.#sockets.close();
    super.close();
  }
}

function jsonOf(data: unknown): string {
  const text = JSON.stringify(data);
  if (text === undefined) throw new TypeError('data must be something that JSON can hold');
  return text;
}
