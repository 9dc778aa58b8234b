// What the door asks of an engine beyond Faye's own interface, and what it makes do with when another engine is given.
import type { Channel, ClientId, Millis } from '../domain.js';
import type { EngineProxy, Message } from './faye.js';
import type { Link } from './link.js';

export interface Outlet {
  /** The WebSocket of a client opened, or closed (null). */
  attach(id: ClientId, link: Link | null): void;
  /** Sends a message to one client. */
  send(id: ClientId, message: Message): void;
  /** Keeps messages for a client's next poll, before all others: its last poll broke off. */
  requeue(id: ClientId, messages: readonly Message[]): void;
  /** Whether anybody here subscribes to exactly this channel; true when that is not known. */
  listened(channel: Channel): boolean;
  /** The channels that a client subscribes to; none when that is not known. */
  subscriptions(id: ClientId): readonly Channel[];
  /** Takes out the clients that were not heard for two time-outs. */
  sweep(now: Millis): void;
  /**
   * In a cluster: settles when the subscriptions of a client that were asked for are known to all.
   * Rejects when one could not be made. Absent or undefined: there is nothing to wait for.
   */
  written?(id: ClientId): Promise<void> | undefined;
}

/** Any Faye engine: what is for one client goes to all of the channel, who can bear it. */
export const foreignOutlet = (proxy: EngineProxy): Outlet => ({
  attach: () => undefined,
  send: (_id, message) => proxy.publish(message),
  requeue: () => undefined,
  listened: () => true,
  subscriptions: () => [],
  sweep: () => undefined,
});
