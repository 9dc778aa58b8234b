// What a message claims of its sender (`message.auth`), read and checked for shape. A claim proves nothing.
import { z } from 'zod';
import type { Place, User } from '../domain.js';
import { Unidentified } from './identity.js';
import { uidText, unameText } from './names.js';

export { cleanName } from './names.js';

export interface Claim {
  readonly place: Place;
  readonly user?: User;
  readonly token?: string;
}

/** The gem's integers are taken as their digits. */
export const uidSchema = z
  .union([z.number().int().safe(), z.string()], { error: 'must be a string or a whole number' })
  .transform(String)
  .pipe(uidText);

const unameSchema = z.union([z.string(), z.number()], { error: 'must be a string' }).transform(String).pipe(unameText);

const userSchema = z.object({ uid: uidSchema, uname: unameSchema }, { error: 'must be {uid, uname}' });

/** A makes-sense check for a channel name: the reason why it may not be a room or activity, or null. */
export type PlaceError = (name: unknown) => string | null;

/**
 * Reads `message.auth`. Absent parts stay absent; present ones must be right.
 * @throws Unidentified naming the field and what it must be
 */
export function readClaim(auth: unknown, placeError: PlaceError): Claim {
  if (typeof auth !== 'object' || auth === null || Array.isArray(auth)) {
    throw new Unidentified('auth', 'must be {room_channel, time_channel, current_user: {uid, uname}, token}');
  }
  const { room_channel, time_channel, current_user, token } = auth as Record<string, unknown>;
  const place: { room?: string; activity?: string } = {};
  if (given(room_channel)) place.room = readChannel('room_channel', room_channel, placeError);
  if (given(time_channel)) place.activity = readChannel('time_channel', time_channel, placeError);
  return {
    place,
    ...(given(current_user) ? { user: readUser(current_user) } : {}),
    ...(given(token) ? { token: readToken(token) } : {}),
  };
}

const given = (value: unknown): boolean => value !== undefined && value !== null;

function readChannel(field: string, name: unknown, placeError: PlaceError): string {
  const wrong = placeError(name);
  if (wrong) throw new Unidentified(field, wrong);
  return name as string;
}

/** @throws Unidentified with the field `current_user…` */
export function readUser(user: unknown): User {
  const parsed = userSchema.safeParse(user);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new Unidentified(['current_user', ...(issue?.path ?? [])].join('.'), fieldMessage(user, issue));
}

function fieldMessage(user: unknown, issue: z.core.$ZodIssue | undefined): string {
  const field = issue?.path[0];
  const missing = field !== undefined && (user as Record<PropertyKey, unknown>)[field] === undefined;
  return missing ? 'is missing' : (issue?.message ?? 'must be {uid, uname}');
}

function readToken(token: unknown): string {
  if (typeof token !== 'string') throw new Unidentified('token', 'must be the string that online.token() made');
  return token;
}
