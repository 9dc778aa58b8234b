// Identities that end: tokens that run out while a page is open, and users whose tokens are called back.
import type { IncomingMessage } from 'node:http';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { standing } from '../../lib/identity/expiry.js';
import { byToken } from '../../lib/identity/identify.js';
import { Revocations, type Revoked } from '../../lib/identity/revocations.js';
import { NOON, saying, tokens } from './forge.js';

const DAY = 86_400_000;
const of = (uid: string, issued: number) => ({ user: { uid, uname: uid }, issued });
const at = (now: () => number = () => NOON, limit?: number) => new Revocations({ now, ...(limit ? { limit } : {}) });

describe('an identity', () => {
  it.each([
    ['fine', 'until its token runs out', NOON - 1],
    ['refresh', 'from then on, for a minute', NOON],
    ['refresh', 'until the last moment of that minute', NOON + 59_999],
    ['over', 'after that', NOON + 60_000],
  ])('is %s %s', (expected, _when, now) => expect(standing({ expires: NOON }, now)).toBe(expected));

  it('that no token made is always fine', () => expect(standing({}, Number.MAX_SAFE_INTEGER)).toBe('fine'));

  it('has the grace that it is given', () => {
    expect(standing({ expires: NOON }, NOON, 0)).toBe('over');
    expect(standing({ expires: NOON }, NOON + 1, 2)).toBe('refresh');
  });
});

describe('a revocation', () => {
  it("refuses a user's tokens that were made before it, and nobody else's", () => {
    const revocations = at();
    revocations.revoke('ann');
    expect(revocations.isRevoked(of('ann', NOON - 1))).toBe(true);
    expect(revocations.isRevoked(of('ann', NOON))).toBe(false);
    expect(revocations.isRevoked(of('bob', NOON - 1))).toBe(false);
  });

  it('does not touch those whom the site itself knows', () => {
    const revocations = at();
    revocations.revoke(7);
    expect(revocations.isRevoked({ user: { uid: '7', uname: 'seven' } })).toBe(false);
  });

  it('refuses at the door, and a token that is made right after it is good', async () => {
    const revocations = at(() => NOON);
    const come = (token: string) => byToken(tokens, revocations)({ place: {}, token }, {} as IncomingMessage, '/', {});
    const made = saying({ iat: NOON / 1000 - 1 });
    const ageless = saying({ iat: undefined });
    await expect(come(made)).resolves.toMatchObject({ user: { uid: 'ann' } });
    revocations.revoke('ann');
    await expect(come(made)).rejects.toMatchObject({
      field: 'token',
      code: 401,
      message: /was revoked: make a new one/,
    });
    await expect(come(ageless)).rejects.toThrow(/was revoked/);
    const fresh = await tokens.sign({ uid: 'ann', uname: 'Ann', room: '/classes/4' });
    await expect(come(fresh)).resolves.toMatchObject({ user: { uid: 'ann' } });
  });

  it('is never taken back by an earlier one, and never reaches into the future', () => {
    const revocations = at();
    revocations.revoke('ann', NOON);
    revocations.revoke('ann', NOON - DAY);
    revocations.revoke('bob', NOON + DAY);
    expect(revocations.isRevoked(of('ann', NOON - 1))).toBe(true);
    expect(revocations.isRevoked(of('bob', NOON))).toBe(false);
  });

  it('is told to other processes as JSON, and what they tell is checked', () => {
    const [here, there] = [at(), at()];
    const told = JSON.parse(JSON.stringify(here.revoke('ann')));
    there.merge(told);
    expect(there.isRevoked(of('ann', NOON - 1))).toBe(true);
    expect(JSON.parse(JSON.stringify(there))).toEqual({ everyone: 0, users: [['ann', NOON]] });
    for (const wrong of [
      null,
      {},
      { everyone: '1', users: [] },
      { everyone: 0, users: [['bob']] },
      { everyone: 0, users: [['', 1]] },
    ]) {
      expect(() => there.merge(wrong)).toThrow('revocations must be {everyone, users: [[uid, notBefore], …]}');
    }
    there.merge({ everyone: NOON + DAY, users: [] });
    expect(there.isRevoked(of('carol', NOON))).toBe(false);
    for (const uid of ['', ' ', undefined, null, 8.7]) {
      expect(() => here.revoke(uid as string)).toThrow(/^revoke: uid /);
    }
    expect(() => here.revoke('ann', Number.NaN)).toThrow(/^revoke: notBefore must be milliseconds/);
  });

  it('is forgotten when the tokens that it was for have run out by themselves', () => {
    let now = NOON;
    const revocations = at(() => now, 2);
    revocations.revoke('ann');
    revocations.revoke('bob');
    now += 31 * DAY;
    revocations.revoke('carol');
    expect(revocations.toJSON()).toEqual({ everyone: 0, users: [['carol', now]] });
  });

  it('is one for everybody when there are more than can be remembered: nothing revoked comes back', () => {
    let now = NOON;
    const revocations = at(() => now, 10);
    for (let i = 0; i < 100; i++) {
      revocations.revoke(`user${i}`);
      expect(revocations.size).toBeLessThanOrEqual(10);
      now += 1000;
    }
    for (let i = 0; i < 100; i++) expect(revocations.isRevoked(of(`user${i}`, NOON + i * 1000 - 1))).toBe(true);
    expect(revocations.isRevoked(of('carol', now))).toBe(false);
  });

  it('means the same to all processes, in whatever order and however often they are told', () => {
    const revoked = fc.record({
      everyone: fc.nat(9),
      users: fc.array(fc.tuple(fc.constantFrom('ann', 'bob', 'carol'), fc.nat(9)), { maxLength: 4 }),
    });
    const asked = ['ann', 'bob', 'carol'].flatMap((uid) => Array.from({ length: 11 }, (_, issued) => of(uid, issued)));
    const answers = (told: readonly Revoked[]) => {
      const revocations = at();
      for (const each of told) revocations.merge(each);
      return asked.map((identity) => revocations.isRevoked(identity));
    };
    fc.assert(
      fc.property(fc.array(revoked, { maxLength: 5 }), (told) => {
        expect(answers([...told].reverse().concat(told))).toEqual(answers(told));
      }),
    );
  });
});
