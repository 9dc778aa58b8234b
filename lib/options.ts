// The options of fayeOnline(), their defaults, and start-up errors that name the option and the remedy.
import type { IncomingMessage } from 'node:http';
import type { Logger } from 'pino';
import type { Sequelize } from 'sequelize';
import { z } from 'zod';
import type { EngineType } from './bayeux/faye.js';
import { LIMITS, type Limits } from './bayeux/limits.js';
import type { Authorize } from './bayeux/rules.js';
import type { Authenticate } from './identity/identify.js';
import type { TokenKey } from './identity/tokens.js';
import type { PresenceStore } from './presence/store.js';

/** Who may see the dashboard: one login (HTTP Basic), or the host's own decision. */
export type DashboardAccess =
  | { readonly user: string; readonly password: string }
  | { readonly authorize: (request: IncomingMessage) => boolean | Promise<boolean> };

/** All optional, but one of `secret`, `authenticate` and `trustClients` must be there. Times are in seconds, as Faye's. */
export interface Options {
  /** Signs and checks tokens: at least 32 bytes, or several keys while one takes another's place. */
  readonly secret?: string | readonly TokenKey[];
  /** Knows the user of a request, from the host's session for example. */
  readonly authenticate?: Authenticate;
  /** With `authenticate`: other origins (`https://a.example`) whose pages may open WebSockets. Default: this site's only. */
  readonly origins?: readonly string[];
  /** Believes what pages say of themselves, as the gem did. Anyone can be anyone: for development and trusted networks. */
  readonly trustClients?: boolean;
  /** Lets clients without identity in. They are never counted, and see only what `authorize` allows. */
  readonly anonymous?: boolean;
  /** Replaces the default rule: one's own room and activity, and everything beneath them. */
  readonly authorize?: Authorize;
  /** Where Faye is, below the place where the middleware is mounted. Default `/faye`. */
  readonly mount?: string;
  /** How long a `/meta/connect` is held. Default 25. */
  readonly timeout?: number;
  /** Between two pings of one WebSocket; a peer that misses two is closed. Default 10. */
  readonly ping?: number;
  /** How often leases are looked through. Default 1. */
  readonly gc?: number;
  /** How long a page that closed or is going may take to come back before it counts as gone. Default 3. */
  readonly grace?: number;
  /** `sqlite:<file>`, `mysql://…`, or a ready Sequelize. Default `sqlite:faye-online.sqlite`. */
  readonly database?: string | Sequelize;
  /** The IANA zone of local times: in the gem's `online_times` and on the dashboard. Default: this process's. */
  readonly timeZone?: string;
  /** Brings the database up to date at start, instead of asking for `npx sequelize db:migrate`. Default: only in memory. */
  readonly migrate?: boolean;
  /** Who is online. Default: in this process. */
  readonly store?: PresenceStore;
  /** Another Faye engine (`{type}`), with its options. */
  readonly engine?: { readonly type: EngineType } & Record<string, unknown>;
  /** The dashboard at `/online`. Without it: nothing in production, this machine only in development. */
  readonly dashboard?: DashboardAccess;
  /** A list longer than this is cut, and says so. Default 500. */
  readonly fullListLimit?: number;
  readonly limits?: Partial<Limits>;
  /** A pino logger. Default: pino at `LOG_LEVEL`, or `warn`. */
  readonly logger?: Logger;
}

type Defaults = 'mount' | 'timeout' | 'ping' | 'gc' | 'grace' | 'database' | 'fullListLimit' | 'anonymous';
export type Config = Omit<Options, 'limits'> & Required<Pick<Options, Defaults>> & { readonly limits: Limits };

/** @throws TypeError naming the option and the remedy */
export function readOptions(options: Options, env: NodeJS.ProcessEnv): Config {
  const parsed = schema.safeParse(options ?? {});
  if (!parsed.success) throw new TypeError(`faye-online: ${explain(parsed.error.issues[0])}`);
  const config = { ...parsed.data, limits: { ...LIMITS, ...parsed.data.limits } } as Config;
  requireIdentity(config, env);
  return config;
}

const IDENTITY = ['secret', 'authenticate', 'trustClients'] as const;

