// Tokens of a wrong shape, with a wrong signature or under a wrong header, and what their developer is told.
import { CLAIMS, encode, forge, HEADER, hmac, OTHER, SECRET, saying, seal, unreadBits } from './forge.js';

/** What it is, the token, what is said of it. */
export type Row = readonly [what: string, token: string, message: RegExp];

const good = saying({});
const [head = '', body = '', signature = ''] = good.split('.');
const THREE = /three parts/;
const BASE64URL = /base64url without padding/;
const SIGNATURE = /wrong signature: sign it with the secret of this server/;

export const SHAPES: readonly Row[] = [
  ['an empty string', '', /is empty/],
  ['a blank', ' ', /blank/],
  ['a word', 'token', THREE],
  ['the word null', 'null', THREE],
  ['one dot', '.', THREE],
  ['two dots', '..', THREE],
  ['the header alone', head, THREE],
  ['no signature', `${head}.${body}`, THREE],
  ['an empty signature', `${head}.${body}.`, THREE],
  ['an empty payload', `${head}..${signature}`, THREE],
  ['an empty payload, signed', seal(`${head}.`), THREE],
  ['an empty header', `.${body}.${signature}`, THREE],
  ['an empty header, signed', seal(`.${body}`), THREE],
  ['a dot at the end', `${good}.`, THREE],
  ['a dot at the beginning', `.${good}`, THREE],
  ['four parts', `${good}.${signature}`, THREE],
  ['five parts, as if it were encrypted', `${head}.a.b.c.d`, THREE],
  ['two tokens', `${good}.${good}`, THREE],
  ['commas for dots', good.replaceAll('.', ','), THREE],
  ['full-width dots', good.replaceAll('.', '\uff0e'), THREE],
  ['a header of HTTP', `Bearer ${good}`, /blank/],
  ['a blank before it', ` ${good}`, /blank/],
  ['a line break after it', `${good}\n`, /line break/],
  ['a line break in it', `${head}.\r\n${body}.${signature}`, /line break/],
  ['a tab in it', `${head}.${body}\t.${signature}`, /blank/],
  ['a no-break space after it', `${good}\u00a0`, /blank/],
  ['a byte order mark before it', `\ufeff${good}`, /blank/],
  ['a zero-width space in it', `${head}.${body}\u200b.${signature}`, BASE64URL],
  ['a NUL after it', `${good}\0`, BASE64URL],
  ['quotes around it', `"${good}"`, BASE64URL],
  ['a Cyrillic letter for a Latin one', `${head.replace('e', '\u0435')}.${body}.${signature}`, BASE64URL],
  ['half a character', `${head}.${body}.${signature}\ud800`, BASE64URL],
  ['padding', `${head}=.${body}==.${signature}=`, BASE64URL],
  ['padding after the signature', `${good}=`, BASE64URL],
  [
    'base64 with its own two characters',
    seal(`${Buffer.from('{"alg":"HS256","x":"???>>>"}').toString('base64')}.${body}`),
    BASE64URL,
  ],
  ['percent encoding', good.replace('.', '%2E'), THREE],
  ['a part of one character, which no bytes make', seal(`${head}.a`), BASE64URL],
  ['the signature with other unread bits', `${head}.${body}.${unreadBits(signature)}`, BASE64URL],
  ['the header with other unread bits, signed', seal(`${unreadBits(encode('{"alg":"HS256"} '))}.${body}`), BASE64URL],
  [
    'the payload with other unread bits, signed',
    seal(
      `${head}.${unreadBits(encode(`${JSON.stringify(CLAIMS)}${' '.repeat(2 - (JSON.stringify(CLAIMS).length % 3))}`))}`,
    ),
    BASE64URL,
  ],
  ['9,000 characters', 'a'.repeat(9000), /too long: at most 8192/],
  ['a name of 8 KB, signed', saying({ name: 'x'.repeat(8000) }), /too long/],
  ['ten million dots', '.'.repeat(1e7), /too long/],
];

const edited = (claims: object): string => `${head}.${encode(JSON.stringify({ ...CLAIMS, ...claims }))}.${signature}`;

export const SIGNATURES: readonly Row[] = [
  ['another user', edited({ sub: 'bob' }), SIGNATURE],
  ['another name', edited({ name: 'Bob' }), SIGNATURE],
  ['another room', edited({ room: '/classes/5' }), SIGNATURE],
  ['a later end', edited({ exp: CLAIMS.exp + 1 }), SIGNATURE],
  ['more channels', edited({ subscribe: ['/staff'] }), SIGNATURE],
  [
    'the same claims in another order',
    `${head}.${encode(JSON.stringify(Object.fromEntries(Object.entries(CLAIMS).reverse())))}.${signature}`,
    SIGNATURE,
  ],
  ['another header', `${encode('{"alg":"HS256"}')}.${body}.${signature}`, SIGNATURE],
  ['a payload that is no JSON', `${head}.${encode('nonsense')}.${signature}`, SIGNATURE],
  ['the signature of another token', `${head}.${body}.${saying({ sub: 'bob' }).split('.')[2]}`, SIGNATURE],
  ['the signature of another key', forge(CLAIMS, HEADER, OTHER), SIGNATURE],
  ['the signature of an empty key', forge(CLAIMS, HEADER, ''), SIGNATURE],
  [
    'the secret read as base64',
    `${head}.${body}.${hmac('sha256', `${head}.${body}`, Buffer.from(SECRET, 'base64').toString('latin1'))}`,
    SIGNATURE,
  ],
  ['the secret with a line break', forge(CLAIMS, HEADER, `${SECRET}\n`), SIGNATURE],
  ['the signature of the payload alone', `${head}.${body}.${hmac('sha256', body)}`, SIGNATURE],
  ['a signature in hex', `${head}.${body}.${Buffer.from(signature, 'base64url').toString('hex')}`, SIGNATURE],
  [
    'a signature cut to half',
    `${head}.${body}.${encode(Buffer.from(signature, 'base64url').subarray(0, 16))}`,
    SIGNATURE,
  ],
  [
    'a signature cut by one byte',
    `${head}.${body}.${encode(Buffer.from(signature, 'base64url').subarray(0, 31))}`,
    SIGNATURE,
  ],
  [
    'a signature longer by one byte',
    `${head}.${body}.${encode(Buffer.concat([Buffer.from(signature, 'base64url'), Buffer.alloc(1)]))}`,
    SIGNATURE,
  ],
  ['a signature of zeros', `${head}.${body}.${encode(Buffer.alloc(32))}`, SIGNATURE],
  ['a signature by SHA-384', `${head}.${body}.${hmac('sha384', `${head}.${body}`)}`, SIGNATURE],
  [
    'a signature by SHA-512, cut to 32 bytes',
    `${head}.${body}.${encode(Buffer.from(hmac('sha512', `${head}.${body}`), 'base64url').subarray(0, 32))}`,
    SIGNATURE,
  ],
];
