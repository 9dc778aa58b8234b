// Our engine: clients, their subscriptions and what waits for them, in this process. One frame per message for all
// its subscribers, no timer per client. Faye's engine interface: https://faye.jcoglan.com/node/engines.html
import type { Channel, ClientId, Millis } from '../domain.js';
import { Audience, type Subscriber } from './audience.js';
import type { EngineProxy, FayeEngine, Message } from './faye.js';
import { textFrame } from './frame.js';
import { randomId } from './ids.js';
import type { Link } from './link.js';
import type { Outlet } from './outlet.js';

/** What the engine uses of Faye's proxy. In a cluster something of ours stands between the two. */
export type EngineHost = Pick<EngineProxy, 'timeout' | 'hasConnection' | 'deliver' | 'destroyClient' | 'trigger'>;

export interface EngineOptions {
  readonly now: () => Millis;
  /** Bytes that may wait for a client before it is taken out. */
  readonly waiting: number;
  /** Whether somebody changes messages on their way out, so that every client needs its own copy and frame. */
  readonly outgoing: () => boolean;
  readonly onError: (error: unknown) => void;
}

export class Engine implements FayeEngine, Outlet {
  readonly #proxy: EngineHost;
  readonly #options: EngineOptions;
  /** In a cluster, clients come in and go here without an event of this engine's. */
  readonly audience = new Audience();

  constructor(proxy: EngineHost, options: EngineOptions) {
    this.#proxy = proxy;
    this.#options = options;
  }

  createClient(callback: (id: ClientId) => void, context?: unknown): void {
    const id = randomId();
    this.audience.enter(id, this.#options.now());
    this.#proxy.trigger('handshake', id);
    callback.call(context, id);
  }

  clientExists(id: ClientId | undefined, callback: (exists: boolean) => void, context?: unknown): void {
    callback.call(context, id !== undefined && this.audience.get(id) !== undefined);
  }

  destroyClient(id: ClientId, callback?: () => void, context?: unknown): void {
    const client = this.audience.get(id);
    if (!client) return;
    for (const channel of client.channels) this.unsubscribe(id, channel);
    this.audience.exit(id);
    this.#proxy.trigger('disconnect', id);
    this.#proxy.trigger('close', id);
    callback?.call(context);
  }

  ping(id: ClientId): void {
    const client = this.audience.get(id);
    if (client) client.heardAt = this.#options.now();
  }

  /** Takes out the clients that were not heard for two time-outs, as Faye's own engine does with a timer for each. */
  sweep(now: Millis): void {
    const oldest = now - 2 * this.#proxy.timeout * 1000;
    for (const client of this.audience.all()) {
      if (client.heardAt > oldest) continue;
      try {
        this.#proxy.destroyClient(client.id);
      } catch (error) {
        // A listener of the host's, in `bind('disconnect')`.
        this.#options.onError(error);
      }
    }
  }

  subscribe(id: ClientId, channel: Channel, callback?: (done: true) => void, context?: unknown): void {
    if (this.audience.add(id, channel)) this.#proxy.trigger('subscribe', id, channel);
    callback?.call(context, true);
  }

  unsubscribe(id: ClientId, channel: Channel, callback?: (done: true) => void, context?: unknown): void {
    if (this.audience.take(id, channel)) this.#proxy.trigger('unsubscribe', id, channel);
    callback?.call(context, true);
  }

  subscriptions(id: ClientId): readonly Channel[] {
    return this.audience.get(id)?.channels ?? [];
  }

  listened(channel: Channel): boolean {
    return this.audience.listens(channel);
  }

  /** The channels that somebody here subscribes to. */
  subscribed(): Iterable<Channel> {
    return this.audience.channels();
  }

  publish(message: Message, channels: string[]): void {
    this.#distribute(withoutId(message), this.audience.of(channels));
    this.#proxy.trigger('publish', message.clientId, message.channel, message.data);
  }

  /** Delivers a message that was published somewhere, as its JSON without a clientId. */
  spread(json: string, channels: string[]): void {
    this.#distribute(json, this.audience.of(channels));
  }

  /** Sends a message to one client, subscribed or not. */
  send(id: ClientId, message: Message): void {
    const client = this.audience.get(id);
    if (client) this.#distribute(withoutId(message), [client]);
  }

  requeue(id: ClientId, messages: readonly Message[]): void {
    const client = this.audience.get(id);
    if (!client) return;
    client.waiting.unshift(...messages);
    client.bytes += JSON.stringify(messages).length;
    this.emptyQueue(id);
  }

  emptyQueue(id: ClientId): void {
    const client = this.audience.get(id);
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
    const client = this.audience.get(id);
    if (!client) return;
    client.link = link;
    // What waited goes first: from now on messages go straight to the socket.
    if (link) this.emptyQueue(id);
  }

  disconnect(): void {
    this.audience.clear();
  }

  #distribute(spoken: Message | string, subscribers: Iterable<Subscriber>): void {
    let frame: Buffer | null = null;
    let message: Message | null = null;
    const together = !this.#options.outgoing();
    let length = 0;
    // Thousands may wait at once, when another process has left its clients to this one.
    const bytes = (): number => (length ||= typeof spoken === 'string' ? spoken.length : JSON.stringify(spoken).length);
    for (const client of subscribers) {
      if (together && client.link?.open) {
        frame ??= textFrame(typeof spoken === 'string' ? `[${spoken}]` : JSON.stringify([spoken]));
        client.link.write(frame);
      } else {
        if (!together) message = copyOf(spoken);
        else message ??= typeof spoken === 'string' ? messageOf(spoken) : spoken;
        this.#queue(client, message, bytes);
      }
    }
  }

  #queue(client: Subscriber, message: Message, bytes: () => number): void {
    client.waiting.push(message);
    this.emptyQueue(client.id);
    if (client.waiting.length === 0) return;
    client.bytes += bytes();
    if (client.bytes > this.#options.waiting) this.#proxy.destroyClient(client.id);
  }
}

const messageOf = (json: string): Message => JSON.parse(json) as Message;
/** Messages are JSON; this is several times as fast as structuredClone. */
const copyOf = (spoken: Message | string): Message =>
  messageOf(typeof spoken === 'string' ? spoken : JSON.stringify(spoken));
const withoutId = ({ clientId, ...message }: Message): Message => message;
