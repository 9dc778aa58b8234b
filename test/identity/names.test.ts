// What becomes of the names of ann, bob, carol and those who would like to be more than a name.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanName } from '../../lib/identity/claim.js';
import { HOSTILE_NAMES } from '../support/hostile_names.js';

/** Written down anew, as ranges of code points: what may be nowhere in a name. */
const FORBIDDEN: readonly (readonly [from: number, to: number])[] = [
  [0x00, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x34f, 0x34f],
  [0x61c, 0x61c],
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x200b, 0x200b],
  [0x200e, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0x2800, 0x2800],
  [0x3164, 0x3164],
  [0xd800, 0xdfff],
  [0xfdd0, 0xfdef],
  [0xfe00, 0xfe0e],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff0, 0xfffc],
  [0xfffe, 0xffff],
  [0x1bca0, 0x1bca3],
  [0x1d173, 0x1d17a],
  [0xe0000, 0xe0fff],
];
const forbidden = (name: string): string[] =>
  [...name].filter((one) => FORBIDDEN.some(([from, to]) => from <= codeOf(one) && codeOf(one) <= to));
const codeOf = (one: string): number => one.codePointAt(0) ?? 0;
const FLOOD = /\p{M}{5}/u;
const NOTHING_SEEN = /^[\p{M}\p{Z}\p{DI}]+$/u;

function expectClean(name: string): void {
  const clean = cleanName(name);
  expect([...clean].length).toBeLessThanOrEqual(64);
  expect(clean).toBe(clean.normalize('NFC'));
  expect(forbidden(clean)).toEqual([]);
  expect(clean).not.toMatch(FLOOD);
  expect(clean).not.toMatch(NOTHING_SEEN);
  expect(clean).toBe(clean.trim());
  expect(cleanName(clean)).toBe(clean);
}

const shown = (name: string): string => JSON.stringify(name.slice(0, 40));

describe('a hostile name', () => {
  it('is one of more than a hundred', () => expect(new Set(HOSTILE_NAMES).size).toBeGreaterThan(100));

  it.each(HOSTILE_NAMES.map((name) => [shown(name), name]))('%s is clean afterwards', (_shown, name) =>
    expectClean(name),
  );

  it('is clean afterwards, whatever it is made of', () => {
    const pieces = HOSTILE_NAMES.flatMap((name) => [...name.slice(0, 80)]);
    const unit = fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }));
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 90 }), (units) => expectClean(units.join(''))),
      { numRuns: 5000 },
    );
  });

  it('of any one of the forbidden characters is what is left without it', () => {
    for (const [from, to] of FORBIDDEN) {
      for (let code = from; code <= to; code++) expect(cleanName(`a${String.fromCodePoint(code)}b`)).toBe('ab');
    }
  });
});

describe('an ordinary name', () => {
  it.each([
    'Ann',
    "O'Brien-Smith, Jr.",
    'Jos\u00e9 \u00c1ngel',
    'Nguy\u1ec5n V\u0103n \u1ea2nh',
    '\u738b\u5c0f\u660e',
    '\u5c71\u7530\u3000\u592a\u90ce',
    '\u8fbb',
    '\uae40\uc601\ud76c',
    '\u0645\u062d\u0645\u062f',
    '\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645',
    '\u05d9\u05e2\u05b2\u05e7\u05b9\u05d1',
    '\u0936\u094d\u0930\u0940\u092e\u093e\u0928\u094d',
    '\u0d05\u0d35\u0d7b',
    '\u0915\u094d\u200d\u0937',
    '\u0dc1\u0dca\u200d\u0dbb\u0dd3',
    '\u0e19\u0e49\u0e33\u0e1d\u0e19',
    'Ann \u2764\ufe0f',
    '\u{1f468}\u200d\u{1f469}\u200d\u{1f467} Family',
    '\u{1f44b}\u{1f3fd} Bob',
    '\u{1f469}\u{1f3fd}\u200d\u{1f680} Carol',
    '\u{1f3f3}\ufe0f\u200d\u{1f308}',
    '\u{1f1e9}\u{1f1ea} Bob',
    '1\ufe0f\u20e3',
    'R2-D2 (retired)',
    '123',
  ])('%s stays as it is', (name) => expect(cleanName(name)).toBe(name.normalize('NFC')));

  it.each([
    [' Ann ', 'Ann'],
    ['A\u0301nn', '\u00c1nn'],
    ['\u202eAnn\0', 'Ann'],
    ['\ufeffBob\r\n', 'Bob'],
    ['an\u200dn', 'ann'],
    ['Carol\ufe0f', 'Carol'],
    ['\u200b\u202e\u3164', ''],
    ['\u200d', ''],
    ['a'.repeat(70), 'a'.repeat(64)],
    [`${'a'.repeat(63)} b`, 'a'.repeat(63)],
  ])('%j becomes %j', (name, clean) => expect(cleanName(name)).toBe(clean));
});
