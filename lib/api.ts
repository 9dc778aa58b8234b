// The server API: what a host does with what fayeOnline() made.
import type { EventEmitter } from 'node:events';
import type { Server } from 'node:http';
import type { RequestHandler } from 'express';
import type { Adapter } from './bayeux/adapter.js';
import type { Status } from './dashboard/index.js';
import type { Channel, ClientId, Millis, Roster, Uid, User } from './domain.js';
import type { OnlineEvents } from './events.js';
import type { TokenClaims, TokenOptions } from './identity/tokens.js';
import type { ChannelCount, LogEntry, LogQuery, TimeQuery, TimeSpent, UserReport } from './report.js';

/** What `fayeOnline()` makes: a middleware to be mounted, and the server API. */
export interface FayeOnline extends RequestHandler {
  /** Faye's adapter: `addExtension`, `getClient()` and `bind()` work as Faye documents them. */
  readonly bayeux: Adapter;
  /** Settles when the history is open. Rejects, naming the option, when it cannot be: left alone, that ends the process. */
  readonly ready: Promise<void>;
  /** Takes WebSockets from the start; otherwise they are found with the first HTTP request. `prefix`: where we are mounted. */
  attach(server: Server, prefix?: string): FayeOnline;
  /** Publishes to everyone on a channel. Throws a TypeError when the channel is none or the data is no JSON. */
  publish(channel: Channel, data: unknown): void;
  /** A token for a page (option `secret`). */
  token(claims: TokenClaims, options?: TokenOptions): Promise<string>;
  /** The rooms that have users now, the fullest first. */
  rooms(): Promise<ChannelCount[]>;
  /** Who is in a room now, longest present first. */
  room(channel: Channel): Promise<Roster>;
  /** Where a user is, since when, last seen, and the time per activity; null when never seen. */
  user(uid: Uid | number): Promise<UserReport | null>;
  /** Time per activity, of a user, within `[from, to)`. */
  time(query: TimeQuery): Promise<TimeSpent[]>;
  /** Who was in a channel at an instant. */
  at(channel: Channel, instant: Date | Millis): Promise<User[]>;
  /** The login log, newest first. */
  log(query?: LogQuery): Promise<LogEntry[]>;
  /** Clients, users and rooms of this process, its uptime, and whether it is insecure. */
  status(): Promise<Status>;
  /** Counts for Prometheus, as text. */
  metrics(): Promise<string>;
  /** Sends a user, or everyone in a room, away; they are told not to come back. @returns how many clients that were */
  kick(whom: Uid | number | { readonly room: Channel }): Promise<number>;
  /**
   * Believes none of the tokens any more that a user has now, and sends the user away: at once, and in other processes within
   * five seconds. Rejects when it could not be written down.
   */
  revoke(uid: Uid | number): Promise<void>;
  /** Whether a client has an open WebSocket or a held poll in this process. */
  hasConnection(clientId: ClientId): boolean;
  /** Listens to an event; `off` ends it. A listener that throws or rejects is told to `error`. */
  on: EventEmitter<OnlineEvents>['on'];
  /** The same for the next time only. */
  once: EventEmitter<OnlineEvents>['once'];
  /** Ends listening. */
  off: EventEmitter<OnlineEvents>['off'];
  /** Lets everyone leave as of now, writes what is left, and ends what was opened here. */
  close(): Promise<void>;
}
