// Clients that come to this process from others and go to them: nothing that is meant for them is lost on the way,
// comes twice, or in another order.
import type { Channel, ClientId, Millis, Version } from '../domain.js';
import { Claims, type Whereabouts } from './claims.js';
import { type Entry, entryOf } from './directory.js';
import type { Engine } from './engine.js';
import type { Message } from './faye.js';
import { Handovers } from './handovers.js';
import type { Link } from './link.js';
import type { Marker, Parcel } from './markers.js';
import type { RedisBus } from './redis_bus.js';
import type { Roll } from './roll.js';

/** What the engine tells the door of clients that come from other processes and go to them. */
export interface Moves {
  /** The client is here now. @param session what `sessionOf` said of it in the process that knew it */
  taken(id: ClientId, session: string | undefined): void;
  /**
   * Another process has the client now, or took it out: its connections here end, and nobody is told that it is gone.
   * @param over whether it is known that it was taken out
   */
  given(id: ClientId, over: boolean): void;
  /** Another process heard who a client of ours is. */
  identified(id: ClientId, session: string): void;
  /** Who a client of ours is, to be written down. */
  sessionOf(id: ClientId): string | undefined;
  /** How far the subscribers of a channel were told here, where each process tells its own in its own time. */
  said(channel: Channel): Version | undefined;
  /** A subscriber that is here now was told so far elsewhere: it may have missed what was said here before. */
  catchUp(id: ClientId, channel: Channel, known: Version | undefined): void;
}

export interface RemovalsOptions {
  readonly bus: RedisBus;
  readonly local: () => Engine;
  readonly roll: () => Roll;
  readonly moves: Moves;
  readonly now: () => Millis;
  /** Faye's: who is not heard for two of them is taken out. */
  readonly timeout: Millis;
  /** Sends a message to a client, wherever it is. @param again whether it was passed on to here */
  readonly send: (id: ClientId, message: Message, again: boolean) => void;
  readonly onError: (error: unknown) => void;
}

/** How long a client that a process left to this one is kept until it comes: as long as it counts as present. */
const KEPT: Millis = 15_000;

export class Removals {
  readonly #options: RemovalsOptions;
  readonly #handovers: Handovers;
  readonly #claims: Claims;

