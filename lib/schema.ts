// What each option must be, in words for who gives something else.
import { z } from 'zod';
import { type TrustProxy, trustIn } from './addresses.js';
import type { EngineType } from './bayeux/faye.js';
import { LIMITS } from './bayeux/limits.js';
import { secretSchema } from './identity/keys.js';
import type { PresenceStore } from './presence/store.js';
import type { RedisOptions } from './redis.js';

const seconds = (fallback: number) =>
  z.number({ error: 'must be a number of seconds' }).positive('must be more than 0 seconds').default(fallback);
const callable = <T>() => z.custom<T>((value) => typeof value === 'function', 'must be a function');
const having = <T>(...methods: string[]) =>
  z.custom<T>(
    (value) => methods.every((method) => typeof (value as Record<string, unknown> | null)?.[method] === 'function'),
    `must have the methods ${methods.join(', ')}`,
  );
const count = z
  .number({ error: 'must be a whole number' })
  .int('must be a whole number')
  .positive('must be at least 1');
const ORIGINS = 'must be origins such as https://www.example.org, without a path, or "*"';
const TRUST = 'must be how many proxies there are, or their addresses, such as loopback or 10.0.0.0/8';
const ZONE = 'must be an IANA name such as Europe/Berlin';
const LIMIT = 'must be an object of limits, such as {bytes: 131072}';
const REDIS = 'must be a URL such as redis://127.0.0.1:6379, or {host, port, …}';
const path = z
  .string({ error: 'must be a path such as /faye' })
  .regex(/^(\/[0-9A-Za-z_.-]+)+$/, 'must be an absolute path without a slash at the end, such as /faye');
const url = z.string().regex(/^(sqlite:|mysql:\/\/)/, 'must begin with sqlite: or mysql://');

/** A group of options. A name that is unknown in it is told of by who reads them. @param shown what it may be */
const group = <S extends z.core.$ZodShape>(shape: S, shown: string) =>
  z.strictObject(shape, { error: ({ code }) => (code === 'unrecognized_keys' ? undefined : shown) });
const filled = (shown: string) => z.string(shown).min(1, shown);

const redisShape = {
  url: z
    .string('must begin with redis:// or rediss://')
    .regex(/^rediss?:\/\//, 'must begin with redis:// or rediss://')
    .optional(),
  host: filled('must be the name of a host').optional(),
  port: z.int('must be a port number').min(1, 'must be a port number').max(65_535, 'must be a port number').optional(),
  socket: filled('must be the path of a socket').optional(),
  username: z.string('must be a string').optional(),
  password: z.string('must be a string').optional(),
  database: z.int('must be the number of a database').min(0, 'must be the number of a database').optional(),
  tls: z
    .custom<NonNullable<RedisOptions['tls']>>(
      (tls) => typeof tls === 'object' && tls !== null,
      'must be an object, as tls.connect() takes it',
    )
    .optional(),
  namespace: z
    .string('must be a word without blanks and braces')
    .regex(/^[^{}\s]+$/, 'must be a word without blanks and braces')
    .optional(),
  partitions: count.max(256, 'must be at most 256').optional(),
  client: having<NonNullable<RedisOptions['client']>>('defineCommand', 'duplicate').optional(),
  subscriber: having<NonNullable<RedisOptions['subscriber']>>('subscribe').optional(),
};
/** The options with names of their own within, to be told to who misspells one. */
export const GROUPS: Readonly<Record<string, readonly string[]>> = {
  limits: Object.keys(LIMITS),
  redis: Object.keys(redisShape),
};

/** The options, as they are checked and completed. */
export const schema = z.strictObject({
  secret: secretSchema.optional(),
  authenticate: callable().optional(),
  origins: z
    .union([z.literal('*'), z.array(z.string(ORIGINS).regex(/^https?:\/\/[^/?#@\s]+$/, ORIGINS))], { error: ORIGINS })
    .optional(),
  trustProxy: z
    .union([z.int(TRUST).min(0, TRUST), z.string(), z.array(z.string(TRUST))], { error: TRUST })
    .refine(isTrust, TRUST)
    .optional(),
  trustClients: z.boolean({ error: 'must be true or false' }).optional(),
  anonymous: z.boolean({ error: 'must be true or false' }).default(false),
  authorize: callable().optional(),
  mount: path.default('/faye'),
  timeout: seconds(25),
  ping: seconds(10),
  gc: seconds(1),
  grace: seconds(3),
  database: z
    .union([url, having('transaction', 'getQueryInterface')], {
      error: 'must be sqlite:<file>, mysql://user:password@host/database, or a Sequelize',
    })
    .default('sqlite:faye-online.sqlite'),
  timeZone: z.string(ZONE).refine(isTimeZone, ZONE).optional(),
  migrate: z.boolean({ error: 'must be true or false' }).optional(),
  redis: z.preprocess(
    (redis) => (typeof redis === 'string' ? { url: redis } : redis),
    group(redisShape, REDIS).optional(),
  ),
  store: having<PresenceStore>('join', 'renew', 'leave', 'expire', 'roster').optional(),
  engine: z.looseObject({ type: having<EngineType>('create') }, { error: 'must be {type, …}' }).optional(),
  dashboard: z
    .union(
      [
        z.strictObject({
          user: filled('must be a name, without ":"').regex(/^[^:]*$/, 'must be a name, without ":"'),
          password: z.string('must be a string').min(8, 'must have at least 8 characters'),
        }),
        z.strictObject({ authorize: callable() }),
      ],
      {
        error:
          'must be {user, password} with a password of at least 8 characters, or {authorize: (request) => boolean}',
      },
    )
    .optional(),
  fullListLimit: count.default(500),
  limits: group(Object.fromEntries(Object.keys(LIMITS).map((limit) => [limit, count.optional()])), LIMIT).optional(),
  logger: having('warn', 'error', 'info').optional(),
});

export function isTrust(proxies: TrustProxy): boolean {
  try {
    trustIn(proxies);
    return true;
  } catch {
    return false;
  }
}

export function isTimeZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).format(0) !== '';
  } catch {
    return false;
  }
}
