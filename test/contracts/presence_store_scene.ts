// The scene of the presence store contract: a fresh store, a room and an activity of its own, and a clock in seconds.
import { afterEach, beforeEach } from 'vitest';
import type { Cause, Change, Channel, Client, Kind, Millis, Place, Roster, Step } from '../../lib/domain.js';
import type { PresenceStore } from '../../lib/presence/store.js';
import type { Person } from '../support/people.js';

/** Opens an empty store. What `close` ends is what the opener opened beside it. */
export type OpenStore = () => Promise<{ readonly store: PresenceStore; close?(): Promise<void> }>;

let scenes = 0;

export class Scene {
  readonly store: PresenceStore;
  readonly room: Channel;
  readonly activity: Channel;
  readonly #name: string;
  readonly #start: Millis = Date.now();

  constructor(store: PresenceStore) {
    scenes += 1;
    this.store = store;
    this.#name = `${process.pid}_${scenes}`;
    this.room = `/rooms/${this.#name}`;
    this.activity = `/lessons/${this.#name}`;
  }

  get place(): Place {
    return { room: this.room, activity: this.activity };
  }

  /** An instant so many seconds after the scene began. */
  readonly at = (seconds: number): Millis => this.#start + seconds * 1000;

  /** A page that somebody opened, `a1` for instance, as the store knows it. */
  tab(who: Person, name: string, place: Place = this.place): Client {
    return who(`${name}-${this.#name}`, place);
  }

  /** The lease lasts a minute unless its end is given. */
  join(who: Person, tab: string, seconds: number, place?: Place, ends = seconds + 60): Promise<Change | null> {
    return this.store.join(this.tab(who, tab, place), this.at(seconds), this.at(ends));
  }

  renew(who: Person, tab: string, seen: number, ends: number): Promise<string[]> {
    return this.store.renew([{ id: this.tab(who, tab).id, seen: this.at(seen), ends: this.at(ends) }]);
  }

  leave(who: Person, tab: string, seconds: number, cause: Cause = 'leave'): Promise<Change | null> {
    return this.store.leave(this.tab(who, tab).id, this.at(seconds), cause);
  }

  expire(seconds: number): Promise<Change[]> {
    return this.store.expire(this.at(seconds));
  }

  roster(limit?: number, kind: Kind = 'room', channel: Channel = this.room): Promise<Roster> {
    return this.store.roster(kind, channel, limit);
  }

  /** The names of who is in the room. */
  async names(kind?: Kind, channel?: Channel): Promise<string[]> {
    return (await this.roster(undefined, kind, channel)).users.map(({ uname }) => uname);
  }
}

/** A function that gives the scene of the running test. */
export function sceneOf(open: OpenStore): () => Scene {
  let scene: Scene | undefined;
  let close: (() => Promise<void>) | undefined;
  beforeEach(async () => {
    const opened = await open();
    scene = new Scene(opened.store);
    close = async () => {
      await opened.store.close();
      await opened.close?.();
    };
  });
  afterEach(async () => {
    await close?.();
  });
  return () => {
    if (!scene) throw new Error('a scene is there only while a test runs');
    return scene;
  };
}

/** A step as a sentence: `leave room ended`. */
export const told = (change: Change | null): string[] =>
  (change?.steps ?? []).map(({ type, kind, presence }) => `${type} ${kind} ${presence}`);

export function stepOf(change: Change | null | undefined, kind: Kind, type?: Step['type']): Step {
  const step = change?.steps.find((one) => one.kind === kind && (type === undefined || one.type === type));
  if (!step) throw new Error(`no ${type ?? ''} step of a ${kind} in ${JSON.stringify(change)}`);
  return step;
}
