// The turnstile: counts who comes in and how fast they talk, and says when it is too much.
import type { IncomingMessage } from 'node:http';
import type { ClientId, Millis, Uid } from '../domain.js';
import { Lanes } from './lanes.js';
import type { Limits } from './limits.js';
import { type Network, Networks } from './networks.js';
import { owes, type Pace, paceOf, pay } from './pace.js';
import { type Limited, limited } from './refusal.js';
import type { Session, Shown } from './sessions.js';

export interface TurnstileOptions {
  readonly limits: Limits;
  readonly addressOf: (request: IncomingMessage) => string;
  readonly now: () => Millis;
}

/** Somebody who shook hands, and is counted before there is a session. */
export interface Visit {
  readonly network: Network;
  /** Who it is, when the handshake proved it. */
  readonly shown: Shown | null;
  /** Whether it is counted as a visit. */
  open: boolean;
}

/** So many bodies of the most bytes that one may have may wait for their end, or for their turn, of one network. */
const BODIES = 256;

/** Until somebody else has gone, perhaps. */
const WHEN_FULL: Millis = 10_000;

/** Behind a proxy that is not known for one, all of a site's pages are of one address. */
const PROXY = 'or if it is a proxy set trustProxy';
const more = (limit: keyof Limits): string => `or raise limits.${limit}, ${PROXY}`;
const CROWD = more('clientsPerIp');
const HASTE = more('handshakesPerSecond');
const FULL = 'This server is full: try again later, or raise limits.clients';
const HALVES = limited(429, 'bytes', `Too much at once from this address: send whole bodies or wait, ${PROXY}`, 1000);
const CROWDED = limited(429, 'clientsPerIp', `Too many requests at once from this address: wait, ${PROXY}`, 1000);

export class Turnstile {
  readonly #limits: Limits;
  readonly #now: () => Millis;
  /** Small numbers stay inside of an object; milliseconds since 1970 would cost as much again. */
  readonly #start: Millis;
  readonly #networks: Networks;
  readonly #lanes: Lanes;
  readonly #handshakes: Pace;
  readonly #doubts: Pace;
  readonly #messages: Pace;
  readonly #users = new Map<Uid, number>();
  /** Clients of other processes that talk through this one: until when it is paid for. */
  readonly #visitors = new Map<ClientId, Millis>();
  #clients = 0;
  #sockets = 0;

  constructor({ limits, addressOf, now }: TurnstileOptions) {
    this.#limits = limits;
    this.#now = now;
    this.#start = now();
    this.#handshakes = paceOf(limits.handshakesPerSecond, limits.handshakeBurst);
    // As many more at once as there may be pages: this process may have begun anew, and know none of them.
    this.#doubts = paceOf(limits.handshakesPerSecond, limits.handshakeBurst + limits.clientsPerIp);
    this.#messages = paceOf(limits.messagesPerSecond, limits.messageBurst);
    this.#lanes = new Lanes(limits.clientsPerIp, () => this.#time);
    this.#networks = new Networks(addressOf, this.#handshakes);
  }

  networkOf(request: IncomingMessage): Network {
    return this.#networks.of(request);
  }

  /** Serves a request or an upgrade, now or when it is its network's turn. @returns why not; null when it does */
  inTurn(network: Network, serve: () => void): Limited | null {
    return this.#lanes.take(network.lane, serve) ? null : CROWDED;
  }

