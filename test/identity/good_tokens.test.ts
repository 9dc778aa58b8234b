// Tokens that let ann in: ours, and those of other languages' libraries; and that no change to one goes unnoticed.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placeError } from '../../lib/bayeux/channels.js';
import { Tokens } from '../../lib/identity/tokens.js';
import { CLAIMS, forge, NOON, OTHER, SECONDS, SECRET, SERVER_CLAIMS, saying, tokens, under } from './forge.js';

const DAY = 86_400;
const LIFE = 30 * DAY;
const ANN = { uid: 'ann', uname: 'Ann' };
const PLACE = { room: '/classes/4', activity: '/courses/5/lessons/1' };
const HOUR = { issued: NOON, expires: NOON + 3_600_000 };
const annInRoom = { ...ANN, room: PLACE.room, time: PLACE.activity };

describe('a token is accepted', () => {
  it.each<[string, string, object]>([
    ['made by hand', saying({}), { user: ANN, place: PLACE, ...HOUR }],
    ['without typ', forge(CLAIMS, { alg: 'HS256' }), { user: ANN }],
    ['with typ in small letters', under({ typ: 'jwt' }), { user: ANN }],
    ['with typ as a media type', under({ typ: 'application/jwt' }), { user: ANN }],
    ['with a header that says more', under({ nonce: 'x', iss: 'site' }), { user: ANN }],
    ['with the header in another order', forge(CLAIMS, '{"typ":"JWT","alg":"HS256"}'), { user: ANN }],
    ['with blanks in its JSON', forge(JSON.stringify(CLAIMS, null, 2), '{ "alg": "HS256" }\n'), { user: ANN }],
    ['with escapes in its JSON', forge(JSON.stringify(CLAIMS).replace('"sub"', '"\\u0073ub"')), { user: ANN }],
    ['with claims of its own', saying({ jti: 'x', iss: 'site', role: { admin: true }, scope: 'all' }), { user: ANN }],
    ['with one name in several objects', saying({ a: { b: 1 }, c: [{ b: 1 }, { b: 2 }] }), { user: ANN }],
    ['with its audience in a list', saying({ aud: ['faye-online'] }), { user: ANN }],
    ['of the last second of skew', saying({ exp: SECONDS - 29 }), { expires: NOON - 29_000 }],
    [
      'of half seconds',
      saying({ exp: SECONDS + 0.5, iat: SECONDS - 0.25 }),
      { issued: NOON - 250, expires: NOON + 500 },
    ],
    ['begun', saying({ nbf: SECONDS - 60 }), { user: ANN }],
    ['that begins within the skew', saying({ nbf: SECONDS + 30 }), { user: ANN }],
    ['of a clock that is ahead', saying({ iat: SECONDS + 30 }), { issued: NOON + 30_000 }],
    ['for 30 days', saying({ exp: SECONDS + LIFE }), { expires: NOON + LIFE * 1000 }],
    [
      'without iat, as made 30 days before its end',
      saying({ iat: undefined }),
      { issued: NOON + (3600 - LIFE) * 1000 },
    ],
    ['for a room alone', saying({ time: undefined }), { place: { room: '/classes/4' } }],
    ['for a lesson alone', saying({ room: undefined }), { place: { activity: '/courses/5/lessons/1' } }],
    ['of a number, as its digits', saying({ sub: '470700' }), { user: { uid: '470700', uname: 'Ann' } }],
    ['of an e-mail address', saying({ sub: 'ann@school.example' }), { user: { uid: 'ann@school.example' } }],
    ['of 64 characters', saying({ sub: 'a'.repeat(64) }), { user: { uid: 'a'.repeat(64) } }],
    ['of a Chinese name', saying({ sub: '\u738b', name: '\u738b\u5c0f\u660e' }), { user: { uid: '\u738b' } }],
    ['of a name that is cleaned', saying({ name: '\u202eAnn\0 ' }), { user: ANN }],
    [
      'with further channels',
      saying({ subscribe: ['/news'], publish: ['/chat'] }),
      { subscribe: ['/news'], publish: ['/chat'] },
    ],
    ['with 50 channels', saying({ subscribe: Array(50).fill('/news') }), { subscribe: Array(50).fill('/news') }],
    ['with no further channels', saying({ subscribe: [] }), { subscribe: [] }],
  ])('%s', async (_what, token, identity) => {
    expect(await tokens.verify(token)).toMatchObject(identity);
  });

  it('made by sign, for an hour unless it says how long', async () => {
    expect(await tokens.verify(await tokens.sign(annInRoom))).toEqual({
      user: ANN,
      place: PLACE,
      ...HOUR,
      key: expect.any(String),
    });
    const long = await tokens.verify(await tokens.sign({ ...annInRoom, uid: 7 }, { expiresIn: LIFE }));
    expect(long).toMatchObject({ user: { uid: '7' }, expires: NOON + LIFE * 1000 });
  });

  it('with the channels that the door allows', async () => {
    const grantError = (action: string, name: unknown) =>
      action === 'publish' || name === '/a' ? null : 'is not yours';
    const choosy = new Tokens(SECRET, placeError, { grantError, now: () => NOON });
    await expect(choosy.verify(saying({ publish: ['/x'], subscribe: ['/a'] }))).resolves.toMatchObject({
      publish: ['/x'],
    });
    await expect(choosy.verify(saying({ subscribe: ['/a', '/x'] }))).rejects.toThrow('claim subscribe.1 is not yours');
  });
});

