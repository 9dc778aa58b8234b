// Tokens for another time or for somebody else, signed as they should be, and what their developer is told.
import type { Row } from './bad_shapes.js';
import { CLAIMS, forge, SECONDS, SERVER_CLAIMS, saying } from './forge.js';

const DAY = 86_400;
const AUD = /claim aud must be "faye-online" and nothing else/;
const AHEAD = /claim exp is too far ahead: it is in seconds/;
const text = JSON.stringify(CLAIMS);

const instants = (claim: string): Row[] =>
  [null, String(SECONDS), new Date(SECONDS * 1000).toISOString(), '', true, [SECONDS], { $gt: 0 }, -1].map((value) => [
    `${claim} ${JSON.stringify(value)}`,
    saying({ [claim]: value }),
    new RegExp(`claim ${claim} must be a number of seconds since 1970`),
  ]);

export const TIMES: readonly Row[] = [
  ['no exp', saying({ exp: undefined }), /claim exp is missing: until when it may be used, in seconds since 1970/],
  ['an end an hour ago', saying({ exp: SECONDS - 3600 }), /has expired: make a new one/],
  ['an end beyond the skew', saying({ exp: SECONDS - 30 }), /has expired/],
  ['an end in 1970', saying({ exp: 0 }), /has expired/],
  ['an end in milliseconds', saying({ exp: (SECONDS + 3600) * 1000 }), AHEAD],
  ['an end in the year 2100', saying({ exp: 4_102_444_800 }), AHEAD],
  ['a life of more than 30 days', saying({ exp: SECONDS + 30 * DAY + 1 }), AHEAD],
  ['a life of more than 30 days, most of it over', saying({ iat: SECONDS - 29 * DAY, exp: SECONDS + 2 * DAY }), AHEAD],
  ['an end more than 30 days ahead, without iat', saying({ iat: undefined, exp: SECONDS + 30 * DAY + 31 }), AHEAD],
  ['an end of infinity', forge(text.replace(/"exp":\d+/, '"exp":1e999')), AHEAD],
  ['a beginning in an hour', saying({ nbf: SECONDS + 3600 }), /not valid yet \(claim nbf\): check the clocks/],
  ['a beginning beyond the skew', saying({ nbf: SECONDS + 31 }), /not valid yet/],
  ['a beginning in milliseconds', saying({ nbf: SECONDS * 1000 }), /not valid yet/],
  [
    'made in an hour',
    saying({ iat: SECONDS + 3600, exp: SECONDS + 7200 }),
    /made in the future \(claim iat\): check the clocks/,
  ],
  ['made beyond the skew', saying({ iat: SECONDS + 31 }), /made in the future/],
  ['made in milliseconds', saying({ iat: SECONDS * 1000 }), /made in the future/],
  ...instants('exp'),
  ...instants('nbf'),
  ...instants('iat'),
];

export const AUDIENCES: readonly Row[] = [
  ['no audience', saying({ aud: undefined }), AUD],
  ['another audience', saying({ aud: 'payroll' }), AUD],
  ['ours in capitals', saying({ aud: 'FAYE-ONLINE' }), AUD],
  ['ours with a slash', saying({ aud: 'faye-online/' }), AUD],
  ['ours and another', saying({ aud: ['faye-online', 'payroll'] }), AUD],
  ['ours and the servers', saying({ aud: ['faye-online', 'faye-online-server'] }), AUD],
  ['ours within a list within a list', saying({ aud: [['faye-online']] }), AUD],
  ['an empty list', saying({ aud: [] }), AUD],
  ['an empty string', saying({ aud: '' }), AUD],
  ['null', saying({ aud: null }), AUD],
  ['an object', saying({ aud: { 'faye-online': true } }), AUD],
  ['true', saying({ aud: true }), AUD],
  [
    'the audience of servers',
    saying({ aud: 'faye-online-server' }),
    /is for servers that publish: a page needs one of online.token/,
  ],
  ['a server token', forge(SERVER_CLAIMS), /is for servers that publish/],
];
