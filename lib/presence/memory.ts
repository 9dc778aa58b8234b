// Who is online, in this process's memory: all that one process needs, and the reference for every other store.
import type {
  Cause,
  Change,
  Channel,
  Client,
  ClientId,
  Journal,
  Kind,
  Millis,
  Place,
  Presence,
  Roster,
  Uid,
} from '../domain.js';
import type { Leased } from './memory_channel.js';
import { MemoryChannels } from './memory_channels.js';
import { MemoryJournal } from './memory_journal.js';
import { samePlace } from './place.js';
import type { Lease, PresenceStore } from './store.js';

export interface MemoryStoreOptions {
  /** How many changes the journal keeps at most until they are trimmed. Default 1,000,000. */
  readonly journalLimit?: number;
  /** Told, for every change that fell out of a full journal, how many did so far. Must not throw. */
  readonly onOverflow?: (dropped: number) => void;
}

/** Every method does its work before it returns its promise: that is what makes it atomic. */
export class MemoryStore implements PresenceStore {
  readonly journals: readonly Journal[];
  readonly #journal: MemoryJournal;
  readonly #channels = new MemoryChannels();
  readonly #clients = new Map<ClientId, Leased>();
  readonly #users = new Map<Uid, readonly Leased[]>();

  /** @throws RangeError when `journalLimit` is not a positive whole number. */
  constructor({ journalLimit = 1_000_000, onOverflow }: MemoryStoreOptions = {}) {
    if (!Number.isSafeInteger(journalLimit) || journalLimit < 1)
      throw new RangeError(`journalLimit is ${journalLimit}; give a whole number of changes, at least 1`);
    this.#journal = new MemoryJournal(journalLimit, onOverflow);
    this.journals = [this.#journal];
  }

  async join(client: Client, now: Millis, ends: Millis): Promise<Change | null> {
    const here = this.#clients.get(client.id);
    if (!here) return this.#admit({ client, seen: now, ends, channels: [] }, now);
    here.seen = now;
    here.ends = ends;
    const { place } = here.client;
    if (samePlace(place, client.place)) return null;
    const change = this.#change('move', here, place, client.place, now, now);
    here.client = { ...here.client, place: client.place };
    return change;
  }

  async renew(leases: readonly Lease[]): Promise<ClientId[]> {
    const unknown: ClientId[] = [];
    for (const { id, seen, ends } of leases) {
      const leased = this.#clients.get(id);
      if (!leased) {
        unknown.push(id);
        continue;
      }
      leased.seen = seen;
      leased.ends = ends;
    }
    return unknown;
  }

  async leave(id: ClientId, now: Millis, cause: Cause): Promise<Change | null> {
    const leased = this.#clients.get(id);
    return leased ? this.#dismiss(leased, now, cause) : null;
  }

  async expire(now: Millis, due = now): Promise<Change[]> {
    const changes: Change[] = [];
    for (const leased of this.#clients.values())
      if (leased.ends <= due) changes.push(this.#dismiss(leased, now, 'lost'));
    this.#channels.forgetVacant(now);
    return changes;
  }

  async roster(kind: Kind, channel: Channel, limit = Number.POSITIVE_INFINITY): Promise<Roster> {
    const nobody: Roster = { kind, channel, epoch: '', v: 0, count: 0, users: [] };
    return this.#channels.get(kind, channel)?.roster(limit) ?? nobody;
  }

  async census(kind: Kind): Promise<Map<Channel, number>> {
    return this.#channels.census(kind);
  }

  async whereabouts(uid: Uid): Promise<Presence[]> {
    const clients = this.#users.get(uid) ?? [];
    const channels = new Set(clients.flatMap((leased) => leased.channels));
    return Array.from(channels, (channel) => channel.presence(uid)).filter((presence) => presence !== undefined);
  }

  async clientsOf(uid: Uid): Promise<ClientId[]> {
    return (this.#users.get(uid) ?? []).map((leased) => leased.client.id);
  }

  async present(): Promise<Presence[]> {
    return this.#channels.present();
  }

  async close(): Promise<void> {
    // Nothing was opened.
  }

  #admit(leased: Leased, now: Millis): Change {
    const { id, user, place } = leased.client;
    this.#clients.set(id, leased);
    this.#users.set(user.uid, (this.#users.get(user.uid) ?? []).concat(leased));
    return this.#change('join', leased, null, place, now, now);
  }

  #dismiss(leased: Leased, now: Millis, cause: Cause): Change {
    const { id, user, place } = leased.client;
    this.#clients.delete(id);
    const others = (this.#users.get(user.uid) ?? []).filter((other) => other !== leased);
    if (others.length > 0) this.#users.set(user.uid, others);
    else this.#users.delete(user.uid);
    return this.#change(cause, leased, place, null, cause === 'lost' ? leased.seen : now, now);
  }

  /** Takes a client from one place to another (null: nowhere), and writes down what that did. */
  #change(cause: Cause, leased: Leased, from: Place | null, to: Place | null, at: Millis, now: Millis): Change {
    const { id, key, user } = leased.client;
    const steps = this.#channels.relocate(leased, to, at, now);
    const change: Change = { cause, at, id, key, user, from, to, steps };
    this.#journal.append(change, now);
    return change;
  }
}
