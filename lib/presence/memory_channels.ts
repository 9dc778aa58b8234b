// The channels of the memory store: who goes from where to where, and which channels stand empty.
import type { Channel, Kind, Millis, Place, Presence, Step } from '../domain.js';
import { type Leased, MemoryChannel } from './memory_channel.js';

/** An empty channel keeps its epoch and version so long, so that a user who comes back soon costs nobody a snapshot. */
export const VACANT_FOR: Millis = 10 * 60_000;

export class MemoryChannels {
  readonly #kinds: Readonly<Record<Kind, Map<Channel, MemoryChannel>>> = { room: new Map(), activity: new Map() };
  /** Channels without users, with the instant they were emptied at, the first emptied first. */
  readonly #vacant = new Map<MemoryChannel, Millis>();

  get(kind: Kind, channel: Channel): MemoryChannel | undefined {
    return this.#kinds[kind].get(channel);
  }

  census(kind: Kind): Map<Channel, number> {
    const counts = new Map<Channel, number>();
    for (const [name, channel] of this.#kinds[kind]) if (channel.count > 0) counts.set(name, channel.count);
    return counts;
  }

  present(): Presence[] {
    return [...this.#kinds.room.values(), ...this.#kinds.activity.values()].flatMap((channel) => channel.presences());
  }

  /** Takes a client from where it is to another place (null: nowhere). Channels that stay the same have no step. */
  relocate(leased: Leased, to: Place | null, at: Millis, now: Millis): Step[] {
    const before = leased.channels;
    const after = to ? this.#at(to) : [];
    leased.channels = after;
    const steps: Step[] = [];
    for (const channel of before) {
      if (after.includes(channel)) continue;
      steps.push(channel.exit(leased, at));
      if (channel.count === 0) this.#vacant.set(channel, now);
    }
    for (const channel of after) {
      if (before.includes(channel)) continue;
      steps.push(channel.enter(leased, at));
      this.#vacant.delete(channel);
    }
    return steps;
  }

  forgetVacant(now: Millis): void {
    for (const [channel, emptied] of this.#vacant) {
      if (emptied + VACANT_FOR > now) return;
      this.#vacant.delete(channel);
      this.#kinds[channel.kind].delete(channel.channel);
    }
  }

  #at({ room, activity }: Place): MemoryChannel[] {
    const rooms = room === undefined ? [] : [this.#open('room', room)];
    // Every client has one: an array that is pushed to, or spread, keeps room for sixteen more.
    return activity === undefined ? rooms : rooms.concat(this.#open('activity', activity));
  }

  #open(kind: Kind, name: Channel): MemoryChannel {
    const known = this.#kinds[kind].get(name);
    if (known) return known;
    const channel = new MemoryChannel(kind, name);
    this.#kinds[kind].set(name, channel);
    return channel;
  }
}
