// The clients of this process: who was heard, who is held, until when, and what of that the store was not told yet.
import type { Client, ClientId, Millis } from '../domain.js';
import { samePlace } from './place.js';
import { Standings } from './standings.js';
import type { Lease, Standing } from './store.js';

/** A client to be brought into the store. */
export interface Admitted {
  readonly client: Client;
  readonly at: Millis;
  readonly ends: Millis;
  readonly before: readonly Standing[];
  /** Not known here to be alive: only to be brought in so that it can leave, if the store has forgotten that it was in. */
  readonly gone: boolean;
}

/** What this process knows of a client that it heard. */
export interface Heard {
  client: Client;
  /** The last proof of life. */
  at: Millis;
  /** When the lease ends, by what is known here. */
  ends: Millis;
  /** When the lease ends, by what the store was told; 0 when that failed. */
  told: Millis;
  /** The store must still be told what is known here. */
  unsaid: boolean;
  /** The store could not be told where the client is. */
  unjoined: boolean;
  /** The lease is shortened: the page said that it may be going, or its connection broke. */
  leaving: boolean;
}

/** A client of a process that ends. */
export interface Parting {
  readonly id: ClientId;
  readonly heldHere: boolean;
  readonly at: Millis;
  readonly ends: Millis;
}

export class LeaseBook {
  readonly #lease: Millis;
  readonly #soon: Millis;
  readonly #heard = new Map<ClientId, Heard>();
  readonly #held = new Set<ClientId>();
  readonly standings = new Standings();

  /** @param soon within this time of its end a lease is renewed without waiting for a beat. */
  constructor(lease: Millis, soon: Millis) {
    this.#lease = lease;
    this.#soon = soon;
  }

  /** @returns whether the store must be told at once: of a new client, another place, or a shortened lease. */
  heard(client: Client, now: Millis): boolean {
    const known = this.#heard.get(client.id);
    const ends = now + this.#lease;
    if (!known) {
      this.#heard.set(client.id, { client, at: now, ends, told: 0, unsaid: false, unjoined: false, leaving: false });
      return true;
    }
    const unsaid = !known.leaving && samePlace(known.client.place, client.place);
    Object.assign(known, { client, at: now, ends, unsaid, leaving: false });
    return !unsaid;
  }

  /** Whether a client was silent for a whole lease and no sweep has seen it yet (the process was stopped). */
  hasLapsed(id: ClientId, now: Millis): boolean {
    const known = this.#heard.get(id);
    return known !== undefined && !this.#held.has(id) && known.ends <= now;
  }

  hold(id: ClientId): void {
    this.#held.add(id);
  }

  letGo(id: ClientId): void {
    this.#held.delete(id);
  }

  release(id: ClientId, heardAt: Millis): void {
    this.#held.delete(id);
    const known = this.#heard.get(id);
    if (known && !known.leaving) Object.assign(known, { at: heardAt, ends: heardAt + this.#lease, unsaid: true });
  }

  /** Ends a lease sooner, never later. Without `at` the last proof of life stays. @returns what the store must be told. */
  shorten(id: ClientId, ends: Millis, at?: Millis): Lease[] {
    const known = this.#heard.get(id);
    if (!known) return [];
    known.leaving = true;
    known.at = at ?? known.at;
    return [this.#say(known, known.at, Math.min(known.ends, ends))];
  }

  /**
   * What the store must be told now: on a beat all who are held or were heard since, else only what cannot wait.
   * Clients that are dead, and said to be, are forgotten on the way.
   */
  due(now: Millis, beat: boolean): Lease[] {
    const leases: Lease[] = [];
    for (const [id, known] of this.#heard) {
      const held = this.#held.has(id);
      const soon = beat || known.told <= now + this.#soon;
      if (!held && known.ends <= now && !known.unsaid) {
        this.#strike(id);
      } else if (held && (soon || known.leaving)) {
        known.leaving = false;
        leases.push(this.#say(known, now, now + this.#lease));
      } else if ((known.unsaid && soon) || known.unjoined) {
        leases.push(this.#say(known, known.at, known.ends));
      }
    }
    return leases;
  }

  /** A client to be brought in, and until when; forgotten when it is not known here to be alive. */
  admit(id: ClientId, now: Millis): Admitted | null {
    const known = this.#heard.get(id);
    if (!known) return null;
    const { client, at, ends } = known;
    const before = this.standings.of(id);
    if (!this.#held.has(id) && (known.leaving || ends <= now)) {
      this.#strike(id);
      return { client, at, ends, before, gone: true };
    }
    known.unjoined = false;
    return { client, at: now, ends: this.#say(known, now, ends).ends, before, gone: false };
  }

  knows(id: ClientId): boolean {
    return this.#heard.has(id);
  }

  isUnjoined(id: ClientId): boolean {
    return this.#heard.get(id)?.unjoined ?? false;
  }

  /** The store may have lost what it was told: it is told everything again, now. */
  sayAgain(): void {
    for (const known of this.#heard.values()) Object.assign(known, { told: 0, unsaid: true });
  }

  /** The store could not be told. */
  failed(leases: readonly Lease[]): void {
    for (const { id } of leases) Object.assign(this.#heard.get(id) ?? {}, { told: 0, unsaid: true });
  }

  /** The store could not be told where the client is. */
  failedToJoin(id: ClientId): void {
    Object.assign(this.#heard.get(id) ?? {}, { unjoined: true });
  }

  /** @returns what was known of the client. */
  forget(id: ClientId): Heard | undefined {
    const known = this.#heard.get(id);
    this.#heard.delete(id);
    this.#held.delete(id);
    return known;
  }

  /** The store could not be told that a client left: its lease there must end when the store is back. */
  failedToLeave(known: Heard, now: Millis): void {
    const { id } = known.client;
    if (this.#heard.has(id)) return;
    this.#heard.set(id, { ...known, at: now, ends: now, told: 0, unsaid: true, unjoined: false, leaving: true });
  }

  /** Empties the book. @returns all clients: whether they are held here, when they were last heard, and their leases. */
  clear(): Parting[] {
    const all = Array.from(this.#heard.values(), ({ client: { id }, at, ends }) => ({
      id,
      heldHere: this.#held.has(id),
      at,
      ends,
    }));
    this.#heard.clear();
    this.#held.clear();
    this.standings.clear();
    return all;
  }

  #strike(id: ClientId): void {
    this.#heard.delete(id);
    this.standings.forget(id);
  }

  #say(known: Heard, seen: Millis, ends: Millis): Lease {
    known.ends = ends;
    known.told = ends;
    known.unsaid = false;
    return { id: known.client.id, seen, ends };
  }
}
