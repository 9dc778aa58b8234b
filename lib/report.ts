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

/** What is read whole, a page after the other, the window being `[from, to)`. */
export interface ExportQuery {
  readonly uid?: Uid;
  readonly channel?: Channel;
  readonly from: Millis;
  readonly to: Millis;
  /** What has more rows than this is refused before the first page; default 1,000,000. */
  readonly most?: number;
}

/** The part of a stay on an activity that lies within a window. */
export interface StayPart extends User {
  readonly channel: Channel;
  readonly start: Millis;
  readonly end: Millis;
  /** Whether the stay still runs, so that more of it will follow. */
  readonly running: boolean;
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
  /** The login log for a file, the oldest first. @throws RangeError when it has more than `most` rows. */
  logPages(query: ExportQuery): AsyncIterable<readonly LogEntry[]>;
  /**
   * The time of everybody for a file: by uid, channel and start. What stays have in common is in the first of them only,
   * so that the rows of a user on an activity add up to what `time` says. @throws RangeError as `logPages` does.
   */
  stays(query: ExportQuery): AsyncIterable<readonly StayPart[]>;
}
