// The clients of this process, and who of them subscribes to what. Tells nobody of what it does.
import type { Channel, ClientId, Millis } from '../domain.js';
import type { Message } from './faye.js';
import type { Link } from './link.js';

export interface Subscriber {
  readonly id: ClientId;
  /** An array: they are few, and a Set costs more than all else here. */
  channels: readonly Channel[];
  /** When Faye last heard it (`ping`). */
  heardAt: Millis;
  /** The open WebSocket to it, if any. */
  link: Link | null;
  /** What waits for its next poll, and its size in bytes. */
  waiting: Message[];
  bytes: number;
}

export class Audience {
  readonly #clients = new Map<ClientId, Subscriber>();
  readonly #channels = new Map<Channel, Set<Subscriber>>();

  get size(): number {
    return this.#clients.size;
  }

  get(id: ClientId): Subscriber | undefined {
    return this.#clients.get(id);
  }

  all(): Iterable<Subscriber> {
    return this.#clients.values();
  }

  ids(): Iterable<ClientId> {
    return this.#clients.keys();
  }

  /** The channels that somebody here subscribes to. */
  channels(): Iterable<Channel> {
    return this.#channels.keys();
  }

  /** Whether anybody here subscribes to exactly this channel. */
  listens(channel: Channel): boolean {
    return this.#channels.has(channel);
  }

  /** Everybody who subscribes to one of these, once. */
  of(channels: string[]): Iterable<Subscriber> {
    const sets = channels.flatMap((channel) => this.#channels.get(channel) ?? []);
    return sets.length < 2 ? (sets[0] ?? []) : new Set(sets.flatMap((set) => [...set]));
  }

  enter(id: ClientId, heardAt: Millis): void {
    this.#clients.set(id, { id, channels: [], heardAt, link: null, waiting: [], bytes: 0 });
  }

  /** @returns the client as it was; undefined when it was not here */
  exit(id: ClientId): Subscriber | undefined {
    const client = this.#clients.get(id);
    if (!client) return undefined;
    for (const channel of client.channels) this.#leave(client, channel);
    this.#clients.delete(id);
    return client;
  }

  /** @returns whether the subscription is new */
  add(id: ClientId, channel: Channel): boolean {
    const client = this.#clients.get(id);
    if (!client || client.channels.includes(channel)) return false;
    // An array that is pushed to, or spread, keeps room for sixteen more.
    client.channels = client.channels.concat(channel);
    const subscribers = this.#channels.get(channel);
    if (subscribers) subscribers.add(client);
    else this.#channels.set(channel, new Set([client]));
    return true;
  }

  /** @returns whether there was such a subscription */
  take(id: ClientId, channel: Channel): boolean {
    const client = this.#clients.get(id);
    if (!client?.channels.includes(channel)) return false;
    client.channels = client.channels.filter((other) => other !== channel);
    this.#leave(client, channel);
    return true;
  }

  clear(): void {
    this.#clients.clear();
    this.#channels.clear();
  }

  #leave(client: Subscriber, channel: Channel): void {
    const subscribers = this.#channels.get(channel);
    subscribers?.delete(client);
    if (subscribers?.size === 0) this.#channels.delete(channel);
  }
}
