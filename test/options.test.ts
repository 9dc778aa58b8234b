// Start-up mistakes: each names the option and the remedy.
import { describe, expect, it } from 'vitest';
import { type Options, readOptions } from '../lib/options.js';
import { GROUPS, schema } from '../lib/schema.js';

const SECRET = 'a'.repeat(32);

/** What comes of it: nothing, or an error. */
function attempt(act: () => unknown): { error?: Error } {
  try {
    act();
    return {};
  } catch (error) {
    return { error: error as Error };
  }
}

describe('options', () => {
  it('have defaults for all but the identity', () => {
    expect(readOptions({ secret: SECRET }, {})).toMatchObject({
      mount: '/faye',
      timeout: 25,
      ping: 10,
      grace: 3,
      fullListLimit: 500,
      database: 'sqlite:faye-online.sqlite',
      limits: { bytes: 65_536, batch: 20, depth: 16 },
    });
  });

  it('take a Redis as its URL, or as the options of faye-redis', () => {
    expect(readOptions({ secret: SECRET, redis: 'redis://a' }, {}).redis).toEqual({ url: 'redis://a' });
    const redis = { host: 'a', port: 6380, password: 'b', database: 2, namespace: 'c' };
    expect(readOptions({ secret: SECRET, redis }, {}).redis).toEqual(redis);
  });

  it('take several keys, and single limits', () => {
    const config = readOptions({ secret: [{ kid: '2026', secret: SECRET }], limits: { batch: 5 } }, {});
    expect(config.limits).toMatchObject({ batch: 5, bytes: 65_536 });
  });

  it.each<[string, object, RegExp]>([
    ['no identity', {}, /"secret".*"authenticate".*"trustClients: true"/],
    ['two identities', { secret: SECRET, trustClients: true }, /"secret" and "trustClients" exclude each other/],
    ['an unknown option', { secret: SECRET, secrte: 1 }, /unknown option "secrte"; there are secret, /],
    ['an unknown limit', { secret: SECRET, limits: { bites: 1 } }, /unknown option "limits.bites"; there are bytes, /],
    ['a short secret', { secret: 'short' }, /"secret" must have at least 32 bytes: make one with/],
    ['options that are a word', 'secret' as never, /the options must be an object, such as \{secret: …\}/],
    ['a short key', { secret: [{ kid: 'a', secret: 'short' }] }, /"secret.0.secret" must have at least 32 bytes/],
    ['a relative mount', { secret: SECRET, mount: 'faye' }, /"mount" must be an absolute path/],
    ['a mount with a slash at its end', { secret: SECRET, mount: '/faye/' }, /"mount" must be an absolute path/],
    ['a timeout in words', { secret: SECRET, timeout: '25s' }, /"timeout" must be a number of seconds/],
    ['an authenticate that is no function', { authenticate: true }, /"authenticate" must be a function/],
    [
      'a database that nobody knows',
      { secret: SECRET, database: 'postgres://x' },
      /"database" must begin with sqlite: or mysql:/,
    ],
    ['a store that is none', { secret: SECRET, store: {} }, /"store" must have the methods join/],
    ['a Redis that is none', { secret: SECRET, redis: 'http://x' }, /"redis.url" must begin with redis:/],
    ['a Redis option that nobody knows', { secret: SECRET, redis: { hots: 'x' } }, /"redis.hots"; there are url, host/],
    ['a Redis port in words', { secret: SECRET, redis: { port: 'x' } }, /"redis.port" must be/],
    ['no partitions', { secret: SECRET, redis: { partitions: 0 } }, /"redis.partitions" must be/],
    ['a namespace with braces', { secret: SECRET, redis: { namespace: '{a}' } }, /"redis.namespace" must be a word/],
    [
      'a dashboard with a weak password',
      { secret: SECRET, dashboard: { user: 'a', password: 'b' } },
      /"dashboard.password" must have at least 8 characters/,
    ],
    [
      'an origin with a path',
      { secret: SECRET, origins: ['https://a.example/'] },
      /"origins.0" must be origins such as/,
    ],
    ['a proxy that is none', { secret: SECRET, trustProxy: 'everybody' }, /"trustProxy" must be how many proxies/],
    ['trusting all proxies', { secret: SECRET, trustProxy: true }, /"trustProxy" must be how many proxies/],
    ['a fractional limit', { secret: SECRET, limits: { batch: 1.5 } }, /"limits.batch" must be a whole number/],
  ])('refuse %s', (_what, options, message) => {
    expect(() => readOptions(options as Options, {})).toThrow(message);
    expect(() => readOptions(options as Options, {})).toThrow(TypeError);
  });

  it('refuse whatever is not what it must be by saying what it must be', () => {
    const wrong = [0, -1, '', 'x', true, null, [], {}, () => 1, Number.NaN, 1.5, 1e9, [1], [null], { a: 1 }];
    const names = Object.keys(schema.shape).map((option) => (value: unknown) => ({ [option]: value }));
    const within = Object.entries(GROUPS).flatMap(([group, options]) =>
      options.map((option) => (value: unknown) => ({ [group]: { [option]: value } })),
    );
    const deeper = ['user', 'password', 'authorize'].map((option) => (value: unknown) => ({
      dashboard: { user: 'ann', password: 'long enough', [option]: value },
    }));
    const ofKeys = ['kid', 'secret', 'notAfter', 'kdi'].map((option) => (value: unknown) => ({
      secret: [{ secret: SECRET, [option]: value }],
    }));
    for (const make of [...names, ...within, ...deeper, ...ofKeys]) {
      for (const value of wrong) {
        const { error } = attempt(() => readOptions({ secret: SECRET, ...make(value) } as Options, {}));
        if (error)
          expect(error.message).toMatch(/^faye-online: (option "[\w.]+" must |unknown option |options .* exclude)/);
      }
    }
  });

  it('refuse trusting clients in production unless it is asked for twice', () => {
    const production = { NODE_ENV: 'production' };
    expect(() => readOptions({ trustClients: true }, production)).toThrow(
      /"trustClients".*FAYE_ONLINE_ALLOW_INSECURE=1/,
    );
    expect(readOptions({ trustClients: true }, { ...production, FAYE_ONLINE_ALLOW_INSECURE: '1' }).trustClients).toBe(
      true,
    );
    expect(readOptions({ trustClients: true }, {}).trustClients).toBe(true);
  });

  it('never repeat a secret in their errors', () => {
    expect(() => readOptions({ secret: 'hunter2' }, {})).toThrow(expect.not.stringContaining('hunter2'));
  });
});
