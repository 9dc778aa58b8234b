// Tokens in the forms of the dashboard's own pages, without which nothing is changed: other sites' pages cannot read them.
import { createHash, createHmac, randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';
import type { Millis } from '../domain.js';
import type { Access } from './access.js';

const DAY: Millis = 24 * 60 * 60 * 1000;

export interface FormTokens {
  /** The token of the day. */
  make(now: Millis): string;
  /** Whether a token is of this login, and of today or yesterday. */
  fits(token: unknown, now: Millis): boolean;
}

/** @param key of the site; without one the tokens are made from the password, or are good in this process only. */
export function createFormTokens(access: Access, key: string | undefined): FormTokens {
  const bound = keyOf(access, key);
  const of = (day: number): string => createHmac('sha256', bound).update(`day ${day}`).digest('base64url');
  const today = (now: Millis): number => Math.floor(now / DAY);
  return {
    make: (now) => of(today(now)),
    fits: (token, now) => {
      const given = typeof token === 'string' ? token : '';
      const [isNew, isOld] = [same(given, of(today(now))), same(given, of(today(now) - 1))];
      return isNew || isOld;
    },
  };
}

/** Another login, or another password, makes other tokens. */
function keyOf(access: Access, key: string | undefined): Buffer {
  const login = access && 'user' in access ? [access.user, access.password] : [];
  if (key !== undefined) return createHmac('sha256', key).update(JSON.stringify(login)).digest();
  const [user, password] = login;
  // Slow on purpose: a token must not be a quick way to try passwords.
  return password === undefined ? randomBytes(32) : scryptSync(password, `dashboard forms of ${user}`, 32);
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

const same = (one: string, other: string): boolean => timingSafeEqual(digest(one), digest(other));
