// Our engine: clients, their subscriptions and what waits for them, in this process. One frame per message for all
// its subscribers, no timer per client. Faye's engine interface: https://faye.jcoglan.com/node/engines.html
import type { Channel, ClientId, Millis } from '../domain.js';
import type { EngineProxy, FayeEngine, Message } from './faye.js';
import { textFrame } from './frame.js';
import { randomId } from './ids.js';
import type { Link } from './link.js';
import type { Outlet } from './outlet.js';

interface Subscriber {
  readonly id: ClientId;
  /** An array: they are few, and a Set costs more than all else here. */
  channels: Channel[];
  /** When Faye last heard it (`ping`). */
  heardAt: Millis;
  /** The open WebSocket to it, if any. */
  link: Link | null;
  /** What waits for its next poll, and its size in bytes. */
  waiting: Message[];
  bytes: number;
}

export interface EngineOptions {
  readonly now: () => Millis;
  /** Bytes that may wait for a client before it is taken out. */
  readonly waiting: number;
  /** Whether somebody changes messages on their way out, so that every client needs its own copy and frame. */
  readonly outgoing: () => boolean;
  readonly onError: (error: unknown) => void;
}

export class Engine implements FayeEngine, Outlet {
  readonly #proxy: EngineProxy;
  readonly #options: EngineOptions;
  readonly #clients = new Map<ClientId, Subscriber>();
  readonly #channels = new Map<Channel, Set<Subscriber>>();

  constructor(proxy: EngineProxy, options: EngineOptions) {
    this.#proxy = proxy;
    this.#options = options;
  }

  get size(): number {
    return this.#clients.size;
  }

  createClient(callback: (id: ClientId) => void, context?: unknown): void {
    const id = randomId();
    const heardAt = this.#options.now();
    this.#clients.set(id, { id, channels: [], heardAt, link: null, waiting: [], bytes: 0 });
    this.#proxy.trigger('handshake', id);
    callback.call(context, id);
  }

  clientExists(id: ClientId | undefined, callback: (exists: boolean) => void, context?: unknown): void {
    callback.call(context, id !== undefined && this.#clients.has(id));
  }

  destroyClient(id: ClientId, callback?: () => void, context?: unknown): void {
    const client = this.#clients.get(id);
    if (!client) return;
    for (const channel of client.channels) this.unsubscribe(id, channel);
    this.#clients.delete(id);
    this.#proxy.trigger('disconnect', id);
    this.#proxy.trigger('close', id);
    callback?.call(context);
  }

  ping(id: ClientId): void {
    const client = this.#clients.get(id);
    if (client) client.heardAt = this.#options.now();
  }

  /** Takes out the clients that were not heard for two time-outs, as Faye's own engine does with a timer for each. */
  sweep(now: Millis): void {
    const oldest = now - 2 * this.#proxy.timeout * 1000;
    for (const client of this.#clients.values()) {
      if (client.heardAt > oldest) continue;
      try {
        this.destroyClient(client.id);
      } catch (error) {
        // A listener of the host's, in `bind('disconnect')`.
        this.#options.onError(error);
      }
    }
  }

  subscribe(id: ClientId, channel: Channel, callback?: (done: true) => void, context?: unknown): void {
    const client = this.#clients.get(id);
    if (client && !client.channels.includes(channel)) {
      client.channels.push(channel);
      const subscribers = this.#channels.get(channel);
      if (subscribers) subscribers.add(client);
      else this.#channels.set(channel, new Set([client]));
      this.#proxy.trigger('subscribe', id, channel);
    }
    callback?.call(context, true);
  }

  unsubscribe(id: ClientId, channel: Channel, callback?: (done: true) => void, context?: unknown): void {
    const client = this.#clients.get(id);
    if (client?.channels.includes(channel)) {
      client.channels = client.channels.filter((other) => other !== channel);
      const subscribers = this.#channels.get(channel);
      subscribers?.delete(client);
      if (subscribers?.size === 0) this.#channels.delete(channel);
      this.#proxy.trigger('unsubscribe', id, channel);
    }
    callback?.call(context, true);
  }

  subscriptions(id: ClientId): readonly Channel[] {
    return this.#clients.get(id)?.channels ?? [];
  }

  /** Whether anybody here subscribes to exactly this channel. */
  listened(channel: Channel): boolean {
    return this.#channels.has(channel);
  }

  publish(message: Message, channels: string[]): void {
    this.#distribute(message, this.#subscribers(channels));
    this.#proxy.trigger('publish', message.clientId, message.channel, message.data);
  }

  /** Sends a message to one client, subscribed or not. */
  send(id: ClientId, message: Message): void {
    const client = this.#clients.get(id);
    if (client) this.#distribute(message, [client]);
  }

  requeue(id: ClientId, messages: readonly Message[]): void {
    const client = this.#clients.get(id);
    if (!client) return;
    client.waiting.unshift(...messages);
    client.bytes += JSON.stringify(messages).length;
    this.emptyQueue(id);
  }

  emptyQueue(id: ClientId): void {
    const client = this.#clients.get(id);
    if (!client || client.waiting.length === 0 || !this.#proxy.hasConnection(id)) return;
    // A socket that is closing takes nothing more; the client's next one, or its next poll, does.
    if (client.link && !client.link.open) return;
    const { waiting } = client;
    client.waiting = [];
    client.bytes = 0;
    this.#proxy.deliver(id, waiting);
  }

  /** The WebSocket of a client opened, or closed (null). */
  attach(id: ClientId, link: Link | null): void {
    const client = this.#clients.get(id);
    if (!client) return;
    client.link = link;
    // What waited goes first: from now on messages go straight to the socket.
    if (link) this.emptyQueue(id);
  }

  disconnect(): void {
    this.#clients.clear();
    this.#channels.clear();
  }

  #subscribers(channels: string[]): Iterable<Subscriber> {
    const sets = channels.flatMap((channel) => this.#channels.get(channel) ?? []);
    return sets.length < 2 ? (sets[0] ?? []) : new Set(sets.flatMap((set) => [...set]));
  }

  #distribute({ clientId, ...message }: Message, subscribers: Iterable<Subscriber>): void {
    let frame: Buffer | null = null;
    const together = !this.#options.outgoing();
    for (const client of subscribers) {
      if (together && client.link?.open) {
        frame ??= textFrame(JSON.stringify([message]));
        client.link.write(frame);
      } else {
        this.#queue(client, together ? message : structuredClone(message));
      }
    }
  }

  #queue(client: Subscriber, message: Message): void {
    client.waiting.push(message);
    this.emptyQueue(client.id);
    if (client.waiting.length === 0) return;
    client.bytes += JSON.stringify(message).length;
    if (client.bytes > this.#options.waiting) this.destroyClient(client.id);
  }
}
