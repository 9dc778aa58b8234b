// Subscriptions end with the right to them: when who a client is, where it is or what it was granted has changed, those that
// it has are judged again.
import type { Channel, ClientId } from '../domain.js';
import type { Identity } from '../identity/identity.js';
import type { Rules } from './rules.js';
import type { Session } from './sessions.js';

/** The subscriptions as the engine has them. */
export interface Subscriptions {
  /** Of a client of this process. None when that is not known, as with another engine than ours. */
  of(id: ClientId): readonly Channel[];
  /** Ends one of any client, and tells it. @param error the Bayeux error that says why */
  end(id: ClientId, channel: Channel, error: string): void;
}

export class Rights {
  readonly #rules: Rules;
  readonly #onError: (error: unknown) => void;
  #subscriptions: Subscriptions | null = null;

  constructor(rules: Rules, onError: (error: unknown) => void) {
    this.#rules = rules;
    this.#onError = onError;
  }

  /** From now on there are subscriptions. */
  oversee(subscriptions: Subscriptions): void {
    this.#subscriptions = subscriptions;
  }

  /** Settles when the client has none any more that it may not have. Never rejects. */
  async review(session: Session): Promise<void> {
    const { id, channels = this.#subscriptions?.of(id) ?? [] } = session;
    // Not one after the other: `authorize` may take its time.
    await Promise.all(channels.map((channel) => this.#judge(session, channel)));
  }

  async #judge(session: Session, channel: Channel): Promise<void> {
    const { id, identity } = session;
    try {
      const error = await this.#rules(identity, 'subscribe', channel);
      // What has changed once more meanwhile is judged once more.
      if (error && !differ(identity, session.identity)) this.#subscriptions?.end(id, channel, error);
    } catch (error) {
      // The host may have put its own in the engine's way.
      this.#onError(error);
    }
  }
}

/** Whether two identities may have different rights to subscribe. A fresh token for the same is no difference. */
export const differ = (one: Identity | null, other: Identity | null): boolean => rightsOf(one) !== rightsOf(other);

const rightsOf = (identity: Identity | null): string =>
  JSON.stringify(identity && [identity.user, identity.place, identity.subscribe]);
