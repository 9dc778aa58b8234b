// Says on `<room>/presence` and `<room>/user_list` what changed in a room. A burst of changes is one announcement.
import type { Change, Channel, Millis, Roster, Step, User, Version } from '../domain.js';
import { Deltas } from './deltas.js';
import { Pace } from './pace.js';
import { Said } from './said.js';
import { Shared } from './shared.js';
import { type PresenceDelta, type PresenceSnapshot, snapshotOf, type UserList, userListOf } from './wire.js';

export interface AnnouncerOptions {
  /** Publishes on a channel, in the server's name. */
  readonly publish: (channel: Channel, data: PresenceDelta | UserList) => void;
  /** The users of a room now, at most `limit` of them. */
  readonly roster: (room: Channel, limit: number) => Promise<Roster>;
  /** Whether anybody, in whatever process, is subscribed to a channel. */
  readonly listened: (channel: Channel) => boolean;
  /** At most one announcement of a kind per room within this time. Default 100 ms. */
  readonly window?: Millis;
  /** How many users a list or snapshot names at most. Default 500. */
  readonly fullListLimit?: number;
  /**
   * Whether no other process announces, so that what is read for one new subscriber is good for all until the next
   * announcement. Default false.
   */
  readonly alone?: boolean;
  /** Hears of a roster that could not be read, and of a publication that failed. */
  readonly onError: (error: unknown) => void;
}

export class Announcer {
  readonly #options: Required<AnnouncerOptions>;
  readonly #pace: Pace;
  readonly #deltas = new Deltas();
  /** Per room the newest step that no list has shown yet. */
  readonly #unlisted = new Map<Channel, Step>();
  readonly #snapshots = new Shared<PresenceSnapshot>();
  readonly #lists = new Shared<UserList>();
  readonly #said = new Said();
  #holding = false;

  constructor({ window = 100, fullListLimit = 500, alone = false, ...options }: AnnouncerOptions) {
    this.#options = { window, fullListLimit, alone, ...options };
    this.#pace = new Pace(window);
  }

  /** Announces what a change did to rooms. Never throws. */
  tell(change: Change): void {
    if (this.#holding) return;
    for (const step of change.steps) {
      if (step.kind === 'room' && step.presence !== 'kept') this.#tellStep(step, change.user);
    }
  }

  /** Says nothing for now: what the store knows may be less than what is true. */
  hold(): void {
    this.#holding = true;
    this.#deltas.clear();
    this.#unlisted.clear();
    this.#snapshots.clear();
    this.#lists.clear();
    this.#said.clear();
  }

  /**
   * Goes on, with the state of rooms as they are now: their list, and a delta without steps, whose version tells readers
   * who have another to take a new snapshot.
   */
  resume(rooms: Iterable<Channel>): void {
    this.#holding = false;
    for (const room of new Set(rooms)) {
      this.#snapshots.drop(room);
      this.#lists.drop(room);
      this.#pace.speak(`${room}/presence`, () => this.#sayVersion(room));
      this.#pace.speak(`${room}/user_list`, () => this.#sayWhole(room));
    }
  }

  /** The state of a room for a new subscriber, to be asked for once the subscription stands. Rejects with the roster. */
  snapshot(room: Channel): Promise<PresenceSnapshot> {
    const keep = this.#options.alone && this.#deltas.has(room);
    return this.#snapshots.get(room, keep, async () => snapshotOf(await this.#roster(room)));
  }

  /** What `<room>/user_list` would say now. Rejects with the roster. */
  list(room: Channel): Promise<UserList> {
    const keep = this.#options.alone && this.#unlisted.has(room);
    return this.#lists.get(room, keep, async () => userListOf(await this.#roster(room)));
  }

  /** How far the subscribers of a channel were told lately; undefined when there was nothing to tell. */
  said(channel: Channel): Version | undefined {
    return this.#said.of(channel);
  }

  /**
   * What a subscriber may have missed that came from another process.
   * @param known how far it was told there
   * @returns null when nothing. Rejects with the roster
   */
  async missed(channel: Channel, known: Version | undefined): Promise<PresenceDelta | UserList | null> {
    const said = this.#said.of(channel);
    if (!said || (said.epoch === known?.epoch && said.v <= known.v)) return null;
    const room = channel.slice(0, channel.lastIndexOf('/'));
    return channel === `${room}/user_list` ? this.list(room) : { ...said, joins: [], leaves: [] };
  }

  /** Announces at once what still waits, and nothing after that. */
  close(): Promise<void> {
    return this.#pace.close();
  }

  #roster(room: Channel): Promise<Roster> {
    return this.#options.roster(room, this.#options.fullListLimit);
  }

  /**
   * What nobody listens to is not even noted: whoever subscribes later begins with a snapshot, and the store had taken the
   * step before its change was told.
   */
  #tellStep(step: Step, user: User): void {
    const room = step.channel;
    try {
      if (this.#options.listened(`${room}/presence`)) {
        this.#deltas.note(step, user);
        this.#pace.speak(`${room}/presence`, () => this.#sayDeltas(room));
      } else {
        this.#said.note(`${room}/presence`, step);
        this.#snapshots.drop(room);
      }
      if (this.#options.listened(`${room}/user_list`)) {
        this.#unlisted.set(room, step);
        this.#pace.speak(`${room}/user_list`, () => this.#sayList(room));
      } else {
        this.#said.note(`${room}/user_list`, step);
        this.#lists.drop(room);
      }
    } catch (error) {
      this.#options.onError(error);
    }
  }

  async #sayDeltas(room: Channel): Promise<void> {
    const deltas = this.#deltas.take(room);
    this.#snapshots.drop(room);
    try {
      const channel = `${room}/presence`;
      for (const delta of deltas) {
        this.#said.note(channel, delta);
        if (this.#options.listened(channel)) this.#options.publish(channel, delta);
      }
    } catch (error) {
      this.#options.onError(error);
    }
  }

  async #sayVersion(room: Channel): Promise<void> {
    try {
      const channel = `${room}/presence`;
      if (!this.#options.listened(channel)) return;
      const { epoch, v, count } = await this.#options.roster(room, 0);
      // Changes that came meanwhile are told by their own deltas, with later versions.
      this.#said.note(channel, { epoch, v, count });
      this.#options.publish(channel, { epoch, v, count, joins: [], leaves: [] });
      await this.#sayDeltas(room);
    } catch (error) {
      this.#options.onError(error);
    }
  }

  async #sayList(room: Channel): Promise<void> {
    // A list that was read after further changes has shown those too.
    const step = this.#unlisted.get(room);
    if (step) await this.#sayWhole(room, step);
  }

  async #sayWhole(room: Channel, step?: Step): Promise<void> {
    this.#unlisted.delete(room);
    this.#lists.drop(room);
    try {
      const channel = `${room}/user_list`;
      if (!this.#options.listened(channel)) {
        if (step) this.#said.note(channel, step);
        return;
      }
      const roster = await this.#roster(room);
      const later = this.#unlisted.get(room);
      if (later && later.epoch === roster.epoch && later.v <= roster.v) this.#unlisted.delete(room);
      this.#said.note(channel, roster);
      this.#options.publish(channel, userListOf(roster));
    } catch (error) {
      this.#options.onError(error);
    }
  }
}
