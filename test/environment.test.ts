// The environment of the runnable server: what each variable means, and what is said when one is wrong.
import { describe, expect, it } from 'vitest';
import { readEnvironment } from '../lib/environment.js';

const SECRET = 'x'.repeat(32);
const site = { FAYE_ONLINE_SECRET: SECRET, DATABASE_URL: 'mysql://u:p@db/online', REDIS_URL: 'redis://cache:6379' };

describe('without any variable', () => {
  const { options, ...rest } = readEnvironment({});

  it('the server is a demo of one process, for this machine only', () => {
    expect(rest).toEqual({ port: 9292, host: '127.0.0.1', workers: 1, logLevel: 'warn', demo: true });
    expect(options).toEqual({
      database: 'sqlite:faye-online.sqlite',
      migrate: true,
      secret: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('every start has a secret of its own, which its workers are given', () => {
    expect(readEnvironment({}).options.secret).not.toBe(options.secret);
    const worker = readEnvironment({ FAYE_ONLINE_DEMO_SECRET: SECRET });
    expect([worker.options.secret, worker.demo, worker.host]).toEqual([SECRET, true, '127.0.0.1']);
  });
});

describe('a site', () => {
  it('has its secret, its database and its Redis', () => {
    expect(readEnvironment(site)).toEqual({
      port: 9292,
      host: undefined,
      workers: 1,
      logLevel: 'warn',
      demo: false,
      options: { secret: SECRET, database: site.DATABASE_URL, migrate: false, redis: { url: site.REDIS_URL } },
    });
  });

  it('may have its database on a socket of this machine', () => {
    const DATABASE_URL = 'mysql:///online?socketPath=/run/mysqld.sock';
    expect(readEnvironment({ ...site, DATABASE_URL }).options.database).toBe(DATABASE_URL);
  });

  it('may share a Redis, have workers, a dashboard, and say more', () => {
    const { workers, logLevel, options } = readEnvironment({
      ...site,
      FAYE_ONLINE_NAMESPACE: 'school',
      WORKERS: '4',
      LOG_LEVEL: 'info',
      FAYE_ONLINE_DASHBOARD: 'admin:a:long:one',
    });
    expect([workers, logLevel]).toEqual([4, 'info']);
    expect(options.redis).toEqual({ url: site.REDIS_URL, namespace: 'school' });
    expect(options.dashboard).toEqual({ user: 'admin', password: 'a:long:one' });
  });

  it('may be looked into, as with the gem', () => {
    expect(readEnvironment({ DEBUG_FAYE: '1' }).logLevel).toBe('debug');
    expect(readEnvironment({ DEBUG_FAYE: '1', LOG_LEVEL: 'error' }).logLevel).toBe('error');
    expect(readEnvironment({ DEBUG_FAYE: '0' }).logLevel).toBe('warn');
  });
});

it('a variable that is set to nothing is not set', () => {
  expect(readEnvironment({ REDIS_URL: '', WORKERS: '', PORT: '' }).options.redis).toBeUndefined();
});

it.each([
  [{ PORT: 'http' }, 'PORT must be a port number such as 9292'],
  [{ REDIS_URL: 'localhost:6379/hunter2' }, 'REDIS_URL must be redis://<host>:<port> or rediss://'],
  [{ ...site, FAYE_ONLINE_NAMESPACE: '{a}' }, 'FAYE_ONLINE_NAMESPACE must be a word without blanks and braces'],
  [{ ...site, WORKERS: '0' }, 'WORKERS must be a number from 1 to 64'],
  [{ ...site, WORKERS: 'all' }, 'WORKERS must be a number from 1 to 64'],
  [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL must be one of trace, debug, info, warn, error, fatal, silent'],
  [{ WORKERS: '2' }, 'REDIS_URL must be set when WORKERS is above 1'],
  [{ ...site, WORKERS: '2', DATABASE_URL: 'sqlite::memory:' }, 'DATABASE_URL must be a file or a server'],
  [{ FAYE_ONLINE_DASHBOARD: 'hunter2' }, 'FAYE_ONLINE_DASHBOARD must be <user>:<password>'],
  [
    { ...site, FAYE_ONLINE_DASHBOARD: 'admin:hunter2' },
    'FAYE_ONLINE_DASHBOARD must be <user>:<password> with a password of at least 8 characters',
  ],
  [
    { FAYE_ONLINE_SECRET: 'hunter2' },
    'FAYE_ONLINE_SECRET must be at least 32 bytes: make one with `openssl rand -hex 32`',
  ],
  [
    { ...site, DATABASE_URL: 'postgres://u:hunter2@db/online' },
    'DATABASE_URL must be sqlite:<file> or mysql://<user>:<password>@<host>/<database>',
  ],
  [{ NODE_ENV: 'production' }, 'FAYE_ONLINE_SECRET must be set in production'],
])('%o is refused with words, without the value', (env, words) => {
  expect(() => readEnvironment(env)).toThrow(words);
  expect(() => readEnvironment(env)).not.toThrow(/hunter2/);
});
