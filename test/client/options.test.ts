// What a page may pass to init_online_client, and the words it gets for a mistake.
import { describe, expect, it } from 'vitest';
import { init_online_client } from '../../lib/client/index.js';
import { type ClientOptions, checkOptions } from '../../lib/client/options.js';

const ann = { uid: 470700, uname: 'Ann' };
const auth = { room_channel: '/classes/4', time_channel: '/courses/5/lessons/1', current_user: ann };
const options = { faye_url: '/faye', auth_opts: auth };
const withAuth = (wrong: object): object => ({ ...options, auth_opts: { ...auth, ...wrong } });
const withUser = (wrong: object): object => withAuth({ current_user: { ...ann, ...wrong } });
const check = (given: unknown) => checkOptions(given as ClientOptions);

describe('the options of a page', () => {
  it("are the gem's", () => {
    expect(check({ faye_url: 'http://localhost:9292/faye', client_opts: {}, auth_opts: auth })).toEqual({
      urls: ['http://localhost:9292/faye'],
      clientOpts: {},
      auth,
    });
  });

  it('name one server or several, each once', () => {
    expect(check({ ...options, faye_url: ['/a', '/b', '/a'] }).urls).toEqual(['/a', '/b']);
  });

  it('need a room, an activity or both', () => {
    expect(check(withAuth({ room_channel: undefined })).auth).toEqual({
      time_channel: '/courses/5/lessons/1',
      current_user: ann,
    });
    expect(check(withAuth({ time_channel: null })).auth).toEqual({ room_channel: '/classes/4', current_user: ann });
  });

  it('become an auth of the known fields only, which the page cannot change afterwards', () => {
    const given = { ...auth, token: 'e30.e30.x', uhash: 'h', current_user: { ...ann, uhash: 'h' } };
    const { auth: sent } = check({ ...options, auth_opts: given });
    given.current_user.uid = 1;
    expect(sent).toEqual({ ...auth, token: 'e30.e30.x' });
  });

  it('take texts as uids', () => {
    expect(check(withUser({ uid: 'b7c1' })).auth.current_user.uid).toBe('b7c1');
  });

  it.each([
    ['nothing', undefined, 'options must be an object'],
    ['no faye_url', { ...options, faye_url: undefined }, "faye_url must be a URL such as '/faye'"],
    ['an empty faye_url', { ...options, faye_url: '' }, 'faye_url must be a URL'],
    ['a list of no servers', { ...options, faye_url: [] }, 'faye_url must name at least one server'],
    ['a list with a hole', { ...options, faye_url: ['/a', null] }, "faye_url[1] must be a URL such as '/faye'"],
    ['client_opts that are none', { ...options, client_opts: 5 }, 'client_opts must be an object'],
    ['no auth_opts', { ...options, auth_opts: undefined }, 'auth_opts must be an object'],
    ['no place', withAuth({ room_channel: undefined, time_channel: undefined }), 'room_channel, time_channel or both'],
    ['a room that is a number', withAuth({ room_channel: 4 }), 'auth_opts.room_channel must be a string'],
    ['a room without a slash', withAuth({ room_channel: 'classes/4' }), 'auth_opts.room_channel must be segments'],
    ['an empty room', withAuth({ room_channel: '' }), 'auth_opts.room_channel must be segments'],
    ['a wildcard', withAuth({ room_channel: '/classes/*' }), 'auth_opts.room_channel must be segments'],
    ['a trailing newline', withAuth({ room_channel: '/classes/4\n' }), 'auth_opts.room_channel must be segments'],
    ['a long room', withAuth({ room_channel: `/${'a'.repeat(128)}` }), 'at most 128 characters'],
    ['a deep room', withAuth({ room_channel: '/a/b/c/d/e/f/g/h/i' }), 'at most 8 segments'],
    ['a list as room', withAuth({ room_channel: '/classes/4/user_list' }), 'must not end in /user_list'],
    ['a presence as activity', withAuth({ time_channel: '/presence' }), 'time_channel must not end in /user_list or'],
    ['a meta channel', withAuth({ room_channel: '/meta/x' }), 'must not begin with /meta'],
    ['a service channel', withAuth({ time_channel: '/service/x' }), 'must not begin with /meta, /service'],
    ['our own channels', withAuth({ room_channel: '/faye_online/x' }), 'must not begin with'],
    ['an empty token', withAuth({ token: '' }), 'auth_opts.token must be the text that the server made'],
    ['no user', withAuth({ current_user: undefined }), 'auth_opts.current_user must be {uid, uname}'],
    ['uid 0', withUser({ uid: 0 }), 'current_user.uid must be a whole number above 0 or a string'],
    ['an empty uid', withUser({ uid: '' }), '(a user who is not signed in has none), but is ""'],
    ['no uid', withUser({ uid: undefined }), 'current_user.uid must be a whole number'],
    ['half a uid', withUser({ uid: 8.7 }), 'current_user.uid must be a whole number'],
    ['a uid beyond exact numbers', withUser({ uid: 2 ** 60 }), 'current_user.uid must be a whole number'],
    ['a long uid', withUser({ uid: 'x'.repeat(65) }), 'string of 1 to 64 characters'],
    ['an object as uid', withUser({ uid: {} }), 'current_user.uid must be'],
    ['no uname', withUser({ uname: undefined }), 'auth_opts.current_user.uname must be a string'],
    ['a long uname', withUser({ uname: 'x'.repeat(65) }), 'uname must be a string of 1 to 64 characters'],
  ])('may not be %s', (_name, given, words) => {
    expect(() => check(given)).toThrow(TypeError);
    expect(() => check(given)).toThrow(words);
    expect(() => check(given)).toThrow("The right shape: {faye_url: '/faye', auth_opts: {room_channel: '/classes/4'");
  });

  it('never show a token', () => {
    const wordsFor = (auth_opts: object): string => {
      try {
        return JSON.stringify(check({ ...options, auth_opts }));
      } catch (error) {
        return String(error);
      }
    };
    expect(wordsFor({ ...auth, token: 987654 })).toContain('auth_opts.token must be the text');
    expect(wordsFor({ ...auth, token: 987654 })).not.toContain('987654');
    expect(wordsFor({ token: 'secret', current_user: ann })).toContain('needs room_channel');
    expect(wordsFor({ token: 'secret', current_user: ann })).not.toContain('secret');
  });

  it('are of no use without Faye', () => {
    expect(() => init_online_client(options)).toThrow('load its client.js first, or pass it as second argument');
  });
});
