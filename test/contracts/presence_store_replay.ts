// What a reader of steps knows of channels: begins with nothing, takes every step, and checks each against the last.
import { expect } from 'vitest';
import type { Millis, Roster, Step, Uid } from '../../lib/domain.js';

/** After so long an empty channel may be forgotten, and begin a new epoch. */
const VACANT_FOR: Millis = 10 * 60_000;

interface Known {
  epoch: string;
  v: number;
  readonly users: Map<Uid, Millis>;
  emptied: Millis;
  /** A sweep has seen the channel empty for long enough. */
  forgettable: boolean;
}

export class Replay {
  readonly #channels = new Map<string, Known>();

  /** I3: began and ended alternate for each user, and the versions of an epoch have no gap. */
  take({ type, kind, channel, presence, since, at, epoch, v, count }: Step, uid: Uid, now: Millis): void {
    const known = this.#known(`${kind} ${channel}`, epoch);
    expect(known.users.has(uid)).toBe(presence !== 'began');
    if (presence === 'began') known.users.set(uid, since);
    expect(since).toBe(known.users.get(uid));
    if (type === 'leave') expect(at).toBeGreaterThanOrEqual(since);
    if (presence === 'ended') known.users.delete(uid);
    if (presence !== 'kept') known.v += 1;
    if (known.users.size === 0) Object.assign(known, { emptied: now, forgettable: false });
    expect({ epoch, v, count }).toEqual({ epoch: known.epoch, v: known.v, count: known.users.size });
  }

  /** I4: a roster is what the steps give, or that of a channel which was forgotten after it had been empty. */
  agree({ kind, channel, epoch, v, users }: Roster): void {
    const known = this.#channels.get(`${kind} ${channel}`);
    if (!known || (known.forgettable && epoch === '')) {
      expect({ epoch, v, users }).toEqual({ epoch: '', v: 0, users: [] });
      return;
    }
    expect({ epoch, v }).toEqual({ epoch: known.epoch, v: known.v });
    expect(new Map(users.map(({ uid, since }) => [uid, since]))).toEqual(known.users);
  }

  swept(now: Millis): void {
    for (const known of this.#channels.values()) {
      if (known.users.size === 0 && known.emptied + VACANT_FOR <= now) known.forgettable = true;
    }
  }

  #known(channel: string, epoch: string): Known {
    const known = this.#channels.get(channel);
    if (known && (known.epoch === epoch || !known.forgettable)) return known;
    const begun: Known = { epoch, v: 0, users: new Map(), emptied: 0, forgettable: false };
    this.#channels.set(channel, begun);
    return begun;
  }
}