describe('a server token', () => {
  it('says which publisher it was made for', async () => {
    const token = await tokens.signServer({ name: 'billing' });
    expect(await tokens.verifyServer(token)).toEqual({ publisher: 'billing', ...HOUR });
    expect(await tokens.verifyServer(forge(SERVER_CLAIMS))).toMatchObject({ publisher: 'billing' });
  });

  it('is no client token, and the other way round', async () => {
    const server = await tokens.signServer({ name: 'billing' });
    await expect(tokens.verify(server)).rejects.toThrow(/is for servers that publish/);
    await expect(tokens.verifyServer(await tokens.sign(annInRoom))).rejects.toThrow(/is for a page/);
    const both = { ...CLAIMS, ...SERVER_CLAIMS, aud: ['faye-online', 'faye-online-server'] };
    await expect(tokens.verify(forge(both))).rejects.toThrow(/claim aud must be "faye-online" and nothing else/);
    await expect(tokens.verifyServer(forge(both))).rejects.toThrow(/claim aud must be "faye-online-server" and/);
  });

  it.each<[string, object, RegExp]>([
    ['another scope', { scope: 'all' }, /claim scope must be "publish"/],
    ['several scopes', { scope: ['publish'] }, /claim scope must be "publish"/],
    ['no scope', { scope: undefined }, /claim scope is missing/],
    ['no name', { sub: undefined }, /claim sub is missing/],
    ['an end in the past', { exp: SECONDS - 60 }, /has expired/],
    ['no end', { exp: undefined }, /claim exp is missing/],
  ])('with %s is refused', async (_what, claims, message) => {
    await expect(tokens.verifyServer(forge({ ...SERVER_CLAIMS, ...claims }))).rejects.toThrow(message);
  });

  it('of another key is refused, and none is made for nonsense', async () => {
    await expect(tokens.verifyServer(forge(SERVER_CLAIMS, { alg: 'HS256' }, OTHER))).rejects.toThrow(/wrong signature/);
    await expect(tokens.signServer({ name: '' })).rejects.toThrow(/token: name is missing/);
  });
});

describe('a changed token', () => {
  const good = saying({ subscribe: ['/news'] });
  const survives = (token: string) => tokens.verify(token).then(JSON.stringify, () => null);

  it('is refused, whichever bit of whichever character it is', async () => {
    const changed = [...good].flatMap((_, at) => [0, 1, 2, 3, 4, 5, 6].map((bit) => flip(good, at, 1 << bit)));
    const passed = await Promise.all(changed.map(survives));
    expect(changed.length).toBeGreaterThan(1500);
    expect(passed.filter((identity) => identity !== null)).toEqual([]);
  });

  it('is refused, whatever is put in, taken out or put in its place', async () => {
    const edit = fc.record({
      at: fc.nat(good.length),
      out: fc.nat(3),
      in: fc.oneof(fc.base64String({ maxLength: 4 }), fc.string({ unit: 'binary', maxLength: 3 })),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 3 }), async (edits) => {
        let token = good;
        for (const { at, out, in: text } of edits) token = token.slice(0, at) + text + token.slice(at + out);
        fc.pre(token !== good);
        expect(await survives(token)).toBeNull();
      }),
      { numRuns: 2000 },
    );
  });
});

const flip = (text: string, at: number, mask: number): string =>
  text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ mask) + text.slice(at + 1);