  /** Lets a new client in, before it is known who it is: then it is counted. @returns why not; null when it may */
  enter(network: Network): Limited | null {
    const { clients, clientsPerIp } = this.#limits;
    const now = this.#time;
    const wait = owes(this.#handshakes, network.paid, now);
    if (wait > 0)
      return limited(429, 'handshakesPerSecond', `Too many handshakes from this address: wait, ${HASTE}`, wait);
    if (this.#clients >= clients) return limited(503, 'clients', FULL, WHEN_FULL);
    if (network.clients >= clientsPerIp) {
      return limited(429, 'clientsPerIp', `Too many pages from this address: close some, ${CROWD}`, WHEN_FULL);
    }
    network.paid = pay(this.#handshakes, network.paid, now);
    this.count(network);
    return null;
  }

  /** Counts a client that is here already: it came from another process. */
  count(network: Network | null): void {
    this.#clients++;
    if (network) network.clients++;
  }

  leave(network: Network | null): void {
    this.#clients--;
    if (network) network.clients--;
  }

  /** Whether one more page of a user is too many. */
  crowds(uid: Uid): Limited | null {
    if ((this.#users.get(uid) ?? 0) < this.#limits.clientsPerUser) return null;
    return limited(
      429,
      'clientsPerUser',
      'Too many open pages of this user: close some, or raise limits.clientsPerUser',
      WHEN_FULL,
    );
  }

  /** There is a session for it now, which counts from here on. @returns false when it was cancelled */
  settle(visit: Visit): boolean {
    const { open, shown } = visit;
    visit.open = false;
    if (open && shown) this.unname(shown.identity.user.uid);
    return open;
  }

  /** The visit gets no session. */
  cancel(visit: Visit): void {
    if (this.settle(visit)) this.leave(visit.network);
  }

  name(uid: Uid): void {
    this.#users.set(uid, (this.#users.get(uid) ?? 0) + 1);
  }

  unname(uid: Uid): void {
    const left = (this.#users.get(uid) ?? 1) - 1;
    if (left > 0) this.#users.set(uid, left);
    else this.#users.delete(uid);
  }

  /** One more message of a client, of which it is known that it is the client's. @returns why not; null when it may */
  speak(session: Session): Limited | null {
    const now = this.#time;
    const paid = this.#paidBy(session);
    const tooFast = this.#tooFast(paid, now);
    if (tooFast) return tooFast;
    const next = pay(this.#messages, paid, now);
    if (session.channels !== undefined) this.#visitors.set(session.id, next);
    else session.paid = next;
    return null;
  }

  /** Why a client may not say one more; null when it may. It costs nothing: it may be somebody else who asks. */
  hurries(session: Session): Limited | null {
    return this.#tooFast(this.#paidBy(session), this.#time);
  }

  /**
   * One more message of which it is not known whose it is: to know that, others may have to be asked. Its network pays for
   * it, at the pace of handshakes, which cost the same, until it is trusted. @returns why not; null when it may
   */
  doubt(network: Network): Limited | null {
    const now = this.#time;
    const wait = owes(this.#doubts, network.doubted, now);
    if (wait > 0) {
      return limited(
        429,
        'handshakesPerSecond',
        `Too many refused messages from this address: mend them or wait, ${HASTE}`,
        wait,
      );
    }
    network.doubted = pay(this.#doubts, network.doubted, now);
    return null;
  }

  /** It was known whose it is. */
  trust(network: Network): void {
    network.doubted -= this.#doubts.each;
  }

  /** Counts bytes that a body holds, until they are released. */
  keep(network: Network, bytes: number): void {
    network.kept += bytes;
  }

  /** Whether all bodies of a network together hold too much. */
  overfull(network: Network): Limited | null {
    return network.kept > BODIES * this.#limits.bytes ? HALVES : null;
  }

  release(network: Network, bytes: number): void {
    network.kept -= bytes;
  }

  /** Whether one more WebSocket is too many. */
  full(network: Network): Limited | null {
    const { clients, clientsPerIp } = this.#limits;
    if (this.#sockets >= clients) return limited(503, 'clients', FULL, WHEN_FULL);
    if (network.sockets >= clientsPerIp) {
      return limited(429, 'clientsPerIp', `Too many connections from this address: close some, ${CROWD}`, WHEN_FULL);
    }
    // At the door, where a refusal costs least: a flood must not hold up the connections of others.
    const wait = owes(this.#doubts, network.opened, this.#time);
    return wait > 0
      ? limited(429, 'handshakesPerSecond', `Too many connections from this address: wait, ${HASTE}`, wait)
      : null;
  }

  open(network: Network): void {
    network.opened = pay(this.#doubts, network.opened, this.#time);
    this.#sockets++;
    network.sockets++;
  }

  close(network: Network): void {
    this.#sockets--;
    network.sockets--;
  }

  /** Forgets what is over. */
  sweep(): void {
    const now = this.#time;
    this.#networks.sweep(now);
    for (const [id, paid] of this.#visitors) if (paid <= now) this.#visitors.delete(id);
  }

  #paidBy({ channels, id, paid }: Session): Millis {
    return channels === undefined ? paid : (this.#visitors.get(id) ?? 0);
  }

  #tooFast(paid: Millis, now: Millis): Limited | null {
    const wait = owes(this.#messages, paid, now);
    return wait > 0
      ? limited(
          429,
          'messagesPerSecond',
          'Too many messages of this client: send fewer, or raise limits.messagesPerSecond',
          wait,
        )
      : null;
  }

  get #time(): Millis {
    return this.#now() - this.#start;
  }
}
