// One channel of the memory store: the presences in it, in the order in which they began, and its version numbers.
import { randomBytes } from 'node:crypto';
import type { Channel, Client, Kind, Millis, Presence, Present, Roster, Step, Uid, User } from '../domain.js';

/** A client in the store, with its lease and the channels it is in. */
export interface Leased {
  client: Client;
  seen: Millis;
  ends: Millis;
  channels: readonly MemoryChannel[];
}

interface LivePresence {
  readonly user: User;
  readonly since: Millis;
  /** An array: most users have one client, and a Set for one costs more than the rest of a presence. */
  clients: readonly Leased[];
  /** The last proof of life of the clients that left already; at first `since`, so that no presence ends before it. */
  left: Millis;
}

export class MemoryChannel {
  readonly kind: Kind;
  readonly channel: Channel;
  readonly #epoch = randomBytes(9).toString('base64url');
  readonly #presences = new Map<Uid, LivePresence>();
  #v = 0;

  constructor(kind: Kind, channel: Channel) {
    this.kind = kind;
    this.channel = channel;
  }

  get count(): number {
    return this.#presences.size;
  }

  enter(leased: Leased, now: Millis): Step {
    const { user } = leased.client;
    const there = this.#presences.get(user.uid);
    if (there) {
      there.clients = [...there.clients, leased];
      return this.#step('join', 'kept', there.since, now);
    }
    this.#presences.set(user.uid, { user, since: now, clients: [leased], left: now });
    this.#v += 1;
    return this.#step('join', 'began', now, now);
  }

  /** @param at when the client was last alive; an earlier client of the user may have been alive after that. */
  exit(leased: Leased, at: Millis): Step {
    const { uid } = leased.client.user;
    const there = this.#presences.get(uid);
    if (!there?.clients.includes(leased)) throw new Error(`a client is not in ${this.kind} ${this.channel}`);
    there.clients = there.clients.filter((other) => other !== leased);
    there.left = Math.max(there.left, at);
    if (there.clients.length > 0) return this.#step('leave', 'kept', there.since, Math.max(there.since, at));
    this.#presences.delete(uid);
    this.#v += 1;
    return this.#step('leave', 'ended', there.since, there.left);
  }

  roster(limit: number): Roster {
    const { kind, channel, count } = this;
    const users: Present[] = [];
    for (const { user, since, clients } of this.#presences.values()) {
      if (users.length >= limit) break;
      users.push({ uid: user.uid, uname: user.uname, since, clients: clients.length });
    }
    return { kind, channel, epoch: this.#epoch, v: this.#v, count, users };
  }

  presence(uid: Uid): Presence | undefined {
    const there = this.#presences.get(uid);
    return there && this.#read(there);
  }

  presences(): Presence[] {
    return Array.from(this.#presences.values(), (there) => this.#read(there));
  }

  #read({ user, since, clients, left }: LivePresence): Presence {
    let seen = left;
    for (const client of clients) seen = Math.max(seen, client.seen);
    return { kind: this.kind, channel: this.channel, user, since, seen, clients: clients.length };
  }

  #step(type: Step['type'], presence: Step['presence'], since: Millis, at: Millis): Step {
    const { kind, channel, count } = this;
    return { type, kind, channel, presence, since, at, epoch: this.#epoch, v: this.#v, count };
  }
}
