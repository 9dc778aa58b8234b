// What the gate knows of each clientId that Faye gave out: whose it is, and what it last claimed.
import type { Channel, Client, ClientId, Millis, Uid } from '../domain.js';
import type { Identity } from '../identity/identity.js';
import type { Whereabouts } from './claims.js';
import type { Entry } from './directory.js';
import type { Network } from './networks.js';
import type { Why } from './refusal.js';

export interface Session {
  readonly id: ClientId;
  /** Null until a message proved who it is; stays null for an anonymous client. */
  identity: Identity | null;
  /** The same as presence knows it; null without identity. */
  client: Client | null;
  /** A number for the claim that proved it, so that the same claim is not proved again with every message. */
  proof: number | null;
  /** The same for the request that it came with, where requests say who somebody is. */
  credentials: number;
  /** Until when its messages are paid for (`pace.ts`). */
  paid: Millis;
  /** Where it came from; null when that was another process. */
  readonly network: Network | null;
  /** What the client subscribes to, when another process has it. */
  readonly channels?: readonly Channel[];
}

/** How sessions are known to all processes of a cluster. */
export interface SharedSessions {
  /** Makes the client this process's, with its session. @param whole with what waits for it */
  claim(id: ClientId, whole: boolean): Promise<Whereabouts>;
  find(id: ClientId): Promise<Entry | 'unknown' | 'away'>;
  save(id: ClientId, session: string): Promise<void>;
}

/** How many clients there are, and how many of each user. */
export interface Census {
  count(network: Network | null): void;
  leave(network: Network | null): void;
  name(uid: Uid): void;
  unname(uid: Uid): void;
}

/** What a message showed of its sender. */
export interface Shown {
  readonly identity: Identity;
  readonly proof: number;
  readonly credentials: number;
}

export interface SessionsOptions {
  /** A keyed hash of a clientId: what may be written down instead of it. */
  readonly key: (id: ClientId) => string;
  readonly census: Census;
  readonly now: () => Millis;
}

export class Sessions {
  readonly #options: SessionsOptions;
  readonly #byId = new Map<ClientId, Session>();
  /** Since when nobody knows who they are: the oldest first. */
  readonly #nameless = new Map<ClientId, Millis>();
  readonly #banned = new Map<ClientId, { readonly until: Millis; readonly why: Why }>();
  #shared: SharedSessions | null = null;

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#byId.size;
  }

  all(): Iterable<Session> {
    return this.#byId.values();
  }

  /** @param network where it came from, when it was counted as it came in */
  open(id: ClientId, network: Network | null = null): Session {
    const session = blank(id, network);
    if (!network) this.#options.census.count(null);
    this.#byId.set(id, session);
    this.#nameless.set(id, this.#options.now());
    return session;
  }

  /** The clients that have not said who they are since before an instant. */
  *namelessSince(instant: Millis): Iterable<ClientId> {
    for (const [id, since] of this.#nameless) {
      if (since > instant) return;
      yield id;
    }
  }

  get(id: ClientId | undefined): Session | undefined {
    return id === undefined ? undefined : this.#byId.get(id);
  }

  /** The sessions of other processes can be had too. */
  share(shared: SharedSessions): void {
    this.#shared = shared;
  }

  /** @returns in a cluster, when all processes can know it */
  identify(session: Session, shown: Shown): Promise<void> | undefined {
    this.#fill(session, shown);
    return this.#shared?.save(session.id, textOf(session));
  }

  /**
   * The session of a client that is not here, as it is known now. The client stays where it is.
   * @returns `away` when that cannot be known now
   */
  async find(id: ClientId): Promise<Session | 'away' | undefined> {
    if (!this.#shared) return undefined;
    const found = this.#elsewhere(id, await this.#shared.find(id));
    // It may have come here meanwhile.
    return this.get(id) ?? found;
  }

  /**
   * The same for a client that comes to this process with its connection, and is its from now on: its connection to another
   * one ends, so it must be known before that it is the client who comes.
   */
  async claim(id: ClientId, whole: boolean): Promise<Session | 'away' | undefined> {
    const where = await this.#shared?.claim(id, whole);
    return where === 'away' ? 'away' : this.get(id);
  }

  /** @param text what `text` said of the client in another process */
  restore(id: ClientId, text: string | undefined): void {
    this.#read(this.get(id) ?? this.open(id), text);
  }

  /** Who a client is, to be written down; undefined while nobody knows. */
  text(id: ClientId): string | undefined {
    const session = this.get(id);
    return session?.identity ? textOf(session) : undefined;
  }

  close(id: ClientId): void {
    const session = this.#byId.get(id);
    if (!session) return;
    this.#byId.delete(id);
    this.#nameless.delete(id);
    const { census } = this.#options;
    census.leave(session.network);
    if (session.identity) census.unname(session.identity.user.uid);
  }

  /** A client that was taken out is told so for a while, whatever it asks. */
  ban(id: ClientId, until: Millis, why: Why): void {
    // Whoever was sent away stays so.
    if (this.#banned.get(id)?.why !== 'kicked') this.#banned.set(id, { until, why });
  }

  /** Why a client was taken out; undefined when it was not. */
  banned(id: ClientId | undefined): Why | undefined {
    return id === undefined ? undefined : this.#banned.get(id)?.why;
  }

  /** Forgets bans that are over. */
  sweep(now: Millis): void {
    for (const [id, { until }] of this.#banned) if (until <= now) this.#banned.delete(id);
  }

  #fill(session: Session, { identity, proof, credentials }: Shown, key?: string): void {
    const { user, place } = identity;
    const { id } = session;
    if (!session.identity && session.channels === undefined && this.#nameless.delete(id)) {
      this.#options.census.name(user.uid);
    }
    session.proof = proof;
    session.credentials = credentials;
    session.identity = identity;
    session.client = { id, key: session.client?.key ?? key ?? this.#options.key(id), user, place };
  }

  /** Not kept: it is true for the message that asked. */
  #elsewhere(id: ClientId, found: Entry | 'unknown' | 'away'): Session | 'away' | undefined {
    if (typeof found === 'string') return found === 'away' ? 'away' : undefined;
    return this.#read({ ...blank(id, null), channels: found.channels }, found.session);
  }

  #read(session: Session, text: string | undefined): Session {
    if (text === undefined) return session;
    const { key, ...shown } = JSON.parse(text) as Written;
    this.#fill(session, shown, key);
    return session;
  }
}

const blank = (id: ClientId, network: Network | null): Session => ({
  id,
  identity: null,
  client: null,
  proof: null,
  credentials: 0,
  paid: 0,
  network,
});

/** A session as other processes read it: the key goes with it, as each process may have its own secret to make it. */
interface Written extends Shown {
  readonly key: string;
}

const textOf = ({ identity, client, proof, credentials }: Session): string =>
  JSON.stringify({ identity, proof, credentials, key: client?.key });
