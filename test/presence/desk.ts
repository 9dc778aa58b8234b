// Presence on a memory store, with a clock that the test moves, and a record of what was announced.
import { setImmediate as turn } from 'node:timers/promises';
import type { Change, ClientId, Millis } from '../../lib/domain.js';
import { MemoryStore } from '../../lib/presence/memory.js';
import { Presence, type PresenceOptions } from '../../lib/presence/presence.js';
import { ann } from '../support/people.js';

type DeskOptions = Partial<Omit<PresenceOptions, 'store'>> & { readonly store?: MemoryStore };

/** Times are in seconds: a lease of 60, a grace of 3, a beat every 5. */
export class Desk {
  readonly store: MemoryStore;
  readonly changes: Change[] = [];
  readonly errors: unknown[] = [];
  readonly presence: Presence;
  #seconds = 0;

  constructor({ store = new MemoryStore(), ...options }: DeskOptions = {}) {
    this.store = store;
    this.presence = new Presence({
      store: this.store,
      lease: 60_000,
      grace: 3_000,
      now: () => this.now,
      onChange: (change) => this.changes.push(change),
      onError: (error) => this.errors.push(error),
      ...options,
    });
  }

  get now(): Millis {
    return this.#seconds * 1000;
  }

  /** Moves the clock, without a sweep. */
  async at(seconds: number): Promise<void> {
    await turn();
    this.#seconds = seconds;
  }

  /** Moves the clock and sweeps, so many seconds after the beginning. */
  async sweepAt(seconds: number): Promise<void> {
    await this.at(seconds);
    await this.presence.sweep();
  }

  /** Sweeps every second until then, as the timer would. */
  async until(seconds: number): Promise<void> {
    while (this.#seconds < seconds) await this.sweepAt(this.#seconds + 1);
  }

  /** Who came and went since this was last asked: `ann join at 0`. */
  async news(): Promise<string[]> {
    await turn();
    return this.changes.splice(0).map(({ user, cause, at }) => `${user.uname} ${cause} at ${at / 1000}`);
  }

  /** When a user was last seen, in seconds. */
  async seen(uid: string): Promise<number | undefined> {
    await turn();
    const [presence] = await this.store.whereabouts(uid);
    return presence && presence.seen / 1000;
  }

  /** As when the store was flushed: everybody is out, and nobody was told. */
  async empty(...ids: ClientId[]): Promise<void> {
    await turn();
    for (const id of ids) await this.store.leave(id, this.now, 'leave');
  }
}

/** Ann has been here since 0, on an open connection, and it is 10. */
export async function annAtTen(options: DeskOptions = {}): Promise<Desk> {
  const desk = new Desk(options);
  desk.presence.heard(ann('a1'));
  desk.presence.hold('a1');
  await desk.until(10);
  await desk.news();
  return desk;
}
