// The contract of a presence store: who is online now. The suite in test/contracts is its specification.
import type {
  Cause,
  Change,
  Channel,
  Client,
  ClientId,
  Journal,
  Kind,
  Millis,
  Presence,
  Roster,
  Uid,
} from '../domain.js';

/** Until when a client counts as present without being heard again. */
export interface Lease {
  readonly id: ClientId;
  /** The last proof of life. May be earlier than what was said before: a held connection turned out to be dead. */
  readonly seen: Millis;
  /** When the lease ends. May be earlier than what was said before: a page said that it may be going. */
  readonly ends: Millis;
}

/** A presence as the process of one of its clients last heard of it: what it says again to a store that lost everything. */
export interface Standing {
  readonly kind: Kind;
  readonly channel: Channel;
  readonly since: Millis;
  readonly epoch: string;
}

/**
 * Who is online now. Every method is atomic: of two callers that ask for the same thing exactly one gets the Change.
 * A Change is in the journal when the promise that returns it settles. Time is an argument everywhere.
 */
export interface PresenceStore {
  /**
   * Brings a client in, moves it to another place, or renews its lease if it is where it says already (null).
   * A move is one Change: leave steps first, no step for a channel that stays the same.
   * The user a client came in with stays: another user for the same id is the gate's error, not the store's.
   * A client whose lease ended counts as in until `expire` took it out.
   * @param before where the client stood by what this process was last told. A store that does not know the client, and
   * has another epoch for such a channel or none, has lost everything since: the presence goes on with its old beginning
   * instead of a new one, and the Change has the cause `again`, with `from` the same as `to`. So it does with the cause `back`
   * when `expire` took the client out for lost, and the user has not been there otherwise since.
   * @param stands in a shared store told where the client stands, when it was there already: it came by another process.
   */
  join(
    client: Client,
    now: Millis,
    ends: Millis,
    before?: readonly Standing[],
    stands?: (standings: readonly Standing[]) => void,
  ): Promise<Change | null>;
  /**
   * In a shared store: the same for a client that is gone or going by now. It is brought in only when the store has lost
   * everything since `before`, so that it can leave as of its last proof of life, `seen`; else null.
   */
  recall?(client: Client, seen: Millis, ends: Millis, before: readonly Standing[]): Promise<Change | null>;
  /**
   * Sets the leases of clients that this process holds, many in one call; shortens them too. In a shared store a lease
   * that another process holds by now is left alone.
   * @returns the ids that the store does not know (it was emptied, or they were taken out).
   */
  renew(leases: readonly Lease[]): Promise<ClientId[]>;
  /**
   * Takes a client out as of `now`, or with cause `lost` as of its last proof of life; null if it was not in.
   * A presence ends with its last client, at the latest proof of life of any client that was in it (an explicit leave
   * is one), also of those that left before: a dead tab never ends a stay before the tab that was closed after it.
   * In a shared store a client that another process holds by now is not taken out by `shutdown`.
   */
  leave(id: ClientId, now: Millis, cause: Cause): Promise<Change | null>;
  /**
   * Takes out every client whose lease ended at or before `now`, each as of its last proof of life (`lost`). A shared store
   * also takes note that this process lives, and ends the leases that a dead process held.
   * @param due takes out only whose lease ended at or before this; default `now`. Earlier, while processes are still saying
   * who lives.
   */
  expire(now: Millis, due?: Millis): Promise<Change[]>;
  /**
   * The users present in a channel, longest present first, at most `limit` of them. A channel that was emptied keeps its
   * epoch and version for ten minutes; one that nobody was in since has epoch '' and version 0.
   */
  roster(kind: Kind, channel: Channel, limit?: number): Promise<Roster>;
  /** How many users are present in each channel that has any. */
  census(kind: Kind): Promise<Map<Channel, number>>;
  /** The presences of one user. */
  whereabouts(uid: Uid): Promise<Presence[]>;
  /** The ids of one user's clients, to send them away. */
  clientsOf(uid: Uid): Promise<ClientId[]>;
  /** All presences, for checkpoints. */
  present(): Promise<Presence[]>;
  /**
   * The record of all changes; more than one when the store is partitioned. In it the `id` of a change is the client's
   * `key`: a journal is kept longer than a client lives, and the id is a secret. Positions begin with the `now` of the
   * call that made the change, or with the last position's time when that is later.
   */
  readonly journals: readonly Journal[];
  /**
   * In a shared store: this process goes, and lets go of all clients that it holds. They were last seen at `now`, and are
   * waited for until `ends`: whoever comes to another process until then never left.
   * @returns false when no other process is there to wait for them: then nothing was done, and they are to leave.
   */
  handOver?(now: Millis, ends: Millis): Promise<boolean>;
  /**
   * In a shared store: calls back with false when it stopped answering (also for a moment), and with true when it answers
   * again. In between it may have lost everything. One listener; nothing is called before the first failure.
   */
  watch?(listener: (answers: boolean) => void): void;
  /** In a shared store: the one clock of all processes, near the epoch's milliseconds. Default: this process's own. */
  readonly now?: () => Millis;
  /** In a shared store: how many changes fell out of full journals, and how many wait there now. */
  backlog?(): Promise<{ readonly waiting: number; readonly dropped: number }>;
  /** Ends what the store opened itself; what was handed in stays open. */
  close(): Promise<void>;
}
