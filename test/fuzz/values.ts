// Values that somebody may not have thought of: wrong types, limits of numbers, strange text, depth, and names that JavaScript knows.
import type { Random } from './random.js';

/** Written into what a client says of itself. Nobody else may ever see it. */
export const MARK = 'only-for-the-server';

const NUMBERS = [0, -0, -1, 0.5, 1e12, 1e308, -1e308, 2 ** 31, 2 ** 53, 2 ** 53 + 2, 5e-324] as const;
const TEXTS = [
  '',
  ' ',
  '\u0000',
  '\ud800',
  '\u202etxet',
  '\u2028',
  '\ufeff',
  '💥'.repeat(40),
  'x'.repeat(300),
  'e\u0301'.repeat(70),
  '%00',
  '../..',
  '<img onerror=alert(1)>',
  '<%= 7*7 %>',
  "' OR 1=1 --",
  'a:b{c}',
  '\r\nSet-Cookie: a=b',
  '\u001b[31m',
  '__proto__',
  'constructor',
  'NaN',
] as const;
const CHANNELS = [
  '/',
  '//',
  '/**',
  '/*',
  '/classes/*',
  '/classes/4/**',
  '/classes/4/../5',
  '/classes/4/',
  '/meta',
  '/meta/subscribe/x',
  '/meta/unknown',
  '/service/x',
  '/faye_online/before_leave',
  '/faye_online/x',
  '/classes/4/user_list',
  '/classes/4/presence',
  '/classes/5',
  '/{x}:y',
  '/a\nb',
  '/%2f',
  '/é',
  `/${'x'.repeat(200)}`,
  '/a'.repeat(40),
] as const;
/** Names that an object has without being told. */
const NAMES = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
  'length',
  'then',
  'toJSON',
] as const;

/** Text of the JSON of a nested list: too deep ones would be as deep in the fuzzer. */
export const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth));

/** Any value that JSON has. */
export function anyValue(random: Random): unknown {
  switch (random.below(12)) {
    case 0:
      return null;
    case 1:
      return random.chance(0.5);
    case 2:
    case 3:
      return NUMBERS[random.below(NUMBERS.length)];
    case 4:
    case 5:
      return anyText(random);
    case 6:
      return anyChannel(random);
    case 7:
      return named(random, random.of<unknown>([1, null, 'x', [], {}]));
    case 8:
      return Array.from({ length: random.of([0, 1, 60]) }, () => random.of<unknown>(['/classes/4', 1, null, '']));
    case 9:
      return { length: random.of<unknown>([1e12, -1, 'x']) };
    case 10:
      return nested(random.of([2, 15, 17, 500]));
    default:
      return random.chance(0.1) ? Array(2500).fill(0) : { data: { current_user: 1 } };
  }
}

export const anyText = (random: Random): string => TEXTS[random.below(TEXTS.length)] ?? '';
export const anyChannel = (random: Random): string => CHANNELS[random.below(CHANNELS.length)] ?? '';
export const anyName = (random: Random): string => NAMES[random.below(NAMES.length)] ?? '';

/** An object with a name of the dangerous ones as a property of its own, as JSON.parse makes it. */
export function named(random: Random, value: unknown): object {
  const object = {};
  Object.defineProperty(object, anyName(random), { value, enumerable: true, configurable: true, writable: true });
  return object;
}
