// Lets in who knows the user name and the password (HTTP Basic).
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Millis } from '../domain.js';
import type { Check } from './refusal.js';
import { Throttle } from './throttle.js';

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

export interface Doorkeeping {
  /** By which failures are throttled. */
  now(): Millis;
  /** Where a request comes from, as far as that can be believed. */
  addressOf(request: IncomingMessage): string;
  /** Told of every failure, and of everything that comes from there too soon after failures. */
  onWrongLogin(from: { readonly address: string }): void;
}

const CHALLENGE = { 'WWW-Authenticate': 'Basic realm="faye-online", charset="UTF-8"' };

/** After too many failures (see `Throttle`) all is 429, as a right answer among the guesses must not be told apart. */
export function basicCheck(wanted: Credentials, { now, addressOf, onWrongLogin }: Doorkeeping): Check {
  const throttle = new Throttle();
  const user = digest(wanted.user);
  const password = digest(wanted.password);

  return async (request) => {
    const header = request.get('authorization');
    if (header === undefined) {
      return { status: 401, message: 'Sign in with the user name and password of the dashboard.', headers: CHALLENGE };
    }
    const address = addressOf(request);
    const wait = throttle.wait(address, now());
    if (wait > 0) {
      onWrongLogin({ address });
      return tooMany(wait);
    }
    const given = credentialsIn(header);
    // Both are compared in any case, so that the time taken does not tell which of the two was wrong.
    const userSame = timingSafeEqual(digest(given?.user ?? ''), user);
    const passwordSame = timingSafeEqual(digest(given?.password ?? ''), password);
    if (userSame && passwordSame) {
      throttle.pass(address, now());
      return null;
    }
    throttle.fail(address, now());
    onWrongLogin({ address });
    return { status: 401, message: 'The user name or the password is wrong. Try again.', headers: CHALLENGE };
  };
}

/** Digests are of one length, so comparing them does not tell how long the secret is. */
const digest = (text: string): Buffer => createHash('sha256').update(text.normalize()).digest();

function credentialsIn(header: string): Credentials | null {
  const [, encoded] = /^Basic +([\w+/=-]+) *$/i.exec(header) ?? [];
  if (encoded === undefined) return null;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? null : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

function tooMany(wait: Millis) {
  const seconds = Math.ceil(wait / 1000);
  return {
    status: 429,
    message: `Too many wrong passwords. Try again in ${seconds} s.`,
    headers: { 'Retry-After': String(seconds) },
  };
}
