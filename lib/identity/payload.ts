// What a token says (RFC 7519), once its signature is proven: for whom, how long, who, where, and what further channels.
import { z } from 'zod';
import type { Millis } from '../domain.js';
import type { PlaceError } from './claim.js';
import { wrong } from './compact.js';
import type { Identity } from './identity.js';
import { uidText, unameText } from './names.js';

/** Seconds that clocks may differ. */
export const SKEW = 30;
/** Seconds that a token may live. Bounded, so that a revocation may be forgotten one day. */
export const LONGEST_LIFE = 30 * 24 * 3600;
/** Who a token is for. Exactly one: what a page carries must be good for nothing else. */
export const AUDIENCE = 'faye-online';
export const SERVER_AUDIENCE = 'faye-online-server';
const GRANTS = 50;

/** Why a channel may not be granted, in words for the developer; null when it may. */
export type GrantError = (action: 'subscribe' | 'publish', name: unknown) => string | null;

export interface ChannelChecks {
  readonly placeError: PlaceError;
  readonly grantError: GrantError;
}

type Payload = Record<string, unknown>;
/** Tells what is wrong with a claim, by throwing. */
type Fail = (claim: string, message: string) => never;
export type Life = { readonly issued: Millis; readonly expires: Millis };

const inToken: Fail = (claim, message) => wrong(`claim ${claim} ${message}`);

/** @throws Unidentified */
export function checkAudience({ aud }: Payload, audience: string): void {
  const [only, ...others] = [aud].flat();
  if (only === audience && others.length === 0) return;
  if (aud === SERVER_AUDIENCE) wrong('is for servers that publish: a page needs one of online.token()');
  if (aud === AUDIENCE) wrong('is for a page: a server needs one of `npx faye-online token --server`');
  inToken('aud', `must be "${audience}" and nothing else`);
}

/**
 * Checks exp, nbf and iat, 30 s of skew allowed. Without iat a token counts as made as early as it can have been, so that
 * revoking its user hits it.
 * @throws Unidentified
 */
export function readLife(payload: Payload, now: Millis): Life {
  const seconds = now / 1000;
  const exp = instant(payload, 'exp') ?? inToken('exp', 'is missing: until when it may be used, in seconds since 1970');
  const nbf = instant(payload, 'nbf');
  const iat = instant(payload, 'iat');
  if (exp > (iat ?? seconds) + LONGEST_LIFE + (iat === undefined ? SKEW : 0)) {
    inToken('exp', 'is too far ahead: it is in seconds, and at most 30 days after iat');
  }
  if (exp <= seconds - SKEW) wrong('has expired: make a new one');
  if (nbf !== undefined && nbf > seconds + SKEW) wrong('is not valid yet (claim nbf): check the clocks');
  if (iat !== undefined && iat > seconds + SKEW) wrong('was made in the future (claim iat): check the clocks');
  return { issued: Math.round((iat ?? exp - LONGEST_LIFE) * 1000), expires: Math.round(exp * 1000) };
}

function instant(payload: Payload, claim: string): number | undefined {
  const value = payload[claim];
  if (value === undefined) return undefined;
  return typeof value === 'number' && value >= 0 ? value : inToken(claim, 'must be a number of seconds since 1970');
}

/** @throws whatever `fail` throws, for the first claim that is wrong */
export function readIdentity(payload: Payload, checks: ChannelChecks, fail: Fail = inToken): Identity {
  const { sub, name, room, time, subscribe, publish } = parse(schema, payload, fail);
  for (const [claim, channel] of Object.entries({ room, time })) {
    const error = channel === undefined ? null : checks.placeError(channel);
    if (error) fail(claim, error);
  }
  if (room === undefined && time === undefined) fail('room', 'or time is required');
  for (const [action, channels] of [['subscribe', subscribe] as const, ['publish', publish] as const]) {
    channels?.forEach((channel, index) => {
      const error = checks.grantError(action, channel);
      if (error) fail(`${action}.${index}`, error);
    });
  }
  return {
    user: { uid: sub, uname: name },
    place: optional({ room, activity: time }),
    ...optional({ subscribe, publish }),
  };
}

/** @returns the name of the publisher that a server token was made for */
export function readPublisher(payload: Payload, fail: Fail = inToken): string {
  return parse(serverSchema, payload, fail).sub;
}

function parse<T>(shape: z.ZodType<T>, payload: Payload, fail: Fail): T {
  const parsed = shape.safeParse(payload);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const claim = issue?.path.join('.') ?? 'sub';
  const missing = issue?.path.length === 1 && payload[claim] === undefined;
  return fail(claim, missing ? 'is missing' : (issue?.message ?? 'is wrong'));
}

/** A JWT's subject is a string (RFC 7519): the digits of a number, not the number. */
const sub = z.string('must be a string: the digits of a number, in quotes').pipe(uidText);
const channel = z.string('must be a channel such as /classes/4');
const channels = z
  .array(channel, 'must be an array of channels')
  .max(GRANTS, `must have at most ${GRANTS} channels`)
  .optional();
const schema = z.object({
  sub,
  name: z.string('must be a string').pipe(unameText),
  room: channel.optional(),
  time: channel.optional(),
  subscribe: channels,
  publish: channels,
});
const serverSchema = z.object({ sub, scope: z.literal('publish', 'must be "publish"') });

type Optional<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without the keys that are undefined. */
export function optional<T extends object>(object: T): Optional<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Optional<T>;
}
