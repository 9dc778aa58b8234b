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

/** Without one: a user may use their own room and activity and everything beneath them; nobody else anything. */
const ownPlaces: Authorize = (user, _action, channel) =>
  user !== null && (isWithin(channel, user.room) || isWithin(channel, user.activity));

/** @returns the Bayeux error that refuses, or null when it is allowed; a promise only when the host takes its time */
export type Rules = (
  identity: Identity | null,
  action: Action,
  channel: Channel,
) => string | null | Promise<string | null>;

/** @param authorize the host's, if it has one: then what it refuses is told as its refusal */
export function createRules(authorize: Authorize | undefined, onError: (error: unknown) => void): Rules {
  const judge = authorize ?? ownPlaces;
  const remedy = authorize ? ofTheSite : ofOurs;
  return (identity, action, channel) => {
    const never = forbidden(action, channel);
    if (never) return never;
    if (identity?.[action]?.includes(channel)) return null;
    const refused = (): string =>
      bayeuxError(403, channel, identity || authorize ? remedy(action) : `You may not ${action} here ${NOBODY}`);
    const fail = (error: unknown): string => {
      onError(error);
      return error instanceof TookTooLong
        ? bayeuxError(503, channel, LATE)
        : bayeuxError(403, channel, `The authorize of this site failed, so you may not ${action} here: ${LOGGED}`);
    };
    try {
      const allowed = judge(identity && { ...identity.user, ...identity.place }, action, channel);
      if (typeof allowed !== 'boolean')
        return inTime(allowed, 'authorize').then((yes) => (yes ? null : refused()), fail);
      return allowed ? null : refused();
    } catch (error) {
      return fail(error);
    }
  };
}

const ofOurs = (action: Action): string =>
  `You may not ${action} here: be in that room or lesson, or have it in the claim ${action} of the token, or let authorize allow it`;
const ofTheSite = (action: Action): string =>
  `The authorize of this site does not let you ${action} here: change that, or have it in the claim ${action} of the token`;
const NOBODY = 'without an identity: say in auth who you are';
const LATE = 'The authorize of this site did not answer within 10 seconds: try again later';
const LOGGED = 'its error is in the log of the server';
const SERVER_ONLY =
  'Only the server publishes here: take another channel, where servers may publish too (online.publish or POST /online/api/publish)';
const NO_CHANNEL =
  'Not a channel: segments of 0-9 A-Z a-z - _ ! ~ ( ) $ @ such as /classes/4/chat, at most 10 of them and 138 characters';

/** Why a name is not one channel's. */
export function nameError(channel: Channel): string | null {
  if (channel.includes('*')) return bayeuxError(403, channel, 'Name the channels: wildcards are for the server only');
  return isLiteral(channel) ? null : bayeuxError(405, channel, NO_CHANNEL);
}

/** What no client may do, whoever it is. */
function forbidden(action: Action, channel: Channel): string | null {
  const wrong = nameError(channel);
  if (wrong) return wrong;
  if (isReserved(channel))
    return bayeuxError(403, channel, 'This channel is reserved: take one of your own, such as /classes/4/chat');
  if (action === 'publish' && isServerOnly(channel)) {
    return bayeuxError(403, channel, SERVER_ONLY);
  }
  return null;
}
