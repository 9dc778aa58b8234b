// What is still to be said on `<room>/presence`: the steps since the last announcement, one delta per epoch.
import { type Channel, type Step, type User, wireUid } from '../domain.js';
import type { PresenceDelta } from './wire.js';

export class Deltas {
  readonly #rooms = new Map<Channel, PresenceDelta[]>();

  has(room: Channel): boolean {
    return this.#rooms.has(room);
  }

  note({ channel, type, epoch, v, count }: Step, user: User): void {
    const deltas = this.#rooms.get(channel) ?? [];
    const known = deltas.find((one) => one.epoch === epoch);
    const delta = known ?? { epoch, v, count, joins: [], leaves: [] };
    if (!known) this.#rooms.set(channel, [...deltas, delta]);
    // In a cluster changes may be told in another order than they were made in.
    if (v > delta.v) Object.assign(delta, { v, count });
    const uid = wireUid(user.uid);
    if (type === 'join') delta.joins.push({ uid, uname: user.uname, v });
    else delta.leaves.push({ uid, v });
  }

  take(room: Channel): readonly PresenceDelta[] {
    const deltas = this.#rooms.get(room) ?? [];
    this.#rooms.delete(room);
    return deltas;
  }

  clear(): void {
    this.#rooms.clear();
  }
}
