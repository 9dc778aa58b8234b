// What may stand in an address or in a body, and what is said when it does not make sense.
import { z } from 'zod';
import { wireUid } from '../domain.js';
import { readInstant } from './instant.js';
import type { Settings } from './options.js';

export type Params = ReturnType<typeof createParams>;

const UID = 'Give one user id of 1 to 64 characters, such as uid=7, with no unseen ones and no blank at its ends.';
const CHANNEL = 'Give one channel name of at most 255 characters that begins with "/", such as /classes/4.';
const PAGE = 'Give the number of a page: 1, 2, 3 and so on.';
const LIMIT = 'Give a whole number from 1 to 1000.';
const ORDER = 'Give an end that is later than the beginning.';
const WHOM = 'Give either the user as uid, or the channel as room.';
const TARGET =
  'Give a channel of at most 128 characters, such as /classes/4/chat, that is not one of those on which only faye-online ' +
  'publishes (/user_list, /presence, /meta, /service, /faye_online).';
const DATA = 'Give what is to be published as data.';

/**
 * What stands in an address is asked for or refused: who misspells a filter must not take everybody's log for a user's.
 * @param timeZone of settings: the zone of times that name none
 */
export function createParams({ timeZone, isUid }: Pick<Settings, 'timeZone' | 'isUid'>) {
  const uid = z.string(UID).refine(isUid, UID);
  // Wider than what a client may join today: a database of the gem's may hold older names.
  const channel = z.string(CHANNEL).regex(/^\/[^\p{Cc}]{0,254}$/u, CHANNEL);
  const INSTANT = `Give a time such as 2026-05-01T13:30 (in ${timeZone}) or 2026-05-01T13:30:00Z.`;
  const instant = z.string(INSTANT).transform((text, context) => {
    const read = readInstant(text, timeZone);
    if (read !== null) return read;
    context.addIssue({ code: 'custom', message: INSTANT });
    return z.NEVER;
  });
  const page = whole(1_000_000, PAGE).default(1);
  const span = { from: instant.exactOptional(), to: instant.exactOptional() };

  return {
    none: only({}),
    rooms: only({ rooms: page, activities: page }),
    room: only({ name: channel, page }),
    user: only({ uid }),
    log: only({
      uid: uid.exactOptional(),
      channel: channel.exactOptional(),
      ...span,
      limit: whole(1000, LIMIT).default(100),
    }).refine(inOrder, { path: ['to'], message: ORDER }),
    time: only({ uid, channel: channel.exactOptional(), ...span }).refine(inOrder, { path: ['to'], message: ORDER }),
    at: only({ channel, t: instant.exactOptional(), page }),
    file: only({ uid: uid.exactOptional(), channel: channel.exactOptional(), ...span }),
    kick: z
      .object({ uid: wire.pipe(uid).exactOptional(), room: channel.exactOptional() })
      .refine(({ uid, room }) => (uid === undefined) !== (room === undefined), { path: ['uid'], message: WHOM }),
    revoke: z.object({ uid: wire.pipe(uid) }),
    publish: z
      .object({ channel: z.string(TARGET).regex(LITERAL, TARGET).refine(isFree, TARGET), data: z.unknown().optional() })
      .refine(({ data }) => data !== undefined, { path: ['data'], message: DATA }),
  };
}

/** What was asked for, or the field that makes no sense and what to give instead. */
export type Read<T> = { readonly data: T } | { readonly field: string; readonly message: string };

export function readParams<T>(schema: z.ZodType<T>, given: unknown): Read<T> {
  const { success, data, error } = schema.safeParse(given);
  if (success) return { data };
  const unknown = error.issues.find(({ code }) => code === 'unrecognized_keys');
  const issue = unknown ?? error.issues[0];
  const field = issue?.code === 'unrecognized_keys' ? nameOf(issue) : String(issue?.path[0] ?? '');
  return { field, message: issue?.message ?? '' };
}

/** An object with these fields and no others. */
function only<S extends z.core.$ZodShape>(shape: S) {
  const names = Object.keys(shape).join(', ');
  const rest = names ? `Give nothing but ${names}.` : 'Give none.';
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? `There is no parameter "${nameOf(issue)}" here. ${rest}` : undefined,
  });
}

/** It may be as long as an address. */
const nameOf = ({ keys }: { readonly keys?: readonly string[] }): string => keys?.[0]?.slice(0, 64) ?? '';

/** A uid that is a whole number may come as one in JSON, as on the wire. */
const wire = z
  .unknown()
  .transform((value) => (typeof value === 'number' && wireUid(String(value)) === value ? String(value) : value));

const LITERAL = /^(?=.{2,128}$)(\/[0-9A-Za-z\-_!~()$@]+){1,10}$/;
const isFree = (channel: string): boolean =>
  !/\/(user_list|presence)$|^\/(meta|service|faye_online)(\/|$)/.test(channel);

const whole = (max: number, message: string) =>
  z
    .string(message)
    .regex(/^[1-9]\d{0,6}$/, message)
    .transform(Number)
    .refine((number) => number <= max, message);

const inOrder = ({ from, to }: { from?: number; to?: number }): boolean =>
  from === undefined || to === undefined || from < to;
