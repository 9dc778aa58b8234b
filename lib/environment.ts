// The environment of the runnable server, as options. Mistakes name the variable and the remedy.
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Options } from './options.js';
import { isTimeZone, isTrust } from './schema.js';

export interface Environment {
  readonly port: number;
  /** Undefined: every address of this machine. */
  readonly host: string | undefined;
  /** How many processes serve. */
  readonly workers: number;
  readonly logLevel: string;
  readonly options: Options;
  /** No secret was given: one was made for this start, and the demo hands out tokens to whoever asks. */
  readonly demo: boolean;
}

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
const number = z.coerce.number().int().min(0).max(65_535);
const flag = z.enum(['0', '1', 'true', 'false', '']).transform((text) => text === '1' || text === 'true');

const schema = z.object({
  PORT: number.optional(),
  FAYE_PORT: number.optional(),
  HOST: z.string().min(1).optional(),
  DATABASE_URL: z
    .string()
    .regex(/^(sqlite:|mysql:\/\/[^/]*\/[^/?])/)
    .default('sqlite:faye-online.sqlite'),
  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\//)
    .optional(),
  FAYE_ONLINE_NAMESPACE: z
    .string()
    .regex(/^[^{}\s]+$/)
    .optional(),
  WORKERS: z.coerce.number().int().min(1).max(64).default(1),
  LOG_LEVEL: z.enum(LEVELS).optional(),
  DEBUG_FAYE: flag.optional(),
  FAYE_ONLINE_TRUST_PROXY: z.string().transform(proxies).refine(isTrust).optional(),
  FAYE_ONLINE_TIME_ZONE: z.string().refine(isTimeZone).optional(),
  FAYE_ONLINE_SECRET: z
    .string()
    .refine((secret) => Buffer.byteLength(secret) >= 32)
    .optional(),
  FAYE_ONLINE_DEMO_SECRET: z.string().min(1).optional(),
  FAYE_ONLINE_TRUST_CLIENTS: flag.optional(),
  FAYE_ONLINE_DASHBOARD: z
    .string()
    .regex(/^[^:]+:.{8,}$/)
    .optional(),
  NODE_ENV: z.string().optional(),
});

const REMEDIES: Record<string, string> = {
  PORT: 'a port number such as 9292',
  FAYE_PORT: 'a port number such as 9292',
  FAYE_ONLINE_TRUST_CLIENTS: '1 or 0',
  FAYE_ONLINE_DASHBOARD: '<user>:<password> with a password of at least 8 characters',
  FAYE_ONLINE_SECRET: 'at least 32 bytes: make one with `openssl rand -hex 32`',
  DATABASE_URL: 'sqlite:<file> or mysql://<user>:<password>@<host>/<database>',
  REDIS_URL: 'redis://<host>:<port> or rediss://<user>:<password>@<host>:<port>',
  FAYE_ONLINE_NAMESPACE: 'a word without blanks and braces',
  FAYE_ONLINE_TRUST_PROXY:
    'how many proxies there are before this server, or their addresses: 1, or loopback, or 10.0.0.0/8',
  FAYE_ONLINE_TIME_ZONE: 'an IANA name such as Europe/Berlin',
  WORKERS: 'a number from 1 to 64',
  LOG_LEVEL: `one of ${LEVELS.join(', ')}`,
  DEBUG_FAYE: '1 or 0',
};

/** @throws TypeError naming the variable and what it must be; never its value, which may be a secret */
export function readEnvironment(env: NodeJS.ProcessEnv): Environment {
  // A variable that is set to nothing is not set.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const name = String(parsed.error.issues[0]?.path[0]);
    throw new TypeError(`${name} must be ${REMEDIES[name] ?? 'set to something, or not set at all'}`);
  }
  const variables = parsed.data;
  const demo = !variables.FAYE_ONLINE_SECRET && !variables.FAYE_ONLINE_TRUST_CLIENTS;
  if (demo && variables.NODE_ENV === 'production') {
    throw new TypeError('FAYE_ONLINE_SECRET must be set in production: make one with `openssl rand -hex 32`');
  }
  const { DATABASE_URL: database, REDIS_URL, WORKERS: workers } = variables;
  requireShared(workers, database, REDIS_URL);
  return {
    port: variables.PORT ?? variables.FAYE_PORT ?? 9292,
    host: variables.HOST ?? (demo ? '127.0.0.1' : undefined),
    workers,
    logLevel: variables.LOG_LEVEL ?? (variables.DEBUG_FAYE ? 'debug' : 'warn'),
    demo,
    options: {
      ...(variables.FAYE_ONLINE_TRUST_CLIENTS
        ? { trustClients: true }
        : { secret: variables.FAYE_ONLINE_SECRET ?? variables.FAYE_ONLINE_DEMO_SECRET ?? demoSecret() }),
      database,
      migrate: database.startsWith('sqlite:'),
      ...(variables.FAYE_ONLINE_TIME_ZONE === undefined ? {} : { timeZone: variables.FAYE_ONLINE_TIME_ZONE }),
      ...(variables.FAYE_ONLINE_TRUST_PROXY === undefined ? {} : { trustProxy: variables.FAYE_ONLINE_TRUST_PROXY }),
      ...redis(REDIS_URL, variables.FAYE_ONLINE_NAMESPACE),
      ...dashboard(variables.FAYE_ONLINE_DASHBOARD),
    },
  };
}

/** Signs the tokens of one start. All processes of it must have the same. */
export const demoSecret = (): string => randomBytes(32).toString('hex');

/** Several processes are one server only with what they share. */
function requireShared(workers: number, database: string, redisUrl: string | undefined): void {
  if (workers === 1) return;
  if (redisUrl === undefined) {
    throw new TypeError(
      'REDIS_URL must be set when WORKERS is above 1: there the workers tell each other who is online',
    );
  }
  if (database === 'sqlite::memory:') {
    throw new TypeError('DATABASE_URL must be a file or a server when WORKERS is above 1, not a memory of each worker');
  }
}

function proxies(text: string): number | string {
  return /^\d+$/.test(text) ? Number(text) : text;
}

function redis(url: string | undefined, namespace: string | undefined): Pick<Options, 'redis'> {
  return url === undefined ? {} : { redis: { url, ...(namespace === undefined ? {} : { namespace }) } };
}

function dashboard(login: string | undefined): Pick<Options, 'dashboard'> {
  if (!login) return {};
  const colon = login.indexOf(':');
  return { dashboard: { user: login.slice(0, colon), password: login.slice(colon + 1) } };
}
