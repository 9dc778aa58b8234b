// The site's secret keys: those that sign tokens, and the one that hashes clientIds.
import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import type { ClientId } from './domain.js';
import type { Secret } from './identity/keys.js';
import type { Config } from './options.js';

export const keysOf = ({ secret }: Config): Secret => secret ?? [];

/** A keyed hash of a clientId. The key is the site's, or random: the hash only has to be told apart, not told again. */
export function clientKey(config: Config): (id: ClientId) => string {
  const { secret } = config;
  const own = typeof secret === 'function' ? undefined : typeof secret === 'string' ? secret : secret?.[0]?.secret;
  const key = createSecretKey(Buffer.from(own ?? randomBytes(32)));
  return (id) => createHmac('sha256', key).update(id).digest('base64url').slice(0, 16);
}
