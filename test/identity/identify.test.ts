// The three ways to know who ann is, and what she is told when it fails.
import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { placeError } from '../../lib/bayeux/channels.js';
import { cleanName, readClaim } from '../../lib/identity/claim.js';
import { type Authenticate, byHost, byToken, byWord } from '../../lib/identity/identify.js';
import { Tokens } from '../../lib/identity/tokens.js';

const SECRET = 's'.repeat(32);
const request = {} as IncomingMessage;
const claim = (auth: unknown) => readClaim(auth, placeError);
const ann = { uid: 'ann', uname: 'Ann' };

describe('a claim', () => {
  it('is read as the gem wrote it, integers as their digits', () => {
    const auth = {
      room_channel: '/classes/4',
      time_channel: '/courses/5/lessons/1',
      current_user: { uid: 470700, uname: 'mvj3', other: 1 },
    };
    expect(claim(auth)).toEqual({
      place: { room: '/classes/4', activity: '/courses/5/lessons/1' },
      user: { uid: '470700', uname: 'mvj3' },
    });
  });

  it.each<[string, unknown, string, RegExp]>([
    ['nothing', null, 'auth', /must be \{room_channel/],
    ['true', true, 'auth', /must be/],
    ['a list', [1], 'auth', /must be/],
    ['a room without a slash', { room_channel: 'classes4' }, 'room_channel', /segments/],
    ['a room with a slash at its end', { room_channel: '/classes/4/' }, 'room_channel', /segments/],
    ['a room with a newline', { room_channel: '/classes/4\n' }, 'room_channel', /segments/],
    ['a room that is a number', { room_channel: 4 }, 'room_channel', /must be a string/],
    ['a room that is too long', { room_channel: `/${'a'.repeat(128)}` }, 'room_channel', /128/],
    ['a room that is too deep', { room_channel: '/a'.repeat(9) }, 'room_channel', /8 segments/],
    ['a room that is a list', { room_channel: '/a/user_list' }, 'room_channel', /user_list/],
    ['a lesson in /meta', { time_channel: '/meta/x' }, 'time_channel', /\/meta/],
    ['a user that is a string', { current_user: 'ann' }, 'current_user', /\{uid, uname\}/],
    ['a user without uid', { current_user: { uname: 'Ann' } }, 'current_user.uid', /missing/],
    ['a user without uname', { current_user: { uid: 1 } }, 'current_user.uname', /missing/],
    [
      'a uid that is a list',
      { current_user: { uid: [1], uname: 'Ann' } },
      'current_user.uid',
      /string or a whole number/,
    ],
    ['a uid that is a fraction', { current_user: { uid: 8.7, uname: 'Ann' } }, 'current_user.uid', /./],
    ['an empty uid', { current_user: { uid: '', uname: 'Ann' } }, 'current_user.uid', /missing/],
    ['half a character as uid', { current_user: { uid: '\ud800', uname: 'Ann' } }, 'current_user.uid', /halves/],
    ['a uid with a blank at its end', { current_user: { uid: 'ann ', uname: 'Ann' } }, 'current_user.uid', /blank/],
    ['a long uid', { current_user: { uid: 'x'.repeat(65), uname: 'Ann' } }, 'current_user.uid', /64/],
    ['an invisible name', { current_user: { uid: 1, uname: '\u200b\u202e' } }, 'current_user.uname', /missing/],
    ['a token that is an object', { token: {} }, 'token', /string/],
  ])('that is %s is refused by field', (_what, auth, field, message) => {
    expect(() => claim(auth)).toThrow(
      expect.objectContaining({ name: 'Unidentified', field, message: expect.stringMatching(message) }),
    );
  });

  it('has names without control and bidi characters, composed, of at most 64 code points', () => {
    expect(cleanName('A\u0301nn\u202e\u0000\u200b')).toBe('\u00c1nn');
    expect([...cleanName('😀'.repeat(100))]).toHaveLength(64);
  });
});

describe('a token', () => {
  const tokens = new Tokens([{ secret: SECRET }], placeError);
  const identify = byToken(tokens);
  const annInRoom = { uid: 'ann', uname: 'Ann', room: '/classes/4', time: '/lessons/1' };
  const come = async (token: string, auth: object = {}) =>
    identify(claim({ token, ...auth }), request, '/meta/handshake', {});

  it('says who and where', async () => {
    expect(await come(await tokens.sign(annInRoom))).toEqual({
      issued: expect.closeTo(Date.now(), -4),
      expires: expect.closeTo(Date.now() + 3_600_000, -4),
      key: expect.any(String),
      user: ann,
      place: { room: '/classes/4', activity: '/lessons/1' },
    });
  });

  it('may grant further channels', async () => {
    const token = await tokens.sign({ ...annInRoom, subscribe: ['/news'], publish: ['/chat'] });
    expect(await come(token)).toMatchObject({ subscribe: ['/news'], publish: ['/chat'] });
  });

  it('must agree with what else the page says', async () => {
    const token = await tokens.sign(annInRoom);
    await expect(
      come(token, { current_user: { uid: 'ann', uname: 'whatever' }, room_channel: '/classes/4' }),
    ).resolves.toBeTruthy();
    await expect(come(token, { current_user: { uid: 'bob', uname: 'Bob' } })).rejects.toMatchObject({
      field: 'current_user.uid',
    });
    await expect(come(token, { room_channel: '/classes/5' })).rejects.toMatchObject({ field: 'room_channel' });
    await expect(come(token, { time_channel: '/lessons/2' })).rejects.toMatchObject({ field: 'time_channel' });
  });

  it('is good for no other place than its own', async () => {
    const roomless = await tokens.sign({ uid: 'ann', uname: 'Ann', time: '/lessons/1' });
    await expect(come(roomless, { room_channel: '/classes/4' })).rejects.toMatchObject({ field: 'room_channel' });
    const idle = await tokens.sign({ uid: 'ann', uname: 'Ann', room: '/classes/4' });
    await expect(come(idle, { time_channel: '/lessons/1' })).rejects.toMatchObject({ field: 'time_channel' });
    await expect(
      come(await tokens.sign({ ...annInRoom, uid: 7 }), { current_user: { uid: 7, uname: 'Ann' } }),
    ).resolves.toMatchObject({ user: { uid: '7' } });
  });

  it('is required', async () => {
    await expect(identify(claim({ current_user: ann }), request, '/', {})).rejects.toMatchObject({
      field: 'token',
      code: 401,
    });
  });

  it('is not made for nonsense', async () => {
    await expect(tokens.sign({ uid: '', uname: 'Ann', room: '/a' })).rejects.toThrow(/token: uid is missing/);
    for (const uid of [undefined, null, 8.7, {}]) {
      await expect(tokens.sign({ uid: uid as never, uname: 'Ann', room: '/a' })).rejects.toThrow(/token: uid /);
    }
    await expect(tokens.sign({ uid: 1, uname: '\u200b', room: '/a' })).rejects.toThrow(/token: uname is missing/);
    await expect(tokens.sign({ uid: 1, uname: 'Ann' })).rejects.toThrow(/token: room or time is required/);
    await expect(tokens.sign({ uid: 1, uname: 'Ann', room: 'a' })).rejects.toThrow(/token: room must be segments/);
    const annOf = (claims: object) => tokens.sign({ ...annInRoom, ...claims });
    await expect(annOf({ subscribe: ['/news', '/**'] })).rejects.toThrow(/token: subscribe.1 must be segments/);
    await expect(annOf({ publish: ['/classes/4/user_list'] })).rejects.toThrow(/token: publish.0 must not end/);
    await expect(annOf({ subscribe: '/news' })).rejects.toThrow(/token: subscribe must be an array/);
    await expect(annOf({ subscribe: Array(51).fill('/news') })).rejects.toThrow(
      /token: subscribe must have at most 50/,
    );
    const long = Array.from({ length: 50 }, (_, i) => `/${i}${'x'.repeat(120)}`);
    await expect(annOf({ subscribe: long })).rejects.toThrow(/too many channels for one token/);
    for (const expiresIn of [0, -1, Number.NaN, 31 * 86_400, Number.POSITIVE_INFINITY]) {
      await expect(tokens.sign(annInRoom, { expiresIn })).rejects.toThrow(/token: expiresIn must be seconds/);
    }
  });
});

describe('the host', () => {
  const come = (authenticate: Authenticate, auth: unknown = { room_channel: '/classes/4' }) =>
    byHost(authenticate, placeError)(claim(auth), request, '/meta/handshake', auth);

  it('knows the user; the page says where', async () => {
    await expect(come(() => ({ uid: 7, uname: 'Ann' }))).resolves.toEqual({
      user: { uid: '7', uname: 'Ann' },
      place: { room: '/classes/4' },
    });
  });

  it('may say where, and is right then', async () => {
    await expect(come(async () => ({ ...ann, room: '/classes/4' }))).resolves.toMatchObject({
      place: { room: '/classes/4' },
    });
    await expect(come(async () => ({ ...ann, room: '/classes/5' }))).rejects.toMatchObject({ field: 'room_channel' });
  });

  it('may know nobody, somebody else, or nothing just now', async () => {
    await expect(come(() => null)).rejects.toMatchObject({ field: 'auth', code: 401 });
    await expect(
      come(() => ann, { room_channel: '/a', current_user: { uid: 'bob', uname: 'Bob' } }),
    ).rejects.toMatchObject({
      field: 'current_user.uid',
    });
    await expect(come(() => Promise.reject(new Error('database away')))).rejects.toMatchObject({ code: 500 });
    await expect(come(() => ann, {})).rejects.toMatchObject({ field: 'room_channel' });
  });
});

describe('the word of a trusted client', () => {
  it('is believed', async () => {
    const auth = { room_channel: '/classes/4', current_user: ann };
    await expect(byWord(claim(auth), request, '/', auth)).resolves.toEqual({
      user: ann,
      place: { room: '/classes/4' },
    });
  });

  it('must say who and where', async () => {
    await expect(byWord(claim({ room_channel: '/a' }), request, '/', {})).rejects.toMatchObject({
      field: 'current_user',
    });
    await expect(byWord(claim({ current_user: ann }), request, '/', {})).rejects.toMatchObject({
      field: 'room_channel',
    });
  });
});
