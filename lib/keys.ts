// The site's secret keys: those that sign tokens, and the one that hashes clientIds.
import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import type { ClientId } from './domain.js';
import type { Secret } from './identity/keys.js';
import type { Config } from './options.js';

export const keysOf = ({ secret }: Config): Secret => secret ?? [];

/** The secret that all processes of the site have; undefined when there is none, or it changes. */
const steady = ({ secret }: Config): string | undefined =>
  typeof secret === 'function' ? undefined : typeof secret === 'string' ? secret : secret?.[0]?.secret;

/** A key for what is not a token, the same in all processes that have the same secret. */
const derived = (secret: string, purpose: string): string =>
  createHmac('sha256', secret).update(purpose).digest('base64url');

/** From which the tokens of the dashboard's forms are made. */
export function formKeyOf(config: Config): string | undefined {
  const secret = steady(config);
  return secret && derived(secret, 'faye-online forms');
}

/** A keyed hash of a clientId. The key is the site's, or random: the hash only has to be told apart, not told again. */
export function clientKey(config: Config): (id: ClientId) => string {
  const key = createSecretKey(Buffer.from(steady(config) ?? randomBytes(32)));
  // A slice of a longer text would keep all of it.
  return (id) => createHmac('sha256', key).update(id).digest().toString('base64url', 0, 12);
}