  constructor(options: RemovalsOptions) {
    this.#options = options;
    const { bus, roll, send, onError } = options;
    this.#handovers = new Handovers({
      arrived: (id, parcel, link) => this.#arrived(id, parcel, link),
      passOn: (to, id, moves, parcel) => bus.post(to, { ...parcel, t: 'state', id, moves }),
      late: (id, waiting) => {
        for (const message of waiting) send(id, message, false);
      },
      onError,
    });
    this.#claims = new Claims({
      claim: (id) => bus.directory.claim(id, roll().lease),
      install: (id, entry) => {
        this.#install(id, entry);
        this.#catchUp(id);
      },
      has: (id) => options.local().audience.get(id) !== undefined,
    });
  }

  /** Whether what comes for the client waits behind what its former process has. */
  holds(id: ClientId): boolean {
    return this.#handovers.holds(id);
  }

  /** Whether something is on its way to here for a client, wherever that is by now. */
  get waits(): boolean {
    return this.#handovers.size > 0;
  }

  /** @param whole with what waits for it elsewhere */
  async claim(id: ClientId, whole: boolean): Promise<Whereabouts> {
    const where = await this.#claims.claim(id);
    const over = whole && where === 'here' ? this.#handovers.over(id) : undefined;
    if (!over) return where;
    await over;
    // It may have gone on to another process meanwhile.
    return this.#options.local().audience.get(id) ? 'here' : 'away';
  }

  attach(id: ClientId, link: Link | null): void {
    if (!this.#handovers.attach(id, link)) this.#options.local().attach(id, link);
  }

  /** The client is no more. @returns the channels that it had, if it was here */
  exit(id: ClientId): readonly Channel[] | undefined {
    this.#handovers.forget(id);
    return this.#options.local().audience.exit(id)?.channels;
  }

  /** The client is another process's, or was taken out by one. @param over whether it is known that it was taken out */
  letGo(id: ClientId, over = false): void {
    if (this.exit(id)) this.#options.moves.given(id, over);
  }

  /** A client of ours is so in the directory, where others may have changed it while this process was away. */
  learn(id: ClientId, { channels, session }: Entry): void {
    const { local, moves } = this.#options;
    const { audience } = local();
    for (const channel of audience.get(id)?.channels ?? []) if (!channels.includes(channel)) audience.take(id, channel);
    for (const channel of channels) audience.add(id, channel);
    if (session !== undefined && session !== moves.sessionOf(id)) moves.identified(id, session);
  }

  marked(marker: Marker): void {
    const { moves, roll } = this.#options;
    if (marker.t === 'took') this.#took(marker.id, marker.moves, entryOf(marker.record), marker.from);
    else if (marker.t === 'give') this.#give(marker.id, marker.moves, marker.to);
    else if (marker.t === 'state') this.#handovers.arrive(marker.id, marker.moves, marker);
    else if (marker.t === 'gone') this.letGo(marker.id, true);
    else if (marker.t === 'send') this.#sent(marker.id, JSON.parse(marker.message) as Message, marker.again);
    else if (marker.t === 'session' || marker.t === 'sub') roll().crossed(marker.id);
    if (marker.t === 'session') moves.identified(marker.id, marker.session);
    if (marker.t === 'sub') this.#subscribed(marker.id, marker.channel, marker.on);
  }

  clear(): void {
    this.#handovers.clear();
  }

  /** The directory believes the client to be here. If it is not, it may have learned better by now; or never will. */
  #sent(id: ClientId, message: Message, again: boolean): void {
    const local = this.#options.local();
    if (local.audience.get(id)) {
      local.send(id, message);
      // It may be older than what was said here meanwhile.
      this.#options.moves.catchUp(id, message.channel, undefined);
    } else if (!again) this.#options.send(id, message, true);
  }

  #took(id: ClientId, moves: number, entry: Entry, from: string | undefined): void {
    this.#options.roll().crossed(id);
    if (this.#options.local().audience.get(id) === undefined) {
      if (from !== undefined) this.#handovers.begin(id, moves);
      this.#install(id, entry, this.#claims.wants(id));
      if (from === undefined) this.#catchUp(id);
    }
    this.#claims.marked(id);
  }

  #install(id: ClientId, { channels, session }: Entry, comes = true): void {
    const { local, moves, now, timeout } = this.#options;
    const { audience } = local();
    const heardAt = comes ? now() : now() - Math.max(0, 2 * timeout - KEPT);
    if (audience.get(id) === undefined) audience.enter(id, heardAt);
    for (const channel of channels) audience.add(id, channel);
    moves.taken(id, session);
  }

  #give(id: ClientId, moves: number, to: string): void {
    const { bus, local } = this.#options;
    const { waiting = [], channels = [] } = local().audience.exit(id) ?? {};
    const goesOn = this.#handovers.goOn(id, to, moves, waiting);
    if (!goesOn) bus.post(to, { t: 'state', id, moves, waiting, ...this.#said(channels) });
    this.#options.moves.given(id, false);
  }

  #arrived(id: ClientId, { waiting, said }: Parcel, link: Link | null): void {
    const local = this.#options.local();
    if (waiting.length > 0) local.requeue(id, waiting);
    if (link) local.attach(id, link);
    local.emptyQueue(id);
    this.#catchUp(id, said);
  }

  #said(channels: readonly Channel[]): Pick<Parcel, 'said'> {
    const said = channels.map((channel) => [channel, this.#options.moves.said(channel)] as const);
    const some = said.filter((one): one is [Channel, Version] => one[1] !== undefined);
    return some.length > 0 ? { said: Object.fromEntries(some) } : {};
  }

  #catchUp(id: ClientId, said: Parcel['said'] = {}): void {
    const { local, moves } = this.#options;
    for (const channel of local().audience.get(id)?.channels ?? []) moves.catchUp(id, channel, said[channel]);
  }

  #subscribed(id: ClientId, channel: Channel, on: boolean): void {
    const { local, moves } = this.#options;
    const { audience } = local();
    if (!on) audience.take(id, channel);
    else if (audience.add(id, channel)) moves.catchUp(id, channel, undefined);
  }
}
