// One random history: what happens to the store happens to a set of clients with leases, and both must agree.
import { expect } from 'vitest';
import type { Cause, Change, Kind, Place, Step } from '../../lib/domain.js';
import { ann, bob, carol, type Person } from '../support/people.js';
import { Replay } from './presence_store_replay.js';
import type { Scene } from './presence_store_scene.js';

/** Times are in seconds; those of a lease count from now. */
export type Event =
  | { readonly type: 'join'; readonly tab: number; readonly place: number; readonly lease: number }
  | { readonly type: 'renew'; readonly tab: number; readonly seen: number; readonly ends: number }
  | { readonly type: 'leave'; readonly tab: number; readonly cause: Cause; readonly twice: boolean }
  | { readonly type: 'expire' }
  | { readonly type: 'wait'; readonly seconds: number };

const CAST: readonly Person[] = [ann, bob, carol];
const whoseIs = (n: number): Person => CAST[n % CAST.length] ?? ann;

/** A client of the model. `spots` are the channels it is in, as `kind channel`. */
interface Alive {
  readonly uid: string;
  readonly spots: readonly string[];
  readonly seen: number;
  readonly ends: number;
}

/** One history: what happens to the store happens to the model, and what the store says of it must agree. */
export class History {
  readonly #scene: Scene;
  readonly #places: readonly Place[];
  readonly #replay = new Replay();
  readonly #alive = new Map<number, Alive>();
  /** The proofs of life in each presence by clients that left it, from its beginning on. */
  readonly #proofs = new Map<string, number[]>();
  #now = 0;

  constructor(scene: Scene) {
    this.#scene = scene;
    const { room, activity } = scene;
    const elsewhere = { room: `${room}/b`, activity: `${activity}/b` };
    this.#places = [{ room, activity }, { room, activity: room }, { room }, { activity }, elsewhere];
  }

