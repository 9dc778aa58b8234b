// What may be asked of faye-online: the contract between the ledger's report and its readers (dashboard, API, CLI).
import type { Channel, Kind, Millis, Presence, Roster, Uid, User } from './domain.js';

export interface ChannelCount {
  readonly channel: Channel;
  readonly count: number;
}

/** Time that a user spent on one channel. */
export interface TimeSpent {
  readonly channel: Channel;
  readonly ms: Millis;
  /** Whether the user is there now, so that `ms` still grows. */
  readonly running: boolean;
}

export interface UserReport extends User {
  /** When the user was last seen anywhere; null when nothing is known. */
  readonly lastSeen: Millis | null;
  /** Where the user is now; empty when offline. */
  readonly presences: readonly Presence[];
  /** Time per activity, the most time first. */
  readonly times: readonly TimeSpent[];
}

export interface TimeQuery {
  readonly uid: Uid;
  readonly channel?: Channel;
  /** Only time at or after this instant counts. */
  readonly from?: Millis;
  /** Only time before this instant counts. */
  readonly to?: Millis;
}

export interface LogQuery {
  readonly uid?: Uid;
  readonly channel?: Channel;
  readonly from?: Millis;
  readonly to?: Millis;
  /** At most this many entries, the newest first; 1–1000, default 100. */
  readonly limit?: number;
}

export interface LogEntry {
  readonly t: Millis;
  readonly status: 'in' | 'out';
  readonly uid: Uid;
  readonly uname: string | null;
  readonly channel: Channel | null;
  /** The keyed hash of the clientId. */
  readonly client: string | null;
}

/** Read only: nothing here repairs or writes. */
export interface Report {
  /** The channels of a kind that have users now, the fullest first. */
  channels(kind: Kind): Promise<ChannelCount[]>;
  /** Who is in a room now. */
  room(channel: Channel): Promise<Roster>;
  /** Null when the user was never here. */
  user(uid: Uid): Promise<UserReport | null>;
  /** Time per activity within the window; running stays count up to now. */
  time(query: TimeQuery): Promise<TimeSpent[]>;
  /** Who was in a channel at an instant, from the stays. */
  at(channel: Channel, instant: Millis): Promise<User[]>;
  log(query: LogQuery): Promise<LogEntry[]>;
}
