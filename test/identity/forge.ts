// Tokens made by hand, as a site in another language would make them, or a forger.
import { createHmac, createSign, generateKeyPairSync } from 'node:crypto';
import { placeError } from '../../lib/bayeux/channels.js';
import { Tokens } from '../../lib/identity/tokens.js';

export const SECRET = 'a secret of at least thirty-two bytes';
export const OTHER = 'another secret, of thirty-two bytes too';
/** Noon on the first of May, in milliseconds. */
export const NOON = Date.parse('2026-05-01T12:00:00Z');
export const SECONDS = NOON / 1000;

/** The tokens of a site with one key without kid, at noon. */
export const tokens = new Tokens(SECRET, placeError, { now: () => NOON });

export const HEADER = { alg: 'HS256', typ: 'JWT' };
export const CLAIMS = {
  sub: 'ann',
  name: 'Ann',
  room: '/classes/4',
  time: '/courses/5/lessons/1',
  aud: 'faye-online',
  iat: SECONDS,
  exp: SECONDS + 3600,
};
export const SERVER_CLAIMS = { sub: 'billing', scope: 'publish', aud: 'faye-online-server', exp: SECONDS + 3600 };

export const encode = (part: string | Uint8Array): string => Buffer.from(part).toString('base64url');
const write = (part: unknown): string => (typeof part === 'string' ? part : JSON.stringify(part));

export function hmac(hash: string, text: string, secret: string = SECRET): string {
  return createHmac(hash, secret).update(text).digest('base64url');
}

/** Signs any header and payload, as JSON or as the text that they are. */
export function forge(payload: unknown, header: unknown = HEADER, secret: string = SECRET): string {
  return seal(`${encode(write(header))}.${encode(write(payload))}`, secret);
}

/** Puts a good signature to anything. */
export const seal = (text: string, secret: string = SECRET): string => `${text}.${hmac('sha256', text, secret)}`;

/** Ann's token with other claims; `undefined` takes one away. */
export const saying = (claims: object): string => forge({ ...CLAIMS, ...claims });

/** Ann's token with another header. */
export const under = (header: object): string => forge(CLAIMS, { ...HEADER, ...header });

/** Ann's token with a signature by another algorithm, as its header says. */
export function signedBy(alg: string, sign: (text: string) => string): string {
  const text = `${encode(write({ alg, typ: 'JWT' }))}.${encode(write(CLAIMS))}`;
  return `${text}.${sign(text)}`;
}

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
export const rs256 = (text: string): string => createSign('sha256').update(text).sign(rsa.privateKey, 'base64url');
export const es256 = (text: string): string =>
  createSign('sha256').update(text).sign({ key: ec.privateKey, dsaEncoding: 'ieee-p1363' }, 'base64url');
export const RSA_JWK = rsa.publicKey.export({ format: 'jwk' });

/** The same bytes, written in another way: the last character's unread bits are set. */
export function unreadBits(part: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return part.slice(0, -1) + alphabet[alphabet.indexOf(part.slice(-1)) + 1];
}
