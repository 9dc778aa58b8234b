// What the door asks of an engine beyond Faye's own interface, and what it makes do with when another engine is given.
import type { Channel, ClientId, Millis } from '../domain.js';
import type { EngineProxy, Message } from './faye.js';
import type { Link } from './link.js';

export interface Outlet {
  /** The WebSocket of a client opened, or closed (null). */
  attach(id: ClientId, link: Link | null): void;
  /** Sends a message to one client. */
  send(id: ClientId, message: Message): void;
  /** Keeps a message for a client's next poll: its last one broke off. */
  requeue(id: ClientId, message: Message): void;
  /** Whether anybody subscribes to exactly this channel; true when that is not known. */
  listened(channel: Channel): boolean;
  /** How many channels a client subscribes to; 0 when that is not known. */
  subscriptions(id: ClientId): number;
  /** Takes out the clients that were not heard for two time-outs. */
  sweep(now: Millis): void;
}

/** Any Faye engine: what is for one client goes to all of the channel, who can bear it. */
export const foreignOutlet = (proxy: EngineProxy): Outlet => ({
  attach: () => undefined,
  send: (_id, message) => proxy.publish(message),
  requeue: () => undefined,
  listened: () => true,
  subscriptions: () => 0,
  sweep: () => undefined,
});
