// What the gate knows of each clientId that Faye gave out: whose it is, and what it last claimed.
import type { Channel, Client, ClientId, Millis } from '../domain.js';
import type { Identity } from '../identity/identity.js';
import type { Whereabouts } from './claims.js';
import type { Entry } from './directory.js';

export interface Session {
  readonly id: ClientId;
  /** Null until a message proved who it is; stays null for an anonymous client. */
  identity: Identity | null;
  /** The same as presence knows it; null without identity. */
  client: Client | null;
  /** A number for the claim that proved it, so that the same claim is not proved again with every message. */
  proof: number | null;
  /** What the client subscribes to, when another process has it. */
  readonly channels?: readonly Channel[];
}

/** How sessions are known to all processes of a cluster. */
export interface SharedSessions {
  /** Makes the client this process's, with its session. */
  claim(id: ClientId): Promise<Whereabouts>;
  find(id: ClientId): Promise<Entry | 'unknown' | 'away'>;
  save(id: ClientId, session: string): Promise<void>;
}

export class Sessions {
  readonly #byId = new Map<ClientId, Session>();
  readonly #banned = new Map<ClientId, Millis>();
  readonly #key: (id: ClientId) => string;
  #shared: SharedSessions | null = null;

  /** @param key a keyed hash of a clientId: what may be written down instead of it */
  constructor(key: (id: ClientId) => string) {
    this.#key = key;
  }

  get size(): number {
    return this.#byId.size;
  }

  open(id: ClientId): Session {
    const session: Session = { id, identity: null, client: null, proof: null };
    this.#byId.set(id, session);
    return session;
  }

  get(id: ClientId | undefined): Session | undefined {
    return id === undefined ? undefined : this.#byId.get(id);
  }

  /** The sessions of other processes can be had too. */
  share(shared: SharedSessions): void {
    this.#shared = shared;
  }

  /** @returns in a cluster, when all processes can know it */
  identify(session: Session, identity: Identity, proof: number): Promise<void> | undefined {
    this.#fill(session, identity, proof);
    return this.#shared?.save(session.id, textOf(session));
  }

  /**
   * The session of a client that is not here.
   * @param claim whether the client comes to this process with its connection, and is its from now on
   * @returns `away` when that cannot be known now
   */
  async find(id: ClientId, claim: boolean): Promise<Session | 'away' | undefined> {
    if (!this.#shared) return undefined;
    if (!claim) return this.#elsewhere(id, await this.#shared.find(id));
    const where = await this.#shared.claim(id);
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
    this.#byId.delete(id);
  }

  /** A client that was sent away is told so for a while, whatever it asks. */
  ban(id: ClientId, until: Millis): void {
    this.#banned.set(id, until);
  }

  isBanned(id: ClientId | undefined): boolean {
    return id !== undefined && this.#banned.has(id);
  }

  /** Forgets bans that are over. */
  sweep(now: Millis): void {
    for (const [id, until] of this.#banned) if (until <= now) this.#banned.delete(id);
  }

  #fill(session: Session, identity: Identity, proof: number | null, key = this.#key(session.id)): void {
    const { user, place } = identity;
    session.proof = proof;
    session.identity = identity;
    session.client = { id: session.id, key: session.client?.key ?? key, user, place };
  }

  /** Not kept: it is true for the message that asked. */
  #elsewhere(id: ClientId, found: Entry | 'unknown' | 'away'): Session | 'away' | undefined {
    if (typeof found === 'string') return found === 'away' ? 'away' : undefined;
    return this.#read({ id, identity: null, client: null, proof: null, channels: found.channels }, found.session);
  }

  #read(session: Session, text: string | undefined): Session {
    if (text === undefined) return session;
    const { identity, key, proof } = JSON.parse(text) as Written;
    this.#fill(session, identity, proof, key);
    return session;
  }
}

/** A session as other processes read it: the key goes with it, as each process may have its own secret to make it. */
interface Written extends Pick<Session, 'proof'> {
  readonly identity: Identity;
  readonly key: string;
}

const textOf = ({ identity, client, proof }: Session): string => JSON.stringify({ identity, proof, key: client?.key });
