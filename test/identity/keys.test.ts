// Several keys at a time: which of them signs, and which are taken for which token of ann's.
import { describe, expect, it } from 'vitest';
import type { Secret } from '../../lib/identity/tokens.js';
import { NOON, OTHER, SECRET } from './forge.js';
import { ANN, annInRoom, at, kidOf, NEW, OLD, under } from './locksmith.js';

const NEVER = 'a third secret, which no server ever had';

describe('keys', () => {
  it('the first signs and says its name, all are accepted', async () => {
    const both = at([NEW, OLD]);
    expect(kidOf(await both.sign(annInRoom))).toBe('2026');
    await expect(both.verify(await both.sign(annInRoom))).resolves.toMatchObject(ANN);
    await expect(both.verify(await at([OLD]).sign(annInRoom))).resolves.toMatchObject(ANN);
  });

  it('that are gone are not accepted any more', async () => {
    await expect(at([NEW]).verify(under('2025', OTHER))).rejects.toThrow(/names a key that is not there/);
  });

  it('are not taken for one another', async () => {
    await expect(at([NEW, OLD]).verify(under('2025', SECRET))).rejects.toThrow(/wrong signature/);
    await expect(at([NEW, OLD]).verify(under(undefined, SECRET))).rejects.toThrow(/names no key: give the kid/);
    await expect(at(SECRET).verify(under('2026', SECRET))).rejects.toThrow(/names a key that is not there/);
  });

  it('without names are all tried for a token without one, and those with names are not', async () => {
    const mixed = at([{ secret: SECRET }, { secret: OTHER }, { kid: 'x', secret: NEVER }]);
    await expect(mixed.verify(under(undefined, SECRET))).resolves.toMatchObject(ANN);
    await expect(mixed.verify(under(undefined, OTHER))).resolves.toMatchObject(ANN);
    await expect(mixed.verify(under(undefined, NEVER))).rejects.toThrow(/wrong signature/);
  });

  it('end when they are said to: from then on another signs, and nothing of theirs is accepted', async () => {
    let now = NOON;
    const ending = { ...OLD, notAfter: new Date(NOON + 1000) };
    const tokens = at([ending, NEW], { now: () => now });
    const made = await tokens.sign(annInRoom);
    now = NOON + 999;
    await expect(tokens.verify(made)).resolves.toMatchObject(ANN);
    now = NOON + 1000;
    await expect(tokens.verify(made)).rejects.toThrow(/is of a key that is no longer taken: make a new one/);
    expect(kidOf(await tokens.sign(annInRoom))).toBe('2026');
    await expect(at([{ ...OLD, notAfter: NOON }]).sign(annInRoom)).rejects.toThrow(/"secret" has no key to sign with/);
  });

  it.each<[string, unknown, RegExp]>([
    ['a short one', 'hunter2', /option "secret" must have at least 32 bytes: make one with/],
    [
      'a short one of several',
      [NEW, { kid: 'b', secret: 'hunter2' }],
      /option "secret.1.secret" must have at least 32/,
    ],
    ['two of one name', [NEW, { ...OLD, kid: '2026' }], /option "secret" must have no two keys of one kid/],
    ['an empty name', [{ kid: '', secret: SECRET }], /option "secret.0.kid" must not be empty/],
    ['an end in words', [{ ...NEW, notAfter: 'tomorrow' }], /option "secret.0.notAfter" must be a Date, or milli/],
    ['none', undefined, /option "secret" must be a string, keys \{kid, secret\}, or a function/],
    ['a misspelt one', [{ ...NEW, notafter: 1 }], /option "secret.0" /],
    ['too many', Array.from({ length: 21 }, () => ({ secret: SECRET })), /option "secret" must have at most 20 keys/],
  ])('are refused at start when there is %s, without being repeated', (_what, secret, message) => {
    expect(() => at(secret as Secret)).toThrow(message);
    expect(() => at(secret as Secret)).not.toThrow(/hunter2|thirty-two/);
  });
});
