// What a page passes to init_online_client, checked: a mistake is an error that names the field and shows the right shape.
import type { RefreshToken } from './renewal.js';
import type { User } from './roster.js';

/** Where a page is: in a room, on an activity, or both. */
export interface Place {
  /** The channel whose users see one another, such as `/classes/4`. */
  readonly room_channel?: string | null | undefined;
  /** The channel on which the user's time is counted, such as `/courses/5/lessons/1`. */
  readonly time_channel?: string | null | undefined;
  /** Made by the server (`online.token(…)`) for exactly this user and place, when it works with a secret. */
  readonly token?: string | null | undefined;
}

export interface AuthOptions extends Place {
  readonly current_user: User;
}

export interface ClientOptions {
  /**
   * Where faye-online is mounted: `/faye`, or `https://online.example.org/faye`. Or several servers, in any order: the
   * pages of a room meet on one of them, and go on with another while it is away.
   */
  readonly faye_url: string | readonly string[];
  /** Options of `Faye.Client`: https://faye.jcoglan.com/browser.html */
  readonly client_opts?: { readonly timeout?: number; readonly retry?: number; readonly [name: string]: unknown };
  readonly auth_opts: AuthOptions;
  /** Gives a fresh token for the same user and place; asked when the token runs out. Without it the page is sent away then. */
  readonly refresh_token?: RefreshToken;
}

/** `message.auth` as on the wire. */
export interface Auth {
  readonly room_channel?: string;
  readonly time_channel?: string;
  readonly current_user: User;
  readonly token?: string;
}

const EXAMPLE =
  "{faye_url: '/faye', auth_opts: {room_channel: '/classes/4', time_channel: '/courses/5/lessons/1', " +
  "current_user: {uid: 470700, uname: 'Ann'}}}";

const MAX_CHANNEL = 128;
const MAX_NAME = 64;

/** @returns what to connect to (at least one URL) and the `auth` to send. Throws a TypeError that names the first field that is wrong. */
export function checkOptions(options: ClientOptions): {
  readonly urls: readonly string[];
  readonly clientOpts: NonNullable<ClientOptions['client_opts']>;
  readonly auth: Auth;
  readonly refresh: RefreshToken | undefined;
} {
  if (!isObject(options)) throw mistake('options', 'must be an object', options);
  const { faye_url, client_opts: clientOpts = {}, auth_opts: auth, refresh_token: refresh } = options;
  if (!isObject(clientOpts)) throw mistake('client_opts', 'must be an object', clientOpts);
  if (!isObject(auth)) throw mistake('auth_opts', 'must be an object', auth);
  if (refresh !== undefined && typeof refresh !== 'function')
    throw mistake('refresh_token', 'must be a function that gives a token', refresh);
  return { urls: checkUrls(faye_url), clientOpts, auth: checkAuth(auth), refresh };
}

function checkUrls(given: string | readonly string[]): readonly string[] {
  const urls: readonly string[] = Array.isArray(given) ? given : [given];
  if (urls.length === 0) throw mistake('faye_url', 'must name at least one server, and is an empty list', given);
  urls.forEach((url, i) => {
    const field = urls === given ? `faye_url[${i}]` : 'faye_url';
    if (typeof url !== 'string' || url === '') throw mistake(field, "must be a URL such as '/faye'", url);
  });
  return [...new Set(urls)];
}

/** The `auth` of a user at a place: the known fields and nothing else. Throws a TypeError as above. */
export function checkAuth(auth: AuthOptions): Auth {
  const { room_channel: room, time_channel: time, token } = auth;
  if (isNone(room) && isNone(time)) throw mistake('auth_opts', 'needs room_channel, time_channel or both', auth);
  if (!isNone(token) && (typeof token !== 'string' || token === '')) {
    throw mistake('auth_opts.token', 'must be the text that the server made', typeof token);
  }
  return {
    ...(isNone(room) ? {} : { room_channel: checkChannel('auth_opts.room_channel', room) }),
    ...(isNone(time) ? {} : { time_channel: checkChannel('auth_opts.time_channel', time) }),
    current_user: checkUser(auth.current_user),
    ...(isNone(token) ? {} : { token }),
  };
}

function checkUser(user: User): User {
  const field = 'auth_opts.current_user';
  if (!isObject(user)) throw mistake(field, 'must be {uid, uname}', user);
  const { uid, uname } = user;
  if (typeof uid === 'number' ? !(uid > 0 && Number.isSafeInteger(uid)) : !isName(uid)) {
    const right = `must be a whole number above 0 or a string of 1 to ${MAX_NAME} characters`;
    throw mistake(`${field}.uid`, `${right} (a user who is not signed in has none)`, uid);
  }
  if (!isName(uname)) throw mistake(`${field}.uname`, `must be a string of 1 to ${MAX_NAME} characters`, uname);
  return { uid, uname };
}

function checkChannel(field: string, channel: string): string {
  const wrong = channelError(channel);
  if (wrong) throw mistake(field, wrong, channel);
  return channel;
}

function channelError(channel: unknown): string | null {
  if (typeof channel !== 'string') return "must be a string such as '/classes/4'";
  if (channel.length > MAX_CHANNEL) return `must have at most ${MAX_CHANNEL} characters`;
  if (!/^(\/[0-9A-Za-z_-]+)+$/.test(channel)) return "must be segments of 0-9 A-Z a-z _ - such as '/classes/4'";
  if (channel.split('/').length > 9) return 'must have at most 8 segments';
  if (/\/(user_list|presence)$/.test(channel)) return 'must not end in /user_list or /presence';
  if (/^\/(meta|service|faye_online)(\/|$)/.test(channel)) return 'must not begin with /meta, /service or /faye_online';
  return null;
}

const isNone = (value: unknown): value is null | undefined => value === undefined || value === null;
const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
const isName = (value: unknown): boolean =>
  typeof value === 'string' && value !== '' && Array.from(value).length <= MAX_NAME;

/** An object is not shown: a token may be in it. */
function mistake(field: string, right: string, value: unknown): TypeError {
  const got = isObject(value) ? '' : `, but is ${String(JSON.stringify(value)).slice(0, 80)}`;
  return new TypeError(`faye-online: ${field} ${right}${got}. The right shape: ${EXAMPLE}`);
}
