// The words of faye-online, as types. Imports nothing.

/** A Faye client id, given out at `/meta/handshake`. A secret: whoever knows it can read its messages. */
export type ClientId = string;
/** Who a user is: 1–64 characters. The gem's integers are read and written as integers. */
export type Uid = string;
/** A Bayeux channel name, such as `/classes/4`. */
export type Channel = string;
/** An instant in milliseconds since the epoch, or a length of time in milliseconds. */
export type Millis = number;
/** `room`: its users see one another. `activity`: a user's time is counted on it. */
export type Kind = 'room' | 'activity';

export interface User {
  readonly uid: Uid;
  readonly uname: string;
}

/** Where a client is. At least one of the two is there. */
export interface Place {
  readonly room?: Channel;
  readonly activity?: Channel;
}

/** One open page: its clientId, whose it is, and where it is. */
export interface Client {
  readonly id: ClientId;
  /** A keyed hash of `id`: what may be written down or shown instead of it. */
  readonly key: string;
  readonly user: User;
  readonly place: Place;
}

/** A user being in a channel, from their first client in to their last client out. */
export interface Presence {
  readonly kind: Kind;
  readonly channel: Channel;
  readonly user: User;
  readonly since: Millis;
  /** The last proof of life of any of the user's clients here. */
  readonly seen: Millis;
  /** How many clients (tabs) the user has here. */
  readonly clients: number;
}

/**
 * Why a change happened. `join`: a client came. `move`: it named another room or activity. `leave`: it said goodbye.
 * `lost`: its lease ran out. `kick`: the server sent it away. `shutdown`: the server closed. `again`: it was there all the
 * time, and a store that had lost everything was told so again. `back`: it was there all the time, but its process was cut
 * off from the store, and others had taken it for lost.
 */
export type Cause = 'join' | 'move' | 'leave' | 'lost' | 'kick' | 'shutdown' | 'again' | 'back';

/** What a change did to one channel. */
export interface Step {
  readonly type: 'join' | 'leave';
  readonly kind: Kind;
  readonly channel: Channel;
  /** Whether the user's presence began (first client in), ended (last client out), or was there before and after. */
  readonly presence: 'began' | 'ended' | 'kept';
  /** When the presence began. */
  readonly since: Millis;
  /** When the step happened; for an ended presence the last proof of life of any of its clients, never later. */
  readonly at: Millis;
  /** The life of the channel's version numbers; another epoch means that they began anew. */
  readonly epoch: string;
  /** The channel's version after this step. It grows by one with every presence that begins or ends there. */
  readonly v: number;
  /** How many users are present in the channel after this step. */
  readonly count: number;
}

/** What one event did: a client came, moved or went, and what that meant for each channel. Complete in itself. */
export interface Change {
  readonly cause: Cause;
  /** When the client came or went: for a lost client its last proof of life. */
  readonly at: Millis;
  readonly id: ClientId;
  readonly key: string;
  readonly user: User;
  /** Where the client was before; null when it joins. With cause `again` or `back` the same as `to`. */
  readonly from: Place | null;
  /** Where the client is now; null when it leaves. */
  readonly to: Place | null;
  /** In order: leave steps first. Only channels that the client entered or left. */
  readonly steps: readonly Step[];
}

/** One user of a roster. */
export interface Present extends User {
  readonly since: Millis;
  readonly clients: number;
}

/** The users present in a channel now, longest present first. */
export interface Roster {
  readonly kind: Kind;
  readonly channel: Channel;
  readonly epoch: string;
  readonly v: number;
  /** All users present, also when `users` was cut at a limit. */
  readonly count: number;
  readonly users: readonly Present[];
}

/** How far a channel has come. Numbers of different epochs cannot be compared. */
export type Version = Pick<Roster, 'epoch' | 'v'>;

/** A place in a journal. Positions of one journal grow, and compare by `comparePositions`. */
export type Position = string;

export interface JournalEntry {
  readonly position: Position;
  readonly change: Change;
}

/** The ordered record of changes, kept by the same atomic step that made them. */
export interface Journal {
  /** Names the journal in `faye_journal_positions`. */
  readonly name: string;
  /** Up to `limit` entries after `position` (null: from the oldest kept), in order. */
  read(after: Position | null, limit: number): Promise<JournalEntry[]>;
  /** Forgets the entries up to and including `position`. */
  trim(upTo: Position): Promise<void>;
  /** Told how far it is written down: what it records from now on comes after that, also when it has lost everything. */
  saw?(position: Position): void;
}

/** Where the login log counts a client: on its activity, or in its room when it has no activity. */
export const logChannel = (place: Place | null): Channel | undefined => place?.activity ?? place?.room;

const INTEGER = /^(0|[1-9]\d{0,15})$/;

/** A uid as the gem writes it: a number when it is a whole number that a double holds exactly, else a string. */
export function wireUid(uid: Uid): Uid | number {
  return INTEGER.test(uid) && Number.isSafeInteger(Number(uid)) ? Number(uid) : uid;
}

/** Compares two positions of one journal: negative when `a` is before `b`. They read `<milliseconds>-<counter>`. */
export function comparePositions(a: Position, b: Position): number {
  const [aTime = 0, aCount = 0] = a.split('-').map(Number);
  const [bTime = 0, bCount = 0] = b.split('-').map(Number);
  return aTime - bTime || aCount - bCount;
}
