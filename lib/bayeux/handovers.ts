// Clients that this process took over and whose former process still has messages for them: what comes for them waits
// behind those. The former process sends them (`state`), or is not waited for any longer.
import type { ClientId, Millis } from '../domain.js';
import type { Message } from './faye.js';
import type { Link } from './link.js';
import type { Parcel } from './markers.js';

/** How long the former process is waited for. */
const PATIENCE: Millis = 2_000;

interface Handover {
  readonly id: ClientId;
  readonly moves: number;
  readonly timer: NodeJS.Timeout;
  /** Who wait for its end. */
  readonly waiters: (() => void)[];
  /** A WebSocket that opened meanwhile. */
  link: Link | null;
  /** Where the client went on to, and what had come for it here. */
  next: { readonly to: string; readonly moves: number; readonly waiting: readonly Message[] } | null;
}

export interface HandoversOptions {
  /** The former process's messages are here, or are not coming: they go before all others. */
  readonly arrived: (id: ClientId, parcel: Parcel, link: Link | null) => void;
  /** The same for a client that went on to another process. */
  readonly passOn: (to: string, id: ClientId, moves: number, parcel: Parcel) => void;
  /** Messages that came after we had stopped waiting. */
  readonly late: (id: ClientId, waiting: readonly Message[]) => void;
  /** Hears what of these throws when nobody waits for it: an extension of the host's. */
  readonly onError: (error: unknown) => void;
}

export class Handovers {
  readonly #options: HandoversOptions;
  /** A client may have several, if it went away and came back: each has its number of moves. */
  readonly #all = new Map<string, Handover>();
  /** Those of clients that are here. */
  readonly #here = new Map<ClientId, Handover>();

  constructor(options: HandoversOptions) {
    this.#options = options;
  }

  /** How many have not arrived yet. */
  get size(): number {
    return this.#all.size;
  }

  /** Whether what comes for the client has to wait. */
  holds(id: ClientId): boolean {
    return this.#here.has(id);
  }

  /** Settles when that is here, or is not waited for any longer; undefined when nothing is waited for. */
  over(id: ClientId): Promise<void> | undefined {
    const handover = this.#here.get(id);
    return handover && new Promise((resolve) => void handover.waiters.push(resolve));
  }

  begin(id: ClientId, moves: number): void {
    const timer = setTimeout(() => this.#giveUp(id, moves), PATIENCE).unref();
    const handover = { id, moves, timer, waiters: [], link: null, next: null };
    this.#all.set(keyOf(id, moves), handover);
    this.#here.set(id, handover);
  }

  /** @returns whether the link waits too */
  attach(id: ClientId, link: Link | null): boolean {
    const handover = this.#here.get(id);
    if (handover) handover.link = link;
    return handover !== undefined;
  }

  /** The client goes on before its messages came. @returns false when they did */
  goOn(id: ClientId, to: string, moves: number, waiting: readonly Message[]): boolean {
    const handover = this.#here.get(id);
    if (!handover) return false;
    this.#here.delete(id);
    handover.next = { to, moves, waiting };
    return true;
  }

  arrive(id: ClientId, moves: number, parcel: Parcel): void {
    const handover = this.#all.get(keyOf(id, moves));
    if (!handover) {
      if (parcel.waiting.length > 0) this.#options.late(id, parcel.waiting);
      return;
    }
    this.#end(handover);
    const { next, link } = handover;
    // How far it was told here goes unsaid: it may be told the same twice.
    if (next)
      this.#options.passOn(next.to, id, next.moves, { ...parcel, waiting: [...parcel.waiting, ...next.waiting] });
    else this.#options.arrived(id, parcel, link);
  }

  /** The client is no more. */
  forget(id: ClientId): void {
    const handover = this.#here.get(id);
    if (handover) this.#end(handover);
  }

  clear(): void {
    for (const handover of this.#all.values()) this.#end(handover);
  }

  #giveUp(id: ClientId, moves: number): void {
    try {
      this.arrive(id, moves, { waiting: [] });
    } catch (error) {
      this.#options.onError(error);
    }
  }

  #end(handover: Handover): void {
    clearTimeout(handover.timer);
    for (const resolve of handover.waiters) resolve();
    this.#all.delete(keyOf(handover.id, handover.moves));
    if (this.#here.get(handover.id) === handover) this.#here.delete(handover.id);
  }
}

const keyOf = (id: ClientId, moves: number): string => `${id} ${moves}`;
