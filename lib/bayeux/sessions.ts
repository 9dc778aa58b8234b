// What the gate knows of each clientId that Faye gave out: whose it is, and what it last claimed.
import type { Client, ClientId, Uid } from '../domain.js';
import type { Identity } from '../identity/identity.js';

export interface Session {
  readonly id: ClientId;
  /** Null until a message proved who it is; stays null for an anonymous client. */
  identity: Identity | null;
  /** The same as presence knows it; null without identity. */
  client: Client | null;
  /** A digest of the claim that proved it, so that the same claim is not proved again with every message. */
  proof: string | null;
}

export class Sessions {
  readonly #byId = new Map<ClientId, Session>();
  readonly #byUid = new Map<Uid, Set<ClientId>>();
  readonly #key: (id: ClientId) => string;

  /** @param key a keyed hash of a clientId: what may be written down instead of it */
  constructor(key: (id: ClientId) => string) {
    this.#key = key;
  }

  get size(): number {
    return this.#byId.size;
  }

  /** How many different users they are. */
  get users(): number {
    return this.#byUid.size;
  }

  open(id: ClientId): Session {
    const session: Session = { id, identity: null, client: null, proof: null };
    this.#byId.set(id, session);
    return session;
  }

  get(id: ClientId | undefined): Session | undefined {
    return id === undefined ? undefined : this.#byId.get(id);
  }

  /** The clientIds of a user. */
  of(uid: Uid): ClientId[] {
    return [...(this.#byUid.get(uid) ?? [])];
  }

  identify(session: Session, identity: Identity, proof: string): void {
    session.proof = proof;
    session.identity = identity;
    session.client = { id: session.id, key: session.client?.key ?? this.#key(session.id), ...identity };
    const ids = this.#byUid.get(identity.user.uid);
    if (ids) ids.add(session.id);
    else this.#byUid.set(identity.user.uid, new Set([session.id]));
  }

  close(id: ClientId): void {
    const session = this.#byId.get(id);
    if (!session) return;
    this.#byId.delete(id);
    const uid = session.identity?.user.uid;
    const ids = uid === undefined ? undefined : this.#byUid.get(uid);
    ids?.delete(id);
    if (uid !== undefined && ids?.size === 0) this.#byUid.delete(uid);
  }
}
