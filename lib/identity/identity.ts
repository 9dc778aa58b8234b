// Who a client is and where it may be, once that is proven; and the error that says why it is not.
import type { Channel, Millis, Place, User } from '../domain.js';

/** What is known of a client for certain. */
export interface Identity {
  readonly user: User;
  readonly place: Place;
  /** Further literal channels that the user may subscribe to or publish on, as a token grants them. */
  readonly subscribe?: readonly Channel[];
  readonly publish?: readonly Channel[];
  /** When its token was made, and until when it is good. Absent when no token says who it is. */
  readonly issued?: Millis;
  readonly expires?: Millis;
  /** The `id` of the key that signed its token. */
  readonly key?: string;
}

/** A publisher outside this process, once its token is proven. */
export interface ServerIdentity {
  /** The name that its token was made for. */
  readonly publisher: string;
  readonly issued: Millis;
  readonly expires: Millis;
}

/** A client that cannot be identified. Becomes the Bayeux error `<code>:<field>:<message>`. */
export class Unidentified extends Error {
  constructor(
    /** What to change: `token`, `current_user.uid`, `room_channel`… */
    readonly field: string,
    message: string,
    /** 401: not identified. 403: identified, and not allowed. 500: could not be decided now. */
    readonly code: 401 | 403 | 500 = 401,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'Unidentified';
  }
}