function requireIdentity(config: Config, env: NodeJS.ProcessEnv): void {
  const chosen = IDENTITY.filter((option) => Boolean(config[option]));
  if (chosen.length === 0) {
    throw new TypeError(
      'faye-online: who are the users? Give one of the options "secret" (signed tokens; at least 32 random bytes), ' +
        '"authenticate" (your own session), or, to try it out, "trustClients: true" (anyone can be anyone)',
    );
  }
  if (chosen.length > 1) {
    throw new TypeError(`faye-online: options "${chosen.join('" and "')}" exclude each other: keep one`);
  }
  const insecure = config.trustClients && env.NODE_ENV === 'production' && env.FAYE_ONLINE_ALLOW_INSECURE !== '1';
  if (insecure) {
    throw new TypeError(
      'faye-online: option "trustClients" lets anyone be anyone and is refused in production: use "secret" or ' +
        '"authenticate", or set FAYE_ONLINE_ALLOW_INSECURE=1 if every client is yours',
    );
  }
}

const SECRET = 32;
const bytes = (text: string): number => Buffer.byteLength(text);
const strong = z.string({ error: 'must be a string' }).refine((secret) => bytes(secret) >= SECRET, {
  error: `must have at least ${SECRET} bytes: make one with \`openssl rand -hex 32\``,
});
const key = z.strictObject({ kid: z.string().min(1).optional(), secret: strong });
const seconds = (fallback: number) => z.number({ error: 'must be a number of seconds' }).positive().default(fallback);
const callable = <T>() => z.custom<T>((value) => typeof value === 'function', 'must be a function');
const having = <T>(...methods: string[]) =>
  z.custom<T>(
    (value) => methods.every((method) => typeof (value as Record<string, unknown> | null)?.[method] === 'function'),
    `must have the methods ${methods.join(', ')}`,
  );
const count = z.number({ error: 'must be a whole number' }).int('must be a whole number').positive();
const path = z
  .string({ error: 'must be a path such as /faye' })
  .regex(/^(\/[0-9A-Za-z_.-]+)+$/, 'must be an absolute path without a slash at the end, such as /faye');
const url = z.string().regex(/^(sqlite:|mysql:\/\/)/, 'must begin with sqlite: or mysql://');

const schema = z.strictObject({
  secret: z.union([strong, z.array(key).min(1)], { error: explainSecret }).optional(),
  authenticate: callable().optional(),
  origins: z
    .array(z.string().regex(/^https?:\/\/[^/]+$/, 'must be origins such as https://www.example.org'))
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
  timeZone: z.string().refine(isTimeZone, 'must be an IANA name such as Europe/Berlin').optional(),
  migrate: z.boolean({ error: 'must be true or false' }).optional(),
  store: having<PresenceStore>('join', 'renew', 'leave', 'expire', 'roster').optional(),
  engine: z.looseObject({ type: having<EngineType>('create') }, { error: 'must be {type, …}' }).optional(),
  dashboard: z
    .union(
      [
        z.strictObject({ user: z.string().min(1), password: z.string().min(8, 'must have at least 8 characters') }),
        z.strictObject({ authorize: callable() }),
      ],
      {
        error:
          'must be {user, password} with a password of at least 8 characters, or {authorize: (request) => boolean}',
      },
    )
    .optional(),
  fullListLimit: count.default(500),
  limits: z.strictObject(Object.fromEntries(Object.keys(LIMITS).map((limit) => [limit, count.optional()]))).optional(),
  logger: having('warn', 'error', 'info').optional(),
});

function isTimeZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).format(0) !== '';
  } catch {
    return false;
  }
}

function explainSecret(issue: { readonly input?: unknown }): string {
  return Array.isArray(issue.input)
    ? `must be keys {kid, secret}, each secret of at least ${SECRET} bytes`
    : `must have at least ${SECRET} bytes: make one with \`openssl rand -hex 32\``;
}

function explain(issue: z.core.$ZodIssue | undefined): string {
  if (issue?.code === 'unrecognized_keys') {
    const known = Object.keys(issue.path[0] === 'limits' ? LIMITS : schema.shape);
    const name = [...issue.path, issue.keys[0]].join('.');
    return `unknown option "${name}"; there are ${known.join(', ')}`;
  }
  return `option "${issue?.path.join('.')}" ${issue?.message}`;
}
