// The names of channels: which are valid, which only the server publishes on, and what lies beneath what.
import type { Channel } from '../domain.js';

const MAX_LENGTH = 128;
const MAX_DEPTH = 8;
/** Two more than a room may have, for `<room>/user_list` and channels of the site's own beneath a room. */
const MAX_MESSAGE_DEPTH = 10;

/** Rooms and activities. */
const PLACE = /^(\/[0-9A-Za-z_-]+)+$/;
/** Bayeux channel names without wildcards, as Faye's grammar has them. */
const LITERAL = /^(\/[0-9A-Za-z\-_!~()$@]+)+$/;
const RESERVED_END = /\/(user_list|presence)$/;
const RESERVED_START = /^\/(meta|service|faye_online)(\/|$)/;

export const USER_LIST = '/user_list';
export const PRESENCE = '/presence';
export const BEFORE_LEAVE = '/faye_online/before_leave';

const depth = (name: string): number => name.split('/').length - 1;

/** Why a name may not be a room or an activity, in words for the developer; null when it may. */
export function placeError(name: unknown): string | null {
  if (typeof name !== 'string') return 'must be a string such as /classes/4';
  if (name.length > MAX_LENGTH) return `must have at most ${MAX_LENGTH} characters`;
  if (!PLACE.test(name)) return 'must be segments of 0-9 A-Z a-z _ - such as /classes/4';
  if (depth(name) > MAX_DEPTH) return `must have at most ${MAX_DEPTH} segments`;
  if (RESERVED_END.test(name)) return 'must not end in /user_list or /presence';
  if (RESERVED_START.test(name)) return 'must not begin with /meta, /service or /faye_online';
  return null;
}

/** A literal Bayeux channel name (no wildcard) of bearable size. */
export function isLiteral(name: string): boolean {
  return name.length <= MAX_LENGTH + USER_LIST.length && LITERAL.test(name) && depth(name) <= MAX_MESSAGE_DEPTH;
}

/** Channels on which only the server publishes: `<room>/user_list`, `<room>/presence`, `/faye_online/**`. */
export function isServerOnly(channel: Channel): boolean {
  return RESERVED_END.test(channel) || RESERVED_START.test(channel);
}

/** `/meta/**`, `/service/**` and `/faye_online/**`: nobody subscribes to these. */
export const isReserved = (channel: Channel): boolean => RESERVED_START.test(channel);

/** Whether `channel` is `place` or beneath it. */
export const isWithin = (channel: Channel, place: Channel | undefined): boolean =>
  place !== undefined && (channel === place || channel.startsWith(`${place}/`));

/** `/classes/4` of `/classes/4/presence`, when `channel` ends in `ending`; else null. */
export const roomOf = (channel: Channel, ending: typeof USER_LIST | typeof PRESENCE): Channel | null =>
  channel.endsWith(ending) && channel.length > ending.length ? channel.slice(0, -ending.length) : null;

/** All channels on which a message on this one is heard: itself, and the wildcards that take it in. */
export function expand(channel: Channel): string[] {
  const heard = ['/**', channel, `${channel.slice(0, channel.lastIndexOf('/'))}/*`];
  for (let end = channel.indexOf('/', 1); end > 0; end = channel.indexOf('/', end + 1)) {
    heard.push(`${channel.slice(0, end)}/**`);
  }
  return heard;
}
