// Attacks by one message or one batch, sent by HTTP and by WebSocket: types that are wrong, depths, lengths, numbers.
import type { Attack, Outcome, Variant } from './attack.js';
import { type Answer, HANDSHAKE, Peer, post, sendFrame, TYPES } from './peer.js';
import type { Victim } from './victim.js';

const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;

/** What came of it, in short: the status, and the first error. */
const short = ({ status, replies }: Answer): string => [status, replies[0]?.error ?? []].flat().join(' ');

/** Stands for a clientId that the server gave: whoever asks gets one. */
const ID = '<clientId>';

async function filled(text: string, victim: Victim): Promise<string> {
  if (!text.includes(ID)) return text;
  return text.replace(ID, (await new Peer(victim, 'bob').handshake()).clientId);
}

interface Case {
  readonly row: number;
  readonly name: string;
  readonly text: string;
  readonly stock: Attack['stock'];
  /** When stock Faye ends otherwise by WebSocket. */
  readonly stockSocket?: Outcome;
  readonly variant?: Variant;
  readonly heavy?: true;
  /** The error in the reply; what a whole body gets stands in `http` and `socket`. */
  readonly error?: string;
  readonly http?: string;
  readonly socket?: string;
}

function byBoth({ row, name, text, stock, stockSocket, variant, heavy, error, http, socket }: Case): Attack[] {
  const more = { ...(variant && { variant }), ...(heavy && { heavy }) };
  return [
    {
      ...more,
      row,
      name: `${name}, by HTTP`,
      stock,
      run: async (victim) => ({ got: short(await post(victim, await filled(text, victim))) }),
      answer: http ?? `200 ${error}`,
    },
    {
      ...more,
      row,
      name: `${name}, by WebSocket`,
      stock: stockSocket ?? stock,
      run: async (victim) => ({ got: short(await sendFrame(victim, await filled(text, victim))) }),
      answer: socket ?? `101 ${error}`,
    },
  ];
}

const message = (fields: object): string => JSON.stringify(fields);
const connect = { channel: '/meta/connect', clientId: ID, connectionType: 'long-polling' };
const STRINGS = { toString: 1 };

/** Each of them ends stock Faye when an extension of the host's is asynchronous. */
const WRONG_TYPES: readonly (readonly [name: string, fields: object, error: string])[] = [
  ['a channel that is a list', { channel: ['/foo'], data: 1 }, '405:channel:channel must be a string'],
  ['a channel without toString', { channel: STRINGS, data: 1 }, '405:channel:channel must be a string'],
  [
    'connection types that are no list',
    { ...HANDSHAKE, supportedConnectionTypes: { filter: 1 } },
    '402:supportedConnectionTypes:supportedConnectionTypes must be an array',
  ],
  ['a clientId without toString', { ...connect, clientId: STRINGS }, '402:clientId:clientId must be a string'],
  [
    'a connection type without toString',
    { ...connect, connectionType: STRINGS },
    '301:connectionType:connectionType must be one of websocket long-polling',
  ],
  [
    'advice that is a word',
    { ...connect, connectionType: 'eventsource', advice: 'x' },
    '301:connectionType:connectionType must be one of websocket long-polling',
  ],
];

const DEEP =
  '400:message:The message is nested deeper than 16 - send less in one or raise limits.depth or limits.nodes';

export const messageAttacks: readonly Attack[] = [
  ...byBoth({
    row: 4,
    name: 'connection types with a length of 1e12',
    text: message({ ...HANDSHAKE, supportedConnectionTypes: { length: 1e12 } }),
    stock: 'hangs',
    error: '402:supportedConnectionTypes:supportedConnectionTypes must be an array',
  }),
  ...byBoth({
    row: 5,
    name: 'an id of 3,000 nested lists',
    text: `{"channel":"/meta/connect","clientId":"${ID}","connectionType":"long-polling","id":${nested(3000)}}`,
    stock: 'dies',
    error: DEEP,
  }),
  ...WRONG_TYPES.flatMap(([name, fields, error]) =>
    byBoth({ row: 10, name, text: message(fields), variant: 'async', stock: 'dies', error }),
  ),
  ...byBoth({
    row: 11,
    name: 'a connection type without toString, while an engine is away at Redis',
    text: message({ ...connect, connectionType: STRINGS }),
    variant: 'redis',
    stock: 'dies',
    error: '301:connectionType:connectionType must be one of websocket long-polling',
  }),
  ...byBoth({
    row: 12,
    name: '50,000 empty messages',
    text: `[${Array(50_000).fill('{}').join()}]`,
    stock: 'hangs',
    http: '413',
    socket: 'closed',
  }),
  ...byBoth({
    row: 12,
    name: '21,000 empty messages, which are few enough bytes',
    text: `[${Array(21_000).fill('{}').join()}]`,
    // About as long as a test waits: sometimes it is through in time.
    stock: 'slow',
    http: '400',
    socket: '101 400:message:at most 20 messages in one request (limits.batch) - got 21000 - send fewer',
  }),
  ...byBoth({
    row: 13,
    name: '30,000 handshakes in one batch',
    text: JSON.stringify(Array(30_000).fill({ ...HANDSHAKE, supportedConnectionTypes: TYPES })),
    stock: 'hangs',
    http: '413',
    socket: 'closed',
  }),
  ...byBoth({
    row: 14,
    name: 'a subscription to 100,000 channels',
    text: message({
      channel: '/meta/subscribe',
      clientId: ID,
      subscription: Array.from({ length: 100_000 }, (_, n) => `/a/${n}`),
    }),
    heavy: true,
    stock: 'harmed',
    http: '413',
    socket: 'closed',
  }),
  ...byBoth({
    row: 14,
    name: 'a subscription to 1,000 channels, which are few enough bytes',
    text: message({
      channel: '/meta/subscribe',
      clientId: ID,
      subscription: Array.from({ length: 1000 }, (_, n) => `/a/${n}`),
    }),
    stock: 'survives',
    error: '405:subscription:subscription must be a channel or at most 50 of them',
  }),
];
