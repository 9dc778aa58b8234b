// What the dashboard may change: functions that it is given.
import type { Channel, Uid } from '../domain.js';

/** What the dashboard is given to change things with. What is not there has no address and no button. */
export interface Actions {
  /** Sends a user, or everyone in a room, away. @returns how many clients that were */
  kick?(whom: Uid | { readonly room: Channel }): Promise<number>;
  /** Believes none of the tokens any more that a user has now, and sends the user away. */
  revoke?(uid: Uid): Promise<unknown>;
  /**
   * Publishes to everyone on a channel.
   * @throws TypeError when the data cannot be sent, RangeError `data: <what is too much>` when it is too much
   */
  publish?(channel: Channel, data: unknown): unknown;
  /** Whether a token is one of this site's for its own servers: only `true` is a yes, a text says what is wrong. */
  verifyServer?(token: string): boolean | string | Promise<boolean | string>;
}
