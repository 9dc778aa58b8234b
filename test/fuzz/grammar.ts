// Bayeux messages: right ones, and right ones with something wrong about them.
import type { Random } from './random.js';
import { anyChannel, anyName, anyText, anyValue, MARK, named } from './values.js';

export type Fields = Record<string, unknown>;

/** Whom a message is said to be from. */
export interface Sender {
  /** The clientId that the server gave; nothing before a handshake. */
  readonly clientId: string | undefined;
  /** ClientIds of others that this sender knows. */
  readonly others: readonly string[];
  /** How it proves who it is. */
  readonly auth: object;
}

const ROOM = '/classes/4';
const LESSON = '/courses/5/lessons/1';
const TYPES = ['websocket', 'long-polling'] as const;

const KINDS: readonly [kind: (random: Random, n: number) => Fields, weight: number][] = [
  [() => ({ channel: '/meta/handshake', version: '1.0', supportedConnectionTypes: [...TYPES] }), 2],
  // A connect that may be held would hold up the fuzzer: most ask to be answered at once.
  [(random) => ({ channel: '/meta/connect', connectionType: random.of(TYPES), advice: { timeout: 0 } }), 3],
  [(random) => ({ channel: '/meta/subscribe', subscription: place(random) }), 3],
  [(random) => ({ channel: '/meta/subscribe', subscription: [place(random), place(random)] }), 1],
  [(random) => ({ channel: '/meta/unsubscribe', subscription: place(random) }), 2],
  [(random, n) => ({ channel: `${ROOM}/chat`, data: random.of<unknown>([{ n }, `${n}`, n, [n], null]) }), 5],
  [(random) => ({ channel: anyChannel(random), data: 1 }), 2],
  [() => ({ channel: '/faye_online/before_leave', data: {} }), 1],
  [() => ({ channel: '/meta/disconnect' }), 1],
];
const WEIGHT = KINDS.reduce((sum, [, weight]) => sum + weight, 0);

const place = (random: Random): string =>
  random.of([ROOM, `${ROOM}/chat`, `${ROOM}/user_list`, `${ROOM}/presence`, LESSON]);

/** A message, often with something wrong about it. */
export function message(random: Random, sender: Sender, n: number): unknown {
  const right = signed(kind(random)(random, n), random, sender, n);
  let wrong: unknown = right;
  for (let times = random.of([0, 0, 1, 1, 2, 5]); times > 0; times--) wrong = mutated(wrong, random, sender);
  return wrong;
}

function kind(random: Random): (random: Random, n: number) => Fields {
  let left = random.below(WEIGHT);
  for (const [make, weight] of KINDS) {
    left -= weight;
    if (left < 0) return make;
  }
  return () => ({});
}

function signed(fields: Fields, random: Random, { clientId, auth }: Sender, n: number): Fields {
  if (fields.channel !== '/meta/handshake' && clientId !== undefined) fields.clientId = clientId;
  if (random.chance(0.8)) fields.id = `${n}`;
  if (random.chance(0.8)) fields.auth = { ...auth, room_channel: ROOM, time_channel: LESSON, mark: MARK };
  if (random.chance(0.1)) fields.ext = { mark: MARK };
  return fields;
}

function mutated(value: unknown, random: Random, sender: Sender): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const fields = value as Fields;
  const names = Object.keys(fields);
  const name = names[random.below(names.length)] ?? 'channel';
  switch (random.below(10)) {
    case 0:
    case 1:
      return { ...fields, [name]: anyValue(random) };
    case 2:
      delete fields[name];
      return fields;
    case 3:
      return { ...fields, [anyText(random)]: MARK };
    case 4:
      return Object.assign(named(random, anyValue(random)), fields);
    case 5:
      return {
        ...fields,
        clientId: random.of<unknown>(['nobody', anyText(random), anyName(random), ...sender.others]),
      };
    case 6:
      return { ...fields, auth: mutatedAuth(fields.auth, random) };
    case 7:
      return { ...fields, channel: anyChannel(random) };
    case 8:
      return {
        ...fields,
        [random.of(['successful', 'error', 'advice', 'interval', 'authSuccessful'])]: anyValue(random),
      };
    default:
      return random.chance(0.1) ? anyValue(random) : fields;
  }
}

/** What a client says of itself, with one thing changed: also to another user, another place, and half a token. */
function mutatedAuth(auth: unknown, random: Random): unknown {
  const fields = typeof auth === 'object' && auth !== null ? (auth as Fields) : {};
  switch (random.below(6)) {
    case 0:
      return anyValue(random);
    case 1:
      return {
        ...fields,
        current_user: { uid: random.of<unknown>(['ann', 1, anyValue(random)]), uname: anyText(random) },
      };
    case 2:
      return { ...fields, room_channel: random.of<unknown>(['/classes/5', anyChannel(random), anyValue(random)]) };
    case 3:
      return { ...fields, token: typeof fields.token === 'string' ? flipped(fields.token, random) : anyText(random) };
    case 4:
      return { ...fields, token: anyValue(random) };
    default:
      return undefined;
  }
}

function flipped(token: string, random: Random): string {
  const at = random.below(token.length);
  return `${token.slice(0, at)}${random.of(['A', '', '.', 'é'])}${token.slice(at + 1)}`;
}

/** The JSON of one message or of a batch, now and then with a byte or a field too many. @returns it, and how many messages it holds */
export function body(random: Random, make: () => unknown): { readonly text: string; readonly count: number } {
  const count = random.of([1, 1, 2, 5, 10, 20, 20, 21]);
  const messages = Array.from({ length: count }, make);
  let text = JSON.stringify(count === 1 && random.chance(0.5) ? messages[0] : messages) ?? 'null';
  if (random.chance(0.03)) text = broken(text, random);
  return { text, count };
}

/** Text that is no JSON any more, or says the same thing twice. */
function broken(text: string, random: Random): string {
  const at = random.below(text.length);
  switch (random.below(5)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return text.slice(0, at) + random.of(['\u0000', '"', '{', ']', '\\u12', '💥']) + text.slice(at);
    case 2:
      return text.replace('"channel":', '"channel":"/meta/connect","channel":');
    case 3:
      return '['.repeat(random.of([10, 3000])) + text;
    default:
      return text.replace(/"id":"\d+"/, '"__proto__":{"successful":true}');
  }
}
