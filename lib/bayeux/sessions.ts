// What the gate knows of each clientId that Faye gave out: whose it is, and what it last claimed.
import type { Client, ClientId, Millis } from '../domain.js';
import type { Identity } from '../identity/identity.js';

export interface Session {
  readonly id: ClientId;
  /** Null until a message proved who it is; stays null for an anonymous client. */
  identity: Identity | null;
  /** The same as presence knows it; null without identity. */
  client: Client | null;
  /** A number for the claim that proved it, so that the same claim is not proved again with every message. */
  proof: number | null;
}

export class Sessions {
  readonly #byId = new Map<ClientId, Session>();
  readonly #banned = new Map<ClientId, Millis>();
  readonly #key: (id: ClientId) => string;

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

  identify(session: Session, identity: Identity, proof: number): void {
    const { user, place } = identity;
    session.proof = proof;
    session.identity = identity;
    session.client = { id: session.id, key: session.client?.key ?? this.#key(session.id), user, place };
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
}
