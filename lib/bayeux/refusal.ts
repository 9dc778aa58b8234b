// Why a client is refused, in a few words that can be counted, and what it is told.
import type { Millis } from '../domain.js';
import type { Advice, Message, Reply } from './faye.js';
import { bayeuxError, refuse } from './guard.js';

/**
 * What is counted. The names of limits are those of the options. `identity`: who it is was not proven, or no longer holds.
 * `channels`: somebody may not go there. `origins`: a page of another site. `message`, `request`: not as it must be.
 * `timeout`: something was waited for too long.
 */
export type RefusalKind =
  | 'clients'
  | 'clientsPerIp'
  | 'clientsPerUser'
  | 'handshakesPerSecond'
  | 'messagesPerSecond'
  | 'subscriptions'
  | 'bytes'
  | 'waiting'
  | 'identity'
  | 'channels'
  | 'origins'
  | 'message'
  | 'request'
  | 'timeout';

/** Told of everything that is refused. Must not throw. */
export type OnRefusal = (kind: RefusalKind, from: { readonly address?: string }) => void;

/** A limit that was reached. */
export interface Limited {
  readonly kind: RefusalKind;
  /** `<code>:<limit>:<what to do>`. */
  readonly error: string;
  /** When it makes sense to try again. */
  readonly wait: Millis;
}

export const limited = (code: 429 | 503, kind: RefusalKind, text: string, wait: Millis): Limited => ({
  kind,
  error: bayeuxError(code, kind, text),
  wait,
});

/** Thrown where all of a request is refused for it. */
export class LimitReached extends Error {
  constructor(readonly limited: Limited) {
    super(limited.error);
    this.name = 'LimitReached';
  }
}

/** The same in HTTP. */
export const retryAfter = ({ wait }: Limited): Record<string, string> => ({
  'Retry-After': `${Math.ceil(wait / 1000)}`,
});

/** Those who are refused together come back apart. */
const SPREAD: Millis = 4000;

/** Tells a client when to try again. What is said once, such as a message, is not repeated by itself. */
export function limitReply(message: Message, { error, wait }: Limited): Reply {
  const interval = Math.ceil(Math.max(1000, wait) + Math.random() * SPREAD);
  const advice: Advice | undefined = COMING_IN.has(message.channel) ? { reconnect: 'retry', interval } : undefined;
  return refuse(message, error, advice);
}

const COMING_IN = new Set(['/meta/handshake', '/meta/connect']);

/** Why a client is taken out. It is told so in answer to what it holds or asks next. */
export type Why = 'kicked' | 'expired' | 'revoked' | 'nameless';

const STOP: Advice = { reconnect: 'none' };
/** With what it has by then: a fresh token, or its name at last. */
const AFRESH: Advice = { reconnect: 'handshake', interval: 1000 };

const FAREWELLS: Readonly<Record<Why, readonly [error: string, advice: Advice]>> = {
  kicked: [bayeuxError(403, 'current_user.uid', 'was sent away by the site - ask there before coming again'), STOP],
  expired: [bayeuxError(401, 'token', 'has expired: bring a fresh one'), AFRESH],
  revoked: [bayeuxError(401, 'token', 'was revoked: make a new one'), STOP],
  nameless: [bayeuxError(401, 'auth', 'is missing: say within 10 seconds who you are'), AFRESH],
};

export function farewell({ channel, clientId, id }: Message, why: Why): Reply {
  const [error, advice] = FAREWELLS[why];
  return refuse({ channel, clientId, id }, error, advice);
}
