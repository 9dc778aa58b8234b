// The environment of the runnable server, as options. Mistakes name the variable and the remedy.
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Options } from './options.js';

export interface Environment {
  readonly port: number;
  /** Undefined: every address of this machine. */
  readonly host: string | undefined;
  readonly options: Options;
  /** No secret was given: one was made for this start, and the demo hands out tokens to whoever asks. */
  readonly demo: boolean;
}

const number = z.coerce.number().int().min(0).max(65_535);
const flag = z.enum(['0', '1', 'true', 'false', '']).transform((text) => text === '1' || text === 'true');

const schema = z.object({
  PORT: number.optional(),
  FAYE_PORT: number.optional(),
  HOST: z.string().min(1).optional(),
  DATABASE_URL: z.string().min(1).default('sqlite:faye-online.sqlite'),
  FAYE_ONLINE_SECRET: z.string().min(1).optional(),
  FAYE_ONLINE_TRUST_CLIENTS: flag.optional(),
  FAYE_ONLINE_DASHBOARD: z
    .string()
    .regex(/^[^:]+:.+$/)
    .optional(),
  NODE_ENV: z.string().optional(),
});

const REMEDIES: Record<string, string> = {
  PORT: 'a port number such as 9292',
  FAYE_PORT: 'a port number such as 9292',
  FAYE_ONLINE_TRUST_CLIENTS: '1 or 0',
  FAYE_ONLINE_DASHBOARD: '<user>:<password>',
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
  return {
    port: variables.PORT ?? variables.FAYE_PORT ?? 9292,
    host: variables.HOST ?? (demo ? '127.0.0.1' : undefined),
    demo,
    options: {
      ...(variables.FAYE_ONLINE_TRUST_CLIENTS
        ? { trustClients: true }
        : { secret: variables.FAYE_ONLINE_SECRET ?? randomBytes(32).toString('hex') }),
      database: variables.DATABASE_URL,
      migrate: variables.DATABASE_URL.startsWith('sqlite:'),
      ...dashboard(variables.FAYE_ONLINE_DASHBOARD),
    },
  };
}

function dashboard(login: string | undefined): Pick<Options, 'dashboard'> {
  if (!login) return {};
  const colon = login.indexOf(':');
  return { dashboard: { user: login.slice(0, colon), password: login.slice(colon + 1) } };
}
