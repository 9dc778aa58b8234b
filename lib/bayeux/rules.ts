// What an identified (or anonymous) client may do on a channel. The server's own rules come before the host's.
import type { Channel, User } from '../domain.js';
import type { Identity } from '../identity/identity.js';
import { isLiteral, isReserved, isServerOnly, isWithin } from './channels.js';
import { bayeuxError } from './guard.js';
import { inTime, TookTooLong } from './in_time.js';

export type Action = 'subscribe' | 'publish';

/** The user as `authorize` sees them, with the channels they are in; null for an anonymous client. */
export type Actor = (User & { readonly room?: Channel; readonly activity?: Channel }) | null;

/** May be async, may throw: both a rejection and an error refuse. */
export type Authorize = (user: Actor, action: Action, channel: Channel) => boolean | Promise<boolean>;

/** The default: a user may use their own room and activity and everything beneath them; nobody else anything. */
export const ownPlaces: Authorize = (user, _action, channel) =>
  user !== null && (isWithin(channel, user.room) || isWithin(channel, user.activity));

/** @returns the Bayeux error that refuses, or null when it is allowed; a promise only when the host takes its time */
export type Rules = (
  identity: Identity | null,
  action: Action,
  channel: Channel,
) => string | null | Promise<string | null>;

export function createRules(authorize: Authorize, onError: (error: unknown) => void): Rules {
  return (identity, action, channel) => {
    const never = forbidden(action, channel);
    if (never) return never;
    if (identity?.[action]?.includes(channel)) return null;
    const refused = (): string => bayeuxError(403, channel, `You may not ${action} here: ${REMEDY[action]}`);
    const fail = (error: unknown): string => {
      onError(error);
      return error instanceof TookTooLong
        ? bayeuxError(503, channel, 'Not decided in time: try again later')
        : refused();
    };
    try {
      const allowed = authorize(identity && { ...identity.user, ...identity.place }, action, channel);
      if (typeof allowed !== 'boolean')
        return inTime(allowed, 'authorize').then((yes) => (yes ? null : refused()), fail);
      return allowed ? null : refused();
    } catch (error) {
      return fail(error);
    }
  };
}

const REMEDY: Readonly<Record<Action, string>> = {
  subscribe: 'be in that room or lesson, or have it in the claim subscribe of the token, or let authorize allow it',
  publish: 'be in that room or lesson, or have it in the claim publish of the token, or let authorize allow it',
};
const NO_CHANNEL =
  'Not a channel: segments of 0-9 A-Z a-z - _ ! ~ ( ) $ @ such as /classes/4/chat, at most 10 of them and 138 characters';

/** What no client may do, whoever it is. */
function forbidden(action: Action, channel: Channel): string | null {
  if (channel.includes('*')) return bayeuxError(403, channel, 'Name the channels: wildcards are for the server only');
  if (!isLiteral(channel)) return bayeuxError(405, channel, NO_CHANNEL);
  if (isReserved(channel))
    return bayeuxError(403, channel, 'This channel is reserved: take one of your own, such as /classes/4/chat');
  if (action === 'publish' && isServerOnly(channel)) {
    return bayeuxError(403, channel, 'Only the server publishes here: use another channel, or online.publish');
  }
  return null;
}
