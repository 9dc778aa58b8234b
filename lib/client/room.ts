// A room as a page follows it: subscribes to `<room>/presence`, keeps the roster, and asks anew when something is missing.
import type { FayeClient, FayeSubscription, Message } from './faye.js';
import { holds, isForgotten, subscribeAgain } from './faye_client.js';
import {
  applyDelta,
  applySnapshot,
  type Delta,
  hasHole,
  type Roster,
  type Snapshot,
  UNKNOWN,
  type User,
} from './roster.js';

/** Milliseconds that a missing version may still come in by itself. */
const PATIENCE = 3000;
/** All pages of a room may need a snapshot in the same moment: each waits for up to this many milliseconds. */
const SPREAD = 1000;
const SLOWEST_RETRY = 60_000;

interface Given {
  readonly client: FayeClient;
  /** `<room>/presence` */
  readonly channel: string;
  /** The roster changed or was confirmed. The first snapshot has no joins and no leaves: it is what there is. */
  readonly onSync: (joins: readonly User[], leaves: readonly User[]) => void;
  /** The server refuses the subscription, or grants it (null). */
  readonly onRefusal: (reason: string | null) => void;
}

export class Room {
  readonly #given: Given;
  #subscription: FayeSubscription | null = null;
  #roster: Roster = UNKNOWN;
  /** A subscribe message is on its way. */
  #asked = false;
  /** A snapshot is needed in so many milliseconds. */
  #due: number | null = null;
  /** How often in a row no snapshot came. */
  #misses = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #closed = false;

  constructor(given: Given) {
    this.#given = given;
    this.#ask();
  }

  get roster(): Roster {
    return this.#roster;
  }

  /** A message from the server, before Faye sees it. */
  heard(message: Message): void {
    if (this.#closed) return;
    const { client, channel } = this.#given;
    if (message.channel === '/meta/handshake' && message.successful) this.#asked ||= holds(client, channel);
    if (message.channel !== '/meta/subscribe' || message.subscription !== channel) return;
    this.#asked = false;
    const snapshot = message.ext?.presence as Snapshot | undefined;
    if (isForgotten(message)) this.refresh();
    else if (!message.successful) this.#missed(message.error ?? `no subscription to ${channel}`);
    else if (snapshot) this.#granted(snapshot);
    else this.#missed(null); // the server could not read the room just now
  }

  /** Takes a new snapshot soon: deltas may have been lost, or a refusal may be over. */
  refresh(): void {
    this.#rest();
    this.#due = null;
    this.#check(true);
  }

  close(): void {
    this.#closed = true;
    this.#rest();
    this.#subscription?.cancel();
  }

  #granted(snapshot: Snapshot): void {
    this.#due = null;
    this.#misses = 0;
    const first = this.#roster.epoch === null;
    const applied = applySnapshot(this.#roster, snapshot);
    this.#roster = applied.state;
    this.#given.onRefusal(null);
    this.#given.onSync(first ? [] : applied.joins, applied.leaves);
    this.#check(applied.gap);
  }

  #missed(reason: string | null): void {
    this.#due = Math.min(SPREAD * 2 ** ++this.#misses, SLOWEST_RETRY);
    this.#given.onRefusal(reason);
    this.#check();
  }

  #hear(delta: Delta): void {
    if (this.#closed) return;
    const applied = applyDelta(this.#roster, delta);
    this.#roster = applied.state;
    if (delta.epoch === applied.state.epoch) this.#given.onSync(applied.joins, applied.leaves);
    this.#check(applied.gap);
  }

  /** Sees to it that what is missing is asked for, once, when it is time. */
  #check(gap = false): void {
    if (gap) this.#due ??= Math.random() * SPREAD;
    if (this.#timer || this.#asked || this.#closed) return;
    if (this.#due === null && !hasHole(this.#roster)) return;
    const { v } = this.#roster;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      const stuck = hasHole(this.#roster) && this.#roster.v === v;
      if (this.#due !== null || stuck) this.#ask();
      else this.#check();
    }, this.#due ?? PATIENCE);
  }

  #rest(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #ask(): void {
    if (this.#asked || this.#closed) return;
    this.#asked = true;
    this.#due = null;
    const { client, channel } = this.#given;
    if (holds(client, channel)) subscribeAgain(client, channel);
    else this.#subscription = client.subscribe(channel, (delta: Delta) => this.#hear(delta));
  }
}