  /** A history that failed may have left clients behind. */
  async begin(): Promise<void> {
    const ids = await Promise.all(CAST.map(({ user }) => this.#scene.store.clientsOf(user.uid)));
    for (const id of ids.flat()) await this.#scene.store.leave(id, this.#scene.at(0), 'leave');
  }

  async happen(event: Event): Promise<void> {
    if (event.type === 'wait') this.#now += event.seconds;
    else if (event.type === 'join') await this.#join(event);
    else if (event.type === 'renew') await this.#renew(event);
    else if (event.type === 'leave') await this.#leave(event);
    else await this.#expire();
  }

  /** I1 and I4: each roster names the users of the living clients, and is what replaying the steps gives. */
  async agree(): Promise<void> {
    const spots = [...new Set(this.#places.flatMap(spotsOf))];
    const read = (spot: string) => this.#scene.store.roster(kindOf(spot), spot.slice(spot.indexOf('/')));
    for (const roster of await Promise.all(spots.map(read))) {
      const spot = `${roster.kind} ${roster.channel}`;
      const tabs = new Map<string, number>();
      for (const { uid, spots } of this.#alive.values()) {
        if (spots.includes(spot)) tabs.set(uid, (tabs.get(uid) ?? 0) + 1);
      }
      expect(new Map(roster.users.map(({ uid, clients }) => [uid, clients]))).toEqual(tabs);
      expect(roster.count).toBe(tabs.size);
      this.#replay.agree(roster);
    }
  }

  async end(): Promise<void> {
    for (const n of [...this.#alive.keys()]) {
      await this.#leave({ type: 'leave', tab: n, cause: 'leave', twice: false });
    }
    await this.agree();
  }

  async #join({ tab: n, place: p, lease }: Event & { type: 'join' }): Promise<void> {
    const place = this.#places[p] ?? {};
    const uid = whoseIs(n).user.uid;
    const old = this.#alive.get(n);
    const change = await this.#scene.join(whoseIs(n), `t${n}`, this.#now, place, this.#now + lease);
    const spots = spotsOf(place);
    const same = old?.spots.join() === spots.join();
    expect(change?.cause).toBe(same ? undefined : old ? 'move' : 'join');
    this.#alive.set(n, { uid, spots, seen: this.#now, ends: this.#now + lease });
    this.#check(change, uid, old?.spots ?? [], spots, this.#now);
  }

  async #renew({ tab: n, seen, ends }: Event & { type: 'renew' }): Promise<void> {
    const known = this.#alive.get(n);
    const lease = { seen: this.#now + seen, ends: this.#now + ends };
    const unknown = await this.#scene.renew(whoseIs(n), `t${n}`, lease.seen, lease.ends);
    expect(unknown).toHaveLength(known ? 0 : 1);
    if (known) this.#alive.set(n, { ...known, ...lease });
  }

  async #leave({ tab: n, cause, twice }: Event & { type: 'leave' }): Promise<void> {
    const leave = () => this.#scene.leave(whoseIs(n), `t${n}`, this.#now, cause);
    const changes = await Promise.all(twice ? [leave(), leave()] : [leave()]);
    const made = changes.filter((change) => change !== null);
    expect(made).toHaveLength(this.#alive.has(n) ? 1 : 0);
    for (const change of made) this.#gone(n, change, cause === 'lost');
  }

  async #expire(): Promise<void> {
    const changes = await this.#scene.expire(this.#now);
    this.#replay.swept(this.#scene.at(this.#now));
    const due = [...this.#alive.keys()].filter((n) => (this.#alive.get(n)?.ends ?? 0) <= this.#now);
    expect(changes).toHaveLength(due.length);
    const taken: (readonly [Step, string])[] = [];
    for (const change of changes) {
      const n = due.find((one) => this.#scene.tab(whoseIs(one), `t${one}`).id === change.id);
      if (n === undefined) throw new Error(`the store gave up a client that lives: ${change.user.uname}`);
      this.#gone(n, change, true, taken);
    }
    // A store in several parts gives them part by part: each channel's numbers are in order, not those of all together.
    const inOrder = taken.sort(([one], [other]) => one.v - other.v);
    for (const [step, uid] of inOrder) this.#replay.take(step, uid, this.#scene.at(this.#now));
  }

  #gone(n: number, change: Change, lost: boolean, taken?: (readonly [Step, string])[]): void {
    const known = this.#alive.get(n);
    if (!known) throw new Error('nobody can go twice');
    this.#alive.delete(n);
    this.#check(change, known.uid, known.spots, [], lost ? known.seen : this.#now, taken);
  }

  /** The steps are those from the old spots to the new, and each ended presence ends at its last proof of life. */
  #check(
    change: Change | null,
    uid: string,
    from: readonly string[],
    to: readonly string[],
    at: number,
    taken?: (readonly [Step, string])[],
  ): void {
    const left = from.filter((spot) => !to.includes(spot));
    const entered = to.filter((spot) => !from.includes(spot));
    const steps = change?.steps ?? [];
    expect(steps.map(({ type, kind, channel }) => `${type} ${kind} ${channel}`)).toEqual([
      ...left.map((spot) => `leave ${spot}`),
      ...entered.map((spot) => `join ${spot}`),
    ]);
    if (change) expect(change.at).toBe(this.#scene.at(at));
    for (const step of steps) {
      if (taken) taken.push([step, uid]);
      else this.#replay.take(step, uid, this.#scene.at(this.#now));
      const presence = `${step.kind} ${step.channel} ${uid}`;
      const proofs = step.presence === 'began' ? [this.#now] : [...(this.#proofs.get(presence) ?? [])];
      if (step.type === 'leave') proofs.push(at);
      if (step.presence === 'ended') expect(step.at).toBe(this.#scene.at(Math.max(...proofs)));
      this.#proofs.set(presence, proofs);
    }
  }
}

const spotsOf = ({ room, activity }: Place): string[] => [
  ...(room === undefined ? [] : [`room ${room}`]),
  ...(activity === undefined ? [] : [`activity ${activity}`]),
];

const kindOf = (spot: string): Kind => (spot.startsWith('room ') ? 'room' : 'activity');
