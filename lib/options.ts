// The options of fayeOnline(), their defaults, and start-up errors that name the option and the remedy.
import type { IncomingMessage } from 'node:http';
import type { Logger } from 'pino';
import type { Sequelize } from 'sequelize';
import type { z } from 'zod';
import type { TrustProxy } from './addresses.js';
import type { EngineType } from './bayeux/faye.js';
import { LIMITS, type Limits } from './bayeux/limits.js';
import type { Authorize } from './bayeux/rules.js';
import type { Authenticate } from './identity/identify.js';
import type { Secret } from './identity/keys.js';
import type { PresenceStore } from './presence/store.js';
import type { RedisOptions } from './redis.js';
import { GROUPS, schema } from './schema.js';

/** Who may see the dashboard: one login (HTTP Basic), or the host's own decision. */
export type DashboardAccess =
  | { readonly user: string; readonly password: string }
  | { readonly authorize: (request: IncomingMessage) => boolean | Promise<boolean> };

/** All optional, but one of `secret`, `authenticate` and `trustClients` must be there. Times are in seconds, as Faye's. */
export interface Options {
  /**
   * Signs and checks tokens: at least 32 bytes; or several keys, while one takes another's place; or a function that gives
   * them and is asked again every few seconds, so that keys change without a restart.
   */
  readonly secret?: Secret;
  /** Knows the user of a request, from the host's session for example. */
  readonly authenticate?: Authenticate;
  /**
   * Other origins (`https://a.example`) whose pages may come here. Default: this site's only. With `secret`, `*` for all:
   * what counts there is the token, and other sites' pages have none.
   */
  readonly origins?: readonly string[] | '*';
  /**
   * The proxies before this server, as Express takes them: how many, or their addresses. What they say of a client's address
   * and of the host is believed. Default: the `trust proxy` of the host's Express, which sees upgrades only after the first
   * HTTP request; without that, none.
   */
  readonly trustProxy?: TrustProxy;
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
  /**
   * Makes several processes one: who is online, and messages between the processes, in this Redis. A URL, or
   * `{host, port, password, database, namespace, …}`. Default: one process, in memory.
   */
  readonly redis?: string | RedisOptions;
  /** Who is online. Default: in `redis`, or in this process. */
  readonly store?: PresenceStore;
  /** Another Faye engine (`{type}`), with its options. Default: ours, on `redis` if that is given. */
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
export type Config = Omit<Options, 'limits' | 'redis'> &
  Required<Pick<Options, Defaults>> & { readonly limits: Limits; readonly redis?: RedisOptions };

/** @throws TypeError naming the option and the remedy */
export function readOptions(options: Options, env: NodeJS.ProcessEnv): Config {
  const parsed = schema.safeParse(options ?? {});
  if (!parsed.success) throw new TypeError(`faye-online: ${explain(parsed.error.issues[0])}`);
  const config = { ...parsed.data, limits: { ...LIMITS, ...parsed.data.limits } } as Config;
  requireIdentity(config, env);
  if (config.origins === '*' && !config.secret) {
    throw new TypeError(
      'faye-online: option "origins" may be "*" only with "secret", where other sites have no token: list the origins',
    );
  }
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

function explain(issue: z.core.$ZodIssue | undefined): string {
  if (issue?.code === 'invalid_type' && issue.path.length === 0) {
    return 'the options must be an object, such as {secret: …}';
  }
  if (issue?.code === 'unrecognized_keys') {
    const known = GROUPS[String(issue.path[0])] ?? Object.keys(schema.shape);
    const name = [...issue.path, issue.keys[0]].join('.');
    return `unknown option "${name}"; there are ${known.join(', ')}`;
  }
  return `option "${issue?.path.join('.')}" ${issue?.message}`;
}
